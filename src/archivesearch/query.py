"""The query language: from what a reader types to a Whoosh query tree.

Whoosh's parser does the work, with its own groups, operators and boosts; what a word, a
phrase or a field is, is decided here, and what cannot be meant is an error that names
its place. `docs/query-language.md` describes the language.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from whoosh.qparser import QueryParser, plugins, syntax
from whoosh.qparser.taggers import RegexTagger
from whoosh.query import (
    And,
    Every,
    Not,
    NullQuery,
    Or,
    Phrase,
    Query,
    Term,
)

from archivesearch.analysis import Analyzer, fold, unaccented, year_term
from archivesearch.errors import QueryError
from archivesearch.nodes import (
    Fuzzy,
    Near,
    Prefix,
    Shaped,
    Spelled,
    Wildcard,
    Without,
    WordTest,
    Written,
    YearRange,
)
from archivesearch.words import is_cjk, words

WORD_FIELDS = ("text", "title", "section", "org", "label", "repeated")
YEAR_FIELDS = {"year": "year", "mentions": "years_mentioned"}
KEY_FIELDS = ("page", "lang")
FIELDS = (
    "org",
    "section",
    "title",
    "label",
    "text",
    "repeated",
    "year",
    "mentions",
    "lang",
    "page",
)

# What a word without a field is looked for in, and how much a find there weighs. Of the
# weights of heading and title, on the judged collections after the second stage (nDCG@10
# and MAP): .5 and .4 .554/.478, .3 and .2 .558/.480, .5 and .2 .559/.482. No collection
# has organizations; theirs is that of a heading, and more as it is always a name.
WEIGHTS = {"text": 1.0, "org": 0.8, "section": 0.5, "title": 0.2}

MAX_LENGTH = 4096
MAX_DEPTH = 32
MAX_WORDS = 256

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_DELIMITER = re.compile(r'"[^"]*"|[()"]')
_FIELD = r"(?<![^\s(])(?P<text>[a-z][a-z_]+):(?!//)(?=[^\s)])"
_PHRASE = r'(?P<exact>(?<![^\s(:])=)?"(?P<text>[^"]*)"(?:~(?P<slop>\d{1,3}))?'
_RANGE = r"\[\s*(?P<start>[^\s\]]*)\s+TO\s+(?P<end>[^\s\]]*)\s*\]"
_WORD = r'(?P<text>(?:(?!\^[0-9.]+(?:[\s)]|$))[^\s()"])+)'
_BOOST = r"\^(?P<boost>[0-9]{1,3}(?:\.[0-9]{1,3})?)(?=[\s)]|$)"
_WILD = re.compile(r"\*|\?(?=[\w*])")
_FUZZY = re.compile(r"(?P<word>[^~]+)~(?P<distance>\d*)")
# A label pasted with the first word after it is two words, not a phrase.
_COLON = re.compile(r":(?!//)(?=\D)")
_SPAN = re.compile(r"(?P<start>\d{1,4})?(?P<to>\.\.|-)(?P<end>\d{1,4})?")
_YEAR = re.compile(r"\d{1,4}")
_SHORTEST_STEM = 3
_DECADE = re.compile(r"(\d{3}0)s")
_SCHEMES = frozenset("mailto news urn about javascript tel data".split())


def parse(text: str, analyzer: Analyzer) -> Query:
    """Return the query tree of a query; a blank one matches everything.

    Raises QueryError, with the position of what is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH:,} characters; shorten it")
    text = text.translate(_QUOTES)
    if not text.strip():
        return Every()
    _check_delimiters(text)
    tree = _Parser(analyzer).parse(text, normalize=False)  # Whoosh takes `* AND word` for `*`
    if tree == NullQuery:
        raise QueryError(f"there is no word to search for in '{' '.join(text.split())}'", 0)
    return tree


def word_query(field: str, text: str, analyzer: Analyzer) -> Query:
    """Return a tree that finds plain words, next to one another, in one field."""
    return _Builder(analyzer, {field: 1.0}).words(text, field) or NullQuery


def _check_delimiters(text: str) -> None:
    """Refuse quotes and brackets that do not balance, at the one that has no partner."""
    opened: list[int] = []
    for match in _DELIMITER.finditer(text):
        if match[0] == "(":
            opened.append(match.start())
            if len(opened) > MAX_DEPTH:
                raise QueryError(f"brackets stand more than {MAX_DEPTH} deep", match.start())
        elif match[0] == ")":
            if not opened:
                raise QueryError("this ')' closes no bracket; remove it or add '('", match.start())
            opened.pop()
        elif match[0] == '"':
            raise QueryError("this quote is never closed; add another '\"'", match.start())
    if opened:
        raise QueryError("this '(' is never closed; add ')'", opened[-1])


class _Builder:
    """Makes the trees for the pieces of a query."""

    def __init__(self, analyzer: Analyzer, weights: dict[str, float]) -> None:
        self._analyzer = analyzer
        self._weights = weights
        self._words = 0

    def piece(
        self, text: str, field: str | None, boost: float = 1.0, position: int | None = None
    ) -> Query | None:
        """The tree of one word as it was typed, with its signs; None if nothing is in it."""
        if text == "*":
            return Every()
        if text.startswith("=") and len(text) > 1:
            return self.exact(text[1:], field, boost)
        fuzzy = _FUZZY.fullmatch(text)
        if fuzzy and len(list(words(fuzzy["word"]))) == 1:
            if fuzzy["distance"] not in ("", "1", "2"):
                raise QueryError(f"'{text}' must end in ~, ~1 or ~2", position)
            return self.fuzzy(fuzzy["word"], int(fuzzy["distance"] or 1), field, boost)
        if _WILD.search(text):
            return self.wildcard(text, field, boost)
        parts = _COLON.split(text)
        trees = [tree for part in parts if (tree := self.words(part, field, boost=boost))]
        if len(trees) < 2:
            return trees[0] if trees else None
        return Or(trees)

    def words(self, text: str, field: str | None, gap: int = 0, boost: float = 1.0) -> Query | None:
        """The tree of plain words: one alone, or several in a row with at most `gap` between."""
        found = _without_overlap([word for word, _, _ in words(text)], text)
        self._count(len(found))
        if not found:
            return None
        ways = [found, *self._analyzer.other_wordings(found)]
        return self._each(
            field,
            boost,
            lambda name, weight: _any([self._row(name, way, gap, weight) for way in ways]),
        )

    def _row(self, field: str, found: Sequence[str], gap: int, boost: float) -> Query:
        """Words in a row; with a gap, in any order."""
        terms = [self._analyzer.query_terms(word) for word in found]
        is_plain = not any(map(_is_half, found)) and all(len(choices) == 1 for choices in terms)
        if is_plain and gap == 0 and len(found) > 1:
            return Phrase(field, [choices[0] for choices in terms], boost=boost)
        trees = [
            Prefix(field, word, boost=boost)
            if _is_half(word)
            else _any([Term(field, term, boost=boost) for term in choices])
            for word, choices in zip(found, terms, strict=True)
        ]
        return trees[0] if len(trees) == 1 else Near(trees, field, gap)

    def exact(self, text: str, field: str | None, boost: float = 1.0) -> Query | None:
        """The tree of words in a row in exactly this spelling and form."""
        found = _without_overlap([word for word, _, _ in words(text)], text)
        self._count(len(found))
        if not found:
            return None
        tests: list[WordTest] = [Spelled.like(word) for word in found]
        return self._each(
            field,
            boost,
            lambda name, weight: Written(name, self._row(name, found, 0, weight), tests),
        )

    def wildcard(self, text: str, field: str | None, boost: float = 1.0) -> Query | None:
        """The tree of a word with `*` or `?` in it."""
        pieces = re.findall(r"[\w*?$£¢'’]+", text)
        trees = [self._wild_piece(piece.rstrip("?"), field, boost) for piece in pieces]
        return _all([tree for tree in trees if tree is not None])

    def _wild_piece(self, text: str, field: str | None, boost: float) -> Query | None:
        if not _WILD.search(text):
            return self.words(text, field, boost=boost)
        self._count(1)
        pattern = unaccented(fold(text))
        if not pattern.strip("*?"):
            return None
        return self._each(field, boost, lambda name, weight: _wild(name, pattern, weight))

    def fuzzy(self, text: str, distance: int, field: str | None, boost: float) -> Query | None:
        """The tree of a word and those that differ from it in one or two letters."""
        terms = self._analyzer.query_terms(text)
        if len(terms[0]) <= distance + 1:
            return self.words(text, field, boost=boost)
        self._count(1)
        return self._each(
            field,
            boost,
            lambda name, weight: _any([Fuzzy(name, term, weight, distance) for term in terms]),
        )

    def _each(self, field: str | None, boost: float, make: Callable[[str, float], Query]) -> Query:
        """Make a tree for one field, or for each that is searched where none is named."""
        if field is not None:
            return make(field, boost)
        return _any([make(name, weight * boost) for name, weight in self._weights.items()])

    def _count(self, number: int) -> None:
        self._words += number
        if self._words > MAX_WORDS:
            raise QueryError(f"the query has more than {MAX_WORDS} words; shorten it")


def _without_overlap(found: list[str], text: str) -> list[str]:
    """Leave out a last CJK character that stands in the pair before it."""
    if len(found) > 1 and _is_half(found[-1]):
        *_, (_, _, before), (_, start, _) = words(text)
        return found[:-1] if start < before else found
    return found


def _is_half(word: str) -> bool:
    """Whether a word is a single CJK character: a search for what begins with it."""
    return len(word) == 1 and is_cjk(word)


def _wild(field: str, pattern: str, boost: float) -> Query:
    """Terms of a pattern, and terms of words that fit it although their stems do not.

    `party` stands in the index as `parti` and `organization` as `organ`. Where a pattern
    begins with letters enough, the terms that such words can have are few, and the
    stored text says which passages have a word that fits.
    """
    beginning = _WILD.split(pattern)[0]
    is_prefix = pattern == beginning + "*"
    begin = Prefix(field, beginning, boost=boost)
    fits: Query = begin if is_prefix else Wildcard(field, pattern, boost=boost)
    if len(beginning) < _SHORTEST_STEM:
        return fits
    stems = [beginning[:end] for end in range(_SHORTEST_STEM, len(beginning))]
    stems += [stem[:-1] + "i" for stem in (*stems, beginning) if stem.endswith("y")]
    may: list[Query] = [Term(field, stem, boost=boost) for stem in stems]
    if not is_prefix:
        may.append(begin)
    return Or([fits, Written(field, _any(may), [Shaped(pattern)])]) if may else fits


class Choice(Or):
    """The ways in which one and the same thing may stand in the index: terms, or fields."""


def _any(trees: Sequence[Query]) -> Query:
    return trees[0] if len(trees) == 1 else Choice(trees)


def _all(trees: Sequence[Query]) -> Query | None:
    if len(trees) < 2:
        return trees[0] if trees else None
    return And(trees)


def years(text: str, what: str, position: int | None = None) -> tuple[int | None, int | None]:
    """Read `1990`, `1980s`, `1990..2003`, `1990-2003`, `1990-` or `-2003` as first and last."""
    if _YEAR.fullmatch(text):
        return int(text), int(text)
    if decade := _DECADE.fullmatch(text):
        return int(decade[1]), int(decade[1]) + 9
    span = _SPAN.fullmatch(text)
    if not span or not (span["start"] or span["end"]):
        raise QueryError(
            f"{what} takes a year or a range such as 1990, 1980s or 1990-2003, not '{text}'",
            position,
        )
    first, last = (int(span[end]) if span[end] else None for end in ("start", "end"))
    if first is not None and last is not None and first > last:
        raise QueryError(f"{what} takes the earlier year first, not '{text}'", position)
    return first, last


def year_range(field: str, first: int | None, last: int | None, boost: float = 1.0) -> YearRange:
    """Return a tree that finds the years from one to another, both of them included."""
    start, end = (None if year is None else year_term(year) for year in (first, last))
    return YearRange(field, start, end, boost=boost)


class _Clause(syntax.SyntaxNode):
    """A word, phrase or range of a query, until its field and boost are known."""

    has_fieldname = True
    has_boost = True

    def __init__(self, kind: str, text: str, gap: int = 0) -> None:
        self.kind = kind
        self.text = text
        self.gap = gap
        self.fieldname: str | None = None
        self.boost = 1.0

    def r(self) -> str:
        return f"{self.fieldname}:{self.kind}({self.text!r})"

    def query(self, parser: "_Parser") -> Query | None:
        build = parser.builder
        if self.fieldname in YEAR_FIELDS:
            first, last = years(self.text, f"{self.fieldname}:", self.startchar)
            return year_range(YEAR_FIELDS[self.fieldname], first, last, self.boost)
        if self.kind == "range":
            _fail(f"a range needs a field of years, such as year:[{self.text}]", self.startchar)
        if self.fieldname in KEY_FIELDS:
            return _key(self.fieldname, self.text)
        if self.kind == "exact":
            return build.exact(self.text, self.fieldname, self.boost)
        if self.kind == "phrase":
            return build.words(self.text, self.fieldname, self.gap, self.boost)
        return build.piece(self.text, self.fieldname, self.boost, self.startchar)


def _key(field: str, text: str) -> Query:
    """The tree for a page or language, as a whole or with `*` for any part of it."""
    if field == "lang":
        text = text.lower()
    if "*" not in text:
        return Term(field, text)
    if text.endswith("*") and "*" not in text[:-1]:
        return Prefix(field, text[:-1])
    return Wildcard(field, re.sub(r"[\[?]", "?", text))


def _fail(message: str, position: int) -> NoReturn:
    raise QueryError(message, position)


class _Any(syntax.OrGroup):
    """Alternatives; what stands behind NOT among them is taken away from all of them."""

    def query(self, parser: "_Parser") -> Query | None:
        return _combined(self, parser, Or)


class _Or(_Any):
    """Alternatives joined by OR; Whoosh adds the next to them, but not to those in brackets."""


class _All(syntax.AndGroup):
    """Words that must all be there, and those behind NOT that must not."""

    def query(self, parser: "_Parser") -> Query | None:
        return _combined(self, parser, And)


def _combined(group: Any, parser: "_Parser", kind: type[And] | type[Or]) -> Query | None:
    trees = [tree for node in group.nodes if (tree := _tree(node, parser)) is not None]
    wanted = [tree for tree in trees if not isinstance(tree, Not)]
    unwanted = [tree.query for tree in trees if isinstance(tree, Not)]
    if not trees:
        return None
    joined: Query = Every()
    if len(wanted) == 1 and group.boost == 1.0:
        joined = wanted[0]
    elif wanted:
        joined = kind(_flat(wanted, kind), boost=group.boost)
    return Without(joined, Or(unwanted)) if unwanted else joined


def _flat(trees: Sequence[Query], kind: type[And] | type[Or]) -> list[Query]:
    """Put what is joined in the same way into one list."""
    result: list[Query] = []
    for tree in trees:
        if isinstance(tree, kind) and tree.boost == 1.0:
            result += tree.subqueries
        else:
            result.append(tree)
    return result


def _tree(node: Any, parser: "_Parser") -> Query | None:
    if isinstance(node, syntax.NotGroup):
        inner = _combined(node, parser, And)
        return None if inner is None else Not(inner)
    if isinstance(node, syntax.FieldnameNode):
        _fail(f"'{node.original}' names a field, but nothing follows it", node.startchar)
    if isinstance(node, syntax.WordNode):  # a boost that follows nothing
        return parser.builder.piece(node.text, None)
    tree: Query | None = node.query(parser)
    return tree


class _ClauseTagger(RegexTagger):
    """Makes a clause of what a pattern matches."""

    def __init__(self, pattern: str, kind: str) -> None:
        super().__init__(pattern)
        self._kind = kind

    def create(self, parser: Any, match: re.Match[str]) -> _Clause:
        if self._kind == "range":
            ends = ("" if end == "*" else end for end in (match["start"], match["end"]))
            return _Clause("range", "..".join(ends))
        if self._kind == "phrase":
            kind = "exact" if match["exact"] else "phrase"
            return _Clause(kind, match["text"], int(match["slop"] or 0))
        return _Clause(self._kind, match["text"])


class _FieldTagger(RegexTagger):
    """Makes a field name of `name:` where something follows; else it is a word."""

    def create(self, parser: Any, match: re.Match[str]) -> syntax.FieldnameNode | None:
        name = match["text"]
        if name in _SCHEMES:
            return None
        if name not in FIELDS:
            raise QueryError(
                f"there is no field '{name}'; the fields are {', '.join(FIELDS)} "
                f"(to search for the word, put a space after the colon)",
                match.start(),
            )
        return syntax.FieldnameNode(name, match[0])


class _ClausePlugin(plugins.Plugin):
    """Teaches Whoosh's parser what a clause is."""

    def taggers(self, parser: Any) -> list[tuple[RegexTagger, int]]:
        return [
            (_FieldTagger(_FIELD), -2),
            (_ClauseTagger(_PHRASE, "phrase"), -1),
            (_ClauseTagger(_RANGE, "range"), -1),
            (_ClauseTagger(_WORD, "word"), 9),
        ]


def _operator(name: str) -> str:
    return rf"(?<![^\s()]){name}(?![^\s()])"


class _OperatorPlugin(plugins.OperatorsPlugin):
    """AND, OR and NOT in capitals; one that joins nothing is refused, not dropped."""

    def __init__(self) -> None:
        operator = self.OpTagger
        super().__init__(
            clean=True,
            ops=[
                (operator(_operator("NOT"), syntax.NotGroup, syntax.PrefixOperator), 0),
                (operator(_operator("AND"), _All), 0),
                (operator(_operator("OR"), _Or), 0),
            ],
        )

    def filters(self, parser: Any) -> list[tuple[Callable[..., Any], int]]:
        return [(self._check, 590), *super().filters(parser)]

    def _check(self, parser: Any, group: Any) -> Any:
        before = None
        for node in [*group, None]:
            if isinstance(before, syntax.Operator) and (
                node is None
                or isinstance(node, syntax.InfixOperator)
                or (isinstance(before, syntax.PrefixOperator) and isinstance(node, syntax.Operator))
            ):
                _fail(f"no word follows {before.text}; add one or write it small", before.startchar)
            if before is None and isinstance(node, syntax.InfixOperator):
                _fail(f"no word stands before {node.text}", node.startchar)
            if isinstance(node, syntax.GroupNode):
                self._check(parser, node)
            before = node
        return group


class _Parser(QueryParser):
    """Whoosh's parser, set up for this language."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.builder = _Builder(analyzer, WEIGHTS)
        super().__init__(
            None,
            schema=None,
            plugins=[
                plugins.WhitespacePlugin(),
                plugins.GroupPlugin(),
                plugins.FieldsPlugin(expr="(?!)", remove_unknown=False),
                plugins.BoostPlugin(_BOOST),
                _OperatorPlugin(),
                _ClausePlugin(),
            ],
            group=_Any,
        )
