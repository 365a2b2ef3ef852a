"""The trees of what a query is made of: words, phrases, patterns, names.

What a word becomes in the index depends on the language of the page, so a word of a
query becomes one term for each language, and each term is looked for in pages of its
language alone.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from whoosh.query import And, Every, Or, Phrase, Query, Term

from archivesearch.analysis.analyzer import Analyzer, fold, strip_accents
from archivesearch.analysis.tokenizer import is_cjk, words
from archivesearch.errors import QueryError
from archivesearch.query.alias_expansion import NO_ALIASES, AliasExpansion
from archivesearch.query.nodes.alternatives import Alias, Alternatives, InLanguages
from archivesearch.query.nodes.exact import ExactForm, FormPattern, SameSpelling, WordTest
from archivesearch.query.nodes.near import Near
from archivesearch.query.nodes.patterns import Fuzzy, Prefix

# What a word without a field is looked for in, and how much a find there weighs. Of the
# weights of heading and title, on the judged collections after the second stage (nDCG@10
# and MAP): .5 and .4 .554/.478, .3 and .2 .558/.480, .5 and .2 .559/.482. No collection
# has organizations; theirs is that of a heading, and more as it is always a name.
FIELD_WEIGHTS = {"text": 1.0, "org": 0.8, "section": 0.5, "title": 0.2}

# How much an organization's other names weigh beside the one that was asked for, the words
# of each together. nDCG@10 of the judged questions on the bundled corpus: without other
# names .924, 0.3 .949, 0.5 .951, 1.0 .952; where each word has 0.5, .950.
ALIAS_WEIGHT = 0.5

MAX_WORDS = 256
# Each may stand for any number of terms, and be a fifth of a second's work or more.
MAX_PATTERNS = 10

_SIGNS = re.compile("[=*?~]")
_WILD = re.compile(r"\*|\?(?=[\w*])")
_FUZZY = re.compile(r"(?P<word>[^~]+)~(?P<distance>\d*)")
# A label pasted with the first word after it is two words, not a phrase.
_COLON = re.compile(r":(?!//)(?=\D)")

# The terms of words, and the languages in which they have them; () is all of them.
_Form = tuple[tuple[str, ...], tuple[str, ...]]


class TreeBuilder:
    """Makes the trees for the pieces of one query.

    `languages` are those in which its words are stemmed, by default all of the index.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        languages: Sequence[str] = (),
        names: AliasExpansion = NO_ALIASES,
        weights: dict[str, float] | None = None,
    ) -> None:
        self._analyzer = analyzer
        self._languages = tuple(languages) or analyzer.languages
        self._names = names
        self._weights = FIELD_WEIGHTS if weights is None else weights
        self._forms: dict[tuple[str, ...], list[_Form]] = {}
        self._words = 0
        self._patterns = 0

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
        return any_of([t for part in parts if (t := self.words(part, field, boost=boost))])

    def words(self, text: str, field: str | None, gap: int = 0, boost: float = 1.0) -> Query | None:
        """The tree of plain words: one alone, or several in a row with at most `gap` between."""
        found = self._found(text)
        if not found:
            return None
        ways = [found, *self._analyzer.variant_wordings(found)]
        tree = self._each(
            field,
            boost,
            lambda name, weight: _choice([self._row(name, way, gap, weight) for way in ways]),
        )
        if gap or not self._names:
            return tree
        names = self._names.aliases(tuple(map(fold, found)))
        return Or([tree, self._renamed([tree], names, field, boost)]) if names else tree

    def aliases(self, pieces: Sequence[str], trees: Sequence[Query]) -> list[Query]:
        """The trees of other names of what is named by several pieces in a row.

        `trees` are those of the pieces, one for each.
        """
        if not self._names or len(pieces) < 2:
            return []
        parts = [
            ("",) if _SIGNS.search(piece) else tuple(fold(word) for word, _, _ in words(piece))
            for piece in pieces
        ]
        return [
            self._renamed(trees[start:end], others, None, 1.0)
            for start, end, others in self._names.find_aliases(parts)
        ]

    def exact(self, text: str, field: str | None, boost: float = 1.0) -> Query | None:
        """The tree of words in a row in exactly this spelling and form."""
        found = self._found(text)
        if not found:
            return None
        tests: list[WordTest] = [SameSpelling.for_word(word) for word in found]
        return self._each(
            field,
            boost,
            lambda name, weight: ExactForm(name, self._row(name, found, 0, weight), tests),
        )

    def wildcard(self, text: str, field: str | None, boost: float = 1.0) -> Query | None:
        """The tree of a word with `*` or `?` in it."""
        pieces = re.findall(r"[\w*?$£¢'’]+", text)
        trees = [self._wild_piece(piece.rstrip("?"), field, boost) for piece in pieces]
        found = [tree for tree in trees if tree is not None]
        if len(found) < 2:
            return found[0] if found else None
        return And(found)

    def fuzzy(self, text: str, distance: int, field: str | None, boost: float) -> Query | None:
        """The tree of a word and those that differ from it in one or two letters."""
        forms = self._terms([text])
        if len(forms[0][0][0]) <= distance + 1:
            return self.words(text, field, boost=boost)
        self._count_pattern()
        return self._each(
            field,
            boost,
            lambda name, weight: _choice(
                [_spoken(Fuzzy(name, term, weight, distance), langs) for (term,), langs in forms]
            ),
        )

    def _found(self, text: str) -> list[str]:
        """The words of a piece of a query, which are counted."""
        places = list(words(text))
        found = [word for word, _, _ in places]
        # a last CJK character that stands in the pair before it is left out
        if len(found) > 1 and _is_half(found[-1]) and places[-1][1] < places[-2][2]:
            found.pop()
        self._count(len(found))
        return found

    def _terms(self, found: Sequence[str]) -> list[_Form]:
        """What words become in each language, and in which; () says in all of them."""
        spelled = tuple(found)
        known = self._forms.get(spelled)  # every field asks for the same
        if known is None:
            known = self._forms[spelled] = self._new_terms(spelled)
        return known

    def _new_terms(self, spelled: tuple[str, ...]) -> list[_Form]:
        ways = [spelled]
        if not all(map(str.isascii, spelled)):
            # stems of other languages know nothing of its accents
            ways = list(dict.fromkeys((spelled, tuple(map(strip_accents, spelled)))))
        forms: dict[tuple[str, ...], dict[str, None]] = {}
        for lang in self._languages:
            terms = self._analyzer.terms(lang)
            for way in ways:
                forms.setdefault(tuple([terms[word] for word in way]), {})[lang] = None
        if len(forms) == 1 or len(self._languages) == 1:
            return [(form, ()) for form in forms]
        return [(form, tuple(langs)) for form, langs in forms.items()]

    def _row(self, field: str, found: Sequence[str], gap: int, boost: float) -> Query:
        """Words in a row; with a gap, in any order."""
        halves = [_is_half(word) for word in found]
        rows: list[Query] = []
        for terms, langs in self._terms(found):
            row: Query
            if len(terms) > 1 and gap == 0 and not any(halves):
                row = Phrase(field, list(terms), boost=boost)
            else:
                trees = [
                    Prefix(field, word, boost=boost) if half else Term(field, term, boost=boost)
                    for word, term, half in zip(found, terms, halves, strict=True)
                ]
                row = trees[0] if len(trees) == 1 else Near(trees, field, gap)
            rows.append(_spoken(row, langs))
        return _choice(rows)

    def _renamed(
        self,
        trees: Sequence[Query],
        names: Iterable[Sequence[str]],
        field: str | None,
        boost: float,
    ) -> Query:
        """The tree of other names of what was asked for by some trees."""
        rows = [
            self._each(field, boost * ALIAS_WEIGHT / len(words), partial(self._name, words))
            for words in names
        ]
        return Alias(rows, trees)

    def _name(self, words: Sequence[str], field: str, boost: float) -> Query:
        return self._row(field, words, 0, boost)

    def _wild_piece(self, text: str, field: str | None, boost: float) -> Query | None:
        if not _WILD.search(text):
            return self.words(text, field, boost=boost)
        self._count_pattern()
        pattern = strip_accents(fold(text))
        if not pattern.strip("*?"):
            return None
        return self._each(field, boost, lambda name, weight: FormPattern(name, pattern, weight))

    def _each(self, field: str | None, boost: float, make: Callable[[str, float], Query]) -> Query:
        """Make a tree for one field, or for each that is searched where none is named."""
        if field is not None:
            return make(field, boost)
        return _choice([make(name, weight * boost) for name, weight in self._weights.items()])

    def _count_pattern(self) -> None:
        self._count(1)
        self._patterns += 1
        if self._patterns > MAX_PATTERNS:
            raise QueryError(f"the query has more than {MAX_PATTERNS} words with * ? or ~")

    def _count(self, number: int) -> None:
        self._words += number
        if self._words > MAX_WORDS:
            raise QueryError(f"the query has more than {MAX_WORDS} words; shorten it")


def any_of(trees: Sequence[Query]) -> Query | None:
    """Return the tree of alternatives, those of alternatives among them joined to the others."""
    if len(trees) < 2:
        return trees[0] if trees else None
    return Or(flatten(trees, Or))


def flatten(trees: Sequence[Query], kind: type[And] | type[Or]) -> list[Query]:
    """Put what is joined in the same way into one list."""
    result: list[Query] = []
    for tree in trees:
        if isinstance(tree, kind) and tree.boost == 1.0 and not isinstance(tree, Alias):
            result += tree.subqueries
        else:
            result.append(tree)
    return result


def _is_half(word: str) -> bool:
    """Whether a word is a single CJK character: a search for what begins with it."""
    return len(word) == 1 and is_cjk(word)


def _spoken(tree: Query, langs: Sequence[str]) -> Query:
    return InLanguages(tree, langs) if langs else tree


def _choice(trees: Sequence[Query]) -> Query:
    return trees[0] if len(trees) == 1 else Alternatives(trees)
