"""Tree builder: the query trees of words, phrases, patterns and names.

The term of a word depends on the language of the page. So a word of a query becomes one
term for each language, and each term matches in pages of its language only.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from archivesearch.analysis.analyzer import Analyzer, fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import is_cjk, words
from archivesearch.errors import QueryError
from archivesearch.query.alias_expansion import NO_ALIASES, AliasExpansion
from archivesearch.query.nodes.compounds import Alias, Alternatives, And, InLanguages, Or
from archivesearch.query.nodes.leaves import (
    Every,
    ExactForm,
    FormPattern,
    Fuzzy,
    Near,
    Phrase,
    Prefix,
    Term,
)
from archivesearch.query.nodes.query import Query

# The fields of a word that names no field, with their weights. Weights of heading and title
# on the judged collections, after the second stage (nDCG@10/MAP): .5 and .4 .554/.478, .3
# and .2 .558/.480, .5 and .2 .559/.482. No collection has organizations; their weight is
# that of a heading, and more as it is always a name.
FIELD_WEIGHTS = {"text": 1.0, "org": 0.8, "section": 0.5, "title": 0.2}

# The weight of an alias of an organization, all its words together, where the name in the
# query has 1. nDCG@10 of the judged questions on the bundled corpus: without aliases .924,
# 0.3 .949, 0.5 .951, 1.0 .952; if each word has 0.5, .950.
ALIAS_WEIGHT = 0.5

MAX_WORDS = 256
# Each may expand to any number of terms, and take a fifth of a second or more.
MAX_PATTERNS = 10

_PATTERN_SIGNS = re.compile("[=*?~]")
_WILD = re.compile(r"\*|\?(?=[\w*])")
_FUZZY = re.compile(r"(?P<word>[^~]+)~(?P<distance>\d*)")
# A label without a space before the next word is two words, not a phrase: `Comments:x`.
_LABEL_COLON = re.compile(r":(?!//)(?=\D)")

# The terms of some words, and the languages in which they are their terms; () is all.
_LanguageTerms = tuple[tuple[str, ...], tuple[str, ...]]


class TreeBuilder:
    """Builds the trees of the parts of one query, and counts its words and patterns.

    Words are stemmed in `languages`, by default in all languages of the analyzer. A `field`
    of None stands for the default fields, which are the keys of `weights`. All methods
    raise QueryError if the query has too many words or patterns.
    """

    def __init__(
        self,
        analyzer: Analyzer,
        languages: Sequence[str] = (),
        aliases: AliasExpansion = NO_ALIASES,
        weights: dict[str, float] | None = None,
    ) -> None:
        self._analyzer = analyzer
        self._languages = tuple(languages) or analyzer.languages
        self._aliases = aliases
        self._weights = FIELD_WEIGHTS if weights is None else weights
        self._terms: dict[tuple[str, ...], list[_LanguageTerms]] = {}
        self._word_count = 0
        self._pattern_count = 0

    def piece(
        self, text: str, field: str | None, boost: float = 1.0, position: int | None = None
    ) -> Query | None:
        """Return the tree of a part of a query between spaces; None if it has no word.

        Signs have their meaning: `*`, `=word`, `word~2`, `wo?d*`, `word-word`.
        """
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
        parts = _LABEL_COLON.split(text)
        return any_of([tree for part in parts if (tree := self.words(part, field, boost=boost))])

    def words(self, text: str, field: str | None, gap: int = 0, boost: float = 1.0) -> Query | None:
        """Return the tree of plain words: one, or several in a row; None if there is none.

        With a `gap` they may be in any order, with at most `gap` other words among them.
        Variant spellings and, without a gap, aliases are added.
        """
        phrase = self._split(text)
        if not phrase:
            return None
        wordings = [phrase, *self._analyzer.variant_wordings(phrase)]
        tree = self._in_fields(
            field,
            boost,
            lambda name, weight: _alternatives(
                [self._row(name, wording, gap, weight) for wording in wordings]
            ),
        )
        if gap or not self._aliases:
            return tree
        names = self._aliases.aliases(tuple(map(fold, phrase)))
        return Or((tree, self._alias([tree], names, field, boost))) if names else tree

    def aliases(self, pieces: Sequence[str], trees: Sequence[Query]) -> list[Query]:
        """Return the trees of aliases of the names that several pieces in a row make up.

        `trees` has the tree of each piece.
        """
        if not self._aliases or len(pieces) < 2:
            return []
        parts = [
            ("",)
            if _PATTERN_SIGNS.search(piece)
            else tuple(fold(word) for word, _, _ in words(piece))
            for piece in pieces
        ]
        return [
            self._alias(trees[start:end], names, None, 1.0)
            for start, end, names in self._aliases.find_aliases(parts)
        ]

    def exact(self, text: str, field: str | None, boost: float = 1.0) -> Query | None:
        """Return the tree of words in a row, in exactly this spelling; None without a word."""
        phrase = self._split(text)
        if not phrase:
            return None
        spellings = tuple(map(spelling_key, phrase))
        return self._in_fields(
            field,
            boost,
            lambda name, weight: ExactForm(self._row(name, phrase, 0, weight), spellings),
        )

    def wildcard(self, text: str, field: str | None, boost: float = 1.0) -> Query | None:
        """Return the tree of a word with `*` or `?` in it; None if it has nothing else."""
        parts = re.findall(r"[\w*?$£¢'’]+", text)
        results = [self._wildcard_word(part.rstrip("?"), field, boost) for part in parts]
        trees = [tree for tree in results if tree is not None]
        if len(trees) < 2:
            return trees[0] if trees else None
        return And(tuple(trees))

    def fuzzy(self, text: str, distance: int, field: str | None, boost: float) -> Query | None:
        """Return the tree of a word and those that differ in at most `distance` letters.

        A word that is too short for the distance is searched for as it is.
        """
        terms = self._terms_of([text])
        if len(terms[0][0][0]) <= distance + 1:
            return self.words(text, field, boost=boost)
        self._count_pattern()
        return self._in_fields(
            field,
            boost,
            lambda name, weight: _alternatives(
                [_in(langs, Fuzzy(name, term, distance, weight)) for (term,), langs in terms]
            ),
        )

    def _split(self, text: str) -> list[str]:
        """Return the words of a text, and count them."""
        located = list(words(text))
        phrase = [word for word, _, _ in located]
        # the last character of a CJK run is part of the pair before it
        if len(phrase) > 1 and _is_single_cjk(phrase[-1]) and located[-1][1] < located[-2][2]:
            phrase.pop()
        self._count_words(len(phrase))
        return phrase

    def _terms_of(self, phrase: Sequence[str]) -> list[_LanguageTerms]:
        """Return the different terms of words, each with its languages; () is all of them.

        In English and French, for example, `["worker"]` has `[(("worker",), ("en",)),
        (("work",), ("fr",))]`.
        """
        key = tuple(phrase)
        terms = self._terms.get(key)  # the same for every field
        if terms is None:
            terms = self._terms[key] = self._compute_terms(key)
        return terms

    def _compute_terms(self, phrase: tuple[str, ...]) -> list[_LanguageTerms]:
        spellings = [phrase]
        if not all(map(str.isascii, phrase)):
            # stemmers of other languages do not know its accents
            spellings = list(dict.fromkeys((phrase, tuple(map(strip_accents, phrase)))))
        langs: dict[tuple[str, ...], dict[str, None]] = {}
        for lang in self._languages:
            terms = self._analyzer.terms(lang)
            for spelling in spellings:
                langs.setdefault(tuple([terms[word] for word in spelling]), {})[lang] = None
        if len(langs) == 1 or len(self._languages) == 1:
            return [(row, ()) for row in langs]
        return [(row, tuple(row_langs)) for row, row_langs in langs.items()]

    def _row(self, field: str, phrase: Sequence[str], gap: int, boost: float) -> Query:
        """Return the tree of words in a row; with a gap, in any order."""
        prefixes = [_is_single_cjk(word) for word in phrase]
        rows: list[Query] = []
        for terms, langs in self._terms_of(phrase):
            row: Query
            if len(terms) > 1 and gap == 0 and not any(prefixes):
                row = Phrase(field, terms, boost)
            else:
                parts = [
                    Prefix(field, word, boost) if prefix else Term(field, term, boost)
                    for word, term, prefix in zip(phrase, terms, prefixes, strict=True)
                ]
                row = parts[0] if len(parts) == 1 else Near(field, tuple(parts), gap)
            rows.append(_in(langs, row))
        return _alternatives(rows)

    def _alias(
        self,
        trees: Sequence[Query],
        names: Iterable[Sequence[str]],
        field: str | None,
        boost: float,
    ) -> Query:
        """Return the tree of the aliases `names`; `trees` are those of the original name."""
        rows = [
            self._in_fields(field, boost * ALIAS_WEIGHT / len(name), partial(self._name, name))
            for name in names
        ]
        return Alias(tuple(rows), tuple(trees))

    def _name(self, name: Sequence[str], field: str, boost: float) -> Query:
        return self._row(field, name, 0, boost)

    def _wildcard_word(self, text: str, field: str | None, boost: float) -> Query | None:
        if not _WILD.search(text):
            return self.words(text, field, boost=boost)
        self._count_pattern()
        pattern = strip_accents(fold(text))
        if not pattern.strip("*?"):
            return None
        return self._in_fields(
            field, boost, lambda name, weight: FormPattern(name, pattern, weight)
        )

    def _in_fields(
        self, field: str | None, boost: float, make: Callable[[str, float], Query]
    ) -> Query:
        """Return the tree that `make` builds for a field, or for all default fields."""
        if field is not None:
            return make(field, boost)
        return _alternatives([make(name, weight * boost) for name, weight in self._weights.items()])

    def _count_pattern(self) -> None:
        self._count_words(1)
        self._pattern_count += 1
        if self._pattern_count > MAX_PATTERNS:
            raise QueryError(f"the query has more than {MAX_PATTERNS} words with * ? or ~")

    def _count_words(self, number: int) -> None:
        self._word_count += number
        if self._word_count > MAX_WORDS:
            raise QueryError(f"the query has more than {MAX_WORDS} words; shorten it")


def any_of(trees: Sequence[Query]) -> Query | None:
    """Return the tree of alternatives, flattened; None if there are none."""
    if len(trees) < 2:
        return trees[0] if trees else None
    return Or(flatten(trees, Or))


def flatten(trees: Sequence[Query], kind: type[And] | type[Or]) -> tuple[Query, ...]:
    """Return trees with those of a kind, but not aliases, replaced by their clauses.

    `[a, Or([b, c])]` becomes `[a, b, c]` for Or.
    """
    result: list[Query] = []
    for tree in trees:
        if isinstance(tree, kind) and not isinstance(tree, Alias):
            result += tree.clauses
        else:
            result.append(tree)
    return tuple(result)


def _is_single_cjk(word: str) -> bool:
    """Whether a word is a single CJK character; a query for it matches words it begins."""
    return len(word) == 1 and is_cjk(word)


def _in(langs: Sequence[str], tree: Query) -> Query:
    return InLanguages(tree, tuple(langs)) if langs else tree


def _alternatives(trees: Sequence[Query]) -> Query:
    return trees[0] if len(trees) == 1 else Alternatives(tuple(trees))
