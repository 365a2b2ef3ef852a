"""What words become in the index: one term for all the ways of writing a word.

Everything here is a function of one word and a language, so it is worked out once for
each distinct word. A term has no capitals, no accents, no apostrophes and no ending.
"""

import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, NamedTuple

import Stemmer

from archivesearch.analysis.tokenizer import INVISIBLE, is_cjk, words
from archivesearch.lazy import lazy

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Letters that no normal form takes apart.
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_CURRENCY = str.maketrans({"$": "s", "£": "l", "¢": "c"})
_NOT_SPOKEN = str.maketrans(
    dict.fromkeys(INVISIBLE) | dict.fromkeys("’ʼ‘`´", "'")  # all apostrophes are one
)
# French and Italian articles that an apostrophe joins to the next word.
_ELISIONS = frozenset(
    "c d j l m n s t qu all dall dell nell sull un quest jusqu lorsqu puisqu quoiqu".split()
)
_APOSTROPHES = "'’ʼ‘`´"
_SHORTEST_STEMMED = 4
_LONGEST_TERM = 64
_CACHED_WORDS = 1 << 19


class Token(NamedTuple):
    """A word of a text as the index sees it; `position` counts words from 0."""

    term: str
    start: int
    end: int
    position: int


class Analyzer:
    """Turns text into terms for one archive: its languages and its variant spellings.

    `languages` are ISO 639-1 codes; words of a query are stemmed in all of them, words of
    a page in the page's own. `variants` maps a spelling to others of the same word.
    Safe to use from several threads.
    """

    def __init__(
        self,
        languages: Sequence[str] = ("en",),
        variants: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.languages = tuple(languages)
        self._variants = variants or {}
        self._canonical: dict[str, dict[str, str]] = {}
        self._terms: dict[str, _Terms] = {}
        self._lock = threading.Lock()

    def terms(self, lang: str) -> Mapping[str, str]:
        """Return what gives the term that stands for any word of a text in a language."""
        terms = self._terms.get(lang)
        if terms is None:
            terms = self._terms.setdefault(lang, _Terms(self, lang))
        return terms

    def term(self, word: str, lang: str) -> str:
        """Return the term that stands for a word of a text in the given language."""
        return self.terms(lang)[word]

    def compute_term(self, word: str, lang: str) -> str:
        """Work out the term of a word; stemmers serve one thread at a time."""
        with self._lock:
            return self._make_term(word, lang)

    def stemming_language(self, lang: str) -> str:
        """Return a language in which all words have the same terms; `""` is one of no endings."""
        return lang if lang in _SNOWBALL else ""

    def compute_terms(self, found: Sequence[str], lang: str) -> list[str]:
        """Work out the terms of words, which are not kept."""
        with self._lock:
            return [self._make_term(word, lang) for word in found]

    def variant_wordings(self, found: Sequence[str]) -> list[list[str]]:
        """Return what the same words come to with variants of more words or of fewer."""
        terms = [self.term(word, self.languages[0]) for word in found]
        return [
            [*found[:at], *other, *found[at + len(wording) :]]
            for wording, others in self._wordings
            for at in range(len(terms) - len(wording) + 1)
            if tuple(terms[at : at + len(wording)]) == wording
            for other in others
        ]

    @lazy
    def _wordings(self) -> list[tuple[tuple[str, ...], list[list[str]]]]:
        """The terms of each variant, with those others that differ in their number of words."""
        groups = (
            [[part for part, _, _ in words(spelled)] for spelled in (word, *variants)]
            for word, variants in self._variants.items()
        )
        return [
            (tuple(self.term(word, self.languages[0]) for word in one), others)
            for group in groups
            for one in group
            if (others := [other for other in group if len(other) != len(one)])
        ]

    def tokens(self, text: str, lang: str) -> Iterator[Token]:
        """Yield the words of a text as terms, in order."""
        terms = self.terms(lang)
        for position, (word, start, end) in enumerate(words(text)):
            yield Token(terms[word], start, end, position)

    def __reduce__(self) -> tuple[Any, ...]:
        return Analyzer, (self.languages, dict(self._variants))

    def _make_term(self, word: str, lang: str) -> str:
        if is_cjk(word):
            return unicodedata.normalize("NFKC", word)
        folded = _country(word)
        if folded:
            return folded
        stem = self._stem(fold(word), lang)
        if lang not in self._canonical:
            self._canonical[lang] = {
                self._stem(fold(variant), lang): self._stem(fold(word), lang)
                for word, variants in self._variants.items()
                for variant in variants
            }
        return self._canonical[lang].get(stem, stem)[:_LONGEST_TERM]

    def _stem(self, folded: str, lang: str) -> str:
        if len(folded) >= _SHORTEST_STEMMED and (stemmer := _stemmer(lang)):
            with suppress(UnicodeEncodeError):  # half a character is no letter of any language
                folded = stemmer.stemWord(folded)
        return strip_accents(folded)


class _Terms(dict[str, str]):
    """The terms of the words of one language that have been met."""

    def __init__(self, analyzer: Analyzer, lang: str) -> None:
        super().__init__()
        self._analyzer = analyzer
        self._lang = lang

    def __missing__(self, word: str) -> str:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        term = self[word] = self._analyzer.compute_term(word, self._lang)
        return term


def fold(word: str) -> str:
    """Return a word without case, apostrophes and dots, its accents kept, `$` read as s."""
    if word.isascii() and word.isalpha():
        return word.lower()
    word = unicodedata.normalize("NFC", word.translate(_NOT_SPOKEN).casefold())
    if "." in word:
        return word.replace(".", "").translate(_CURRENCY)
    before, apostrophe, after = word.partition("'")
    if apostrophe:
        if before in _ELISIONS and len(after) > 1:
            word = after
        word = word.removesuffix("'s")
        word = word.replace("'", "")
    return word.translate(_CURRENCY)


def strip_accents(word: str) -> str:
    """Return a folded word without its accents."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFKD", word)
    bare = "".join(c for c in apart if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", bare).translate(_LETTERS)


def year_term(year: int) -> str:
    """Return the term of a year: four digits, so that terms sort as years do."""
    return f"{max(0, min(year, 9999)):04d}"


def spelling_key(word: str) -> str:
    """Return what two words must share to be spelled alike: all but case and apostrophe."""
    if word.isascii() and word.isalnum():
        return word.lower()
    return unicodedata.normalize("NFC", word.translate(_NOT_SPOKEN).casefold())


def _country(word: str) -> str:
    """Tell `US`, `U.S.` and `U$` from the pronoun `us`: only they become `u.s.`."""
    if word.isascii() and word.isalpha():
        return "u.s." if word == "US" else ""
    possessive = len(word) > 2 and word[-2] in _APOSTROPHES and word[-1] in "sS"
    if (word[:-2] if possessive else word) == "US" or (
        len(word) < 8 and ("$" in word or "." in word)
    ):
        return "u.s." if fold(word) == "us" else ""
    return ""


@cache
def _stemmer(lang: str) -> Stemmer.Stemmer | None:
    """Return the Snowball stemmer of a language, None where there is none."""
    name = _SNOWBALL.get(lang)
    return Stemmer.Stemmer(name, 0) if name in Stemmer.algorithms() else None
