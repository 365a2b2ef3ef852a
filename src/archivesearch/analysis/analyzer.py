"""Analyzer: the term of each word, one for all its forms and spellings.

A term depends on the word and the language only, so it is computed once for each distinct
word. A term has no capitals, no accents, no apostrophes and no ending.
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

_SNOWBALL_NAMES = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Letters that no Unicode normal form decomposes.
_BASE_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_CURRENCY = str.maketrans({"$": "s", "£": "l", "¢": "c"})
# All apostrophes become one; invisible characters are deleted.
_PLAIN_APOSTROPHES = str.maketrans(dict.fromkeys(INVISIBLE) | dict.fromkeys("’ʼ‘`´", "'"))
# French and Italian articles that an apostrophe joins to the next word.
_ELISIONS = frozenset(
    "c d j l m n s t qu all dall dell nell sull un quest jusqu lorsqu puisqu quoiqu".split()
)
_APOSTROPHES = "'’ʼ‘`´"
_MIN_STEMMED_LENGTH = 4
_MAX_TERM_LENGTH = 64
_MAX_CACHED_WORDS = 1 << 19


class Token(NamedTuple):
    """A word of a text as a term, with its span in the text; `position` counts words from 0."""

    term: str
    start: int
    end: int
    position: int


class Analyzer:
    """The terms of the words of one archive, by its languages and its variant spellings.

    `languages` are ISO 639-1 codes. Words of a query are stemmed in all of them, words of a
    page in the language of the page. `variants` maps a spelling to other spellings of the
    same word. Safe to use from several threads.

        >>> analyzer = Analyzer(("en",), {"America": ["Amerika"]})
        >>> [token.term for token in analyzer.tokens("Amerika's workers", "en")]
        ['america', 'worker']
    """

    def __init__(
        self,
        languages: Sequence[str] = ("en",),
        variants: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.languages = tuple(languages)
        self._variants = variants or {}
        self._canonical: dict[str, dict[str, str]] = {}
        self._terms: dict[str, _TermCache] = {}
        self._lock = threading.Lock()

    def terms(self, lang: str) -> Mapping[str, str]:
        """Return a mapping from any word of a text in a language to its term."""
        terms = self._terms.get(lang)
        if terms is None:
            terms = self._terms.setdefault(lang, _TermCache(self, lang))
        return terms

    def term(self, word: str, lang: str) -> str:
        """Return the term of a word of a text in a language."""
        return self.terms(lang)[word]

    def compute_term(self, word: str, lang: str) -> str:
        """Compute the term of a word, without the cache."""
        with self._lock:  # a stemmer serves one thread at a time
            return self._compute(word, lang)

    def stemming_language(self, lang: str) -> str:
        """Return the language of the stemmer for a language; `""` if there is none."""
        return lang if lang in _SNOWBALL_NAMES else ""

    def compute_terms(self, spellings: Sequence[str], lang: str) -> list[str]:
        """Compute the terms of words, without the cache."""
        with self._lock:
            return [self._compute(word, lang) for word in spellings]

    def variant_wordings(self, phrase: Sequence[str]) -> list[list[str]]:
        """Return a phrase in its other wordings: with variants of more or of fewer words.

        >>> analyzer = Analyzer(("en",), {"Zedong": ["Tse-tung"]})
        >>> analyzer.variant_wordings(["Mao", "Zedong", "said"])
        [['Mao', 'Tse', 'tung', 'said']]
        """
        terms = [self.term(word, self.languages[0]) for word in phrase]
        return [
            [*phrase[:start], *variant, *phrase[start + len(key) :]]
            for key, variants in self._phrase_variants
            for start in range(len(terms) - len(key) + 1)
            if tuple(terms[start : start + len(key)]) == key
            for variant in variants
        ]

    @lazy
    def _phrase_variants(self) -> list[tuple[tuple[str, ...], list[list[str]]]]:
        """Pairs: the terms of a spelling, and its variants with another number of words."""
        groups = (
            [[part for part, _, _ in words(spelling)] for spelling in (word, *variants)]
            for word, variants in self._variants.items()
        )
        return [
            (tuple(self.term(word, self.languages[0]) for word in phrase), variants)
            for group in groups
            for phrase in group
            if (variants := [variant for variant in group if len(variant) != len(phrase)])
        ]

    def tokens(self, text: str, lang: str) -> Iterator[Token]:
        """Yield the words of a text as terms, in order."""
        terms = self.terms(lang)
        for position, (word, start, end) in enumerate(words(text)):
            yield Token(terms[word], start, end, position)

    def __reduce__(self) -> tuple[Any, ...]:
        return Analyzer, (self.languages, dict(self._variants))

    def _compute(self, word: str, lang: str) -> str:
        if is_cjk(word):
            return unicodedata.normalize("NFKC", word)
        folded = _country_term(word)
        if folded:
            return folded
        stem = self._stem(fold(word), lang)
        if lang not in self._canonical:
            self._canonical[lang] = {
                self._stem(fold(variant), lang): self._stem(fold(word), lang)
                for word, variants in self._variants.items()
                for variant in variants
            }
        return self._canonical[lang].get(stem, stem)[:_MAX_TERM_LENGTH]

    def _stem(self, folded: str, lang: str) -> str:
        if len(folded) >= _MIN_STEMMED_LENGTH and (stemmer := _stemmer(lang)):
            with suppress(UnicodeEncodeError):  # a lone surrogate is no letter of any language
                folded = stemmer.stemWord(folded)
        return strip_accents(folded)


class _TermCache(dict[str, str]):
    """A cache of the terms of one language; a missing word is computed and added."""

    def __init__(self, analyzer: Analyzer, lang: str) -> None:
        super().__init__()
        self._analyzer = analyzer
        self._lang = lang

    def __missing__(self, word: str) -> str:
        if len(self) >= _MAX_CACHED_WORDS:
            self.clear()
        term = self[word] = self._analyzer.compute_term(word, self._lang)
        return term


def fold(word: str) -> str:
    """Return a word in lower case, without apostrophes, dots, articles and possessive `s`.

    Accents stay; `$`, `£` and `¢` become letters.

        >>> fold("Don’t"), fold("U.S.A"), fold("I$raeli"), fold("l'Été"), fold("Party's")
        ('dont', 'usa', 'israeli', 'été', 'party')
    """
    if word.isascii() and word.isalpha():
        return word.lower()
    word = unicodedata.normalize("NFC", word.translate(_PLAIN_APOSTROPHES).casefold())
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
    decomposed = unicodedata.normalize("NFKD", word)
    letters = "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", letters).translate(_BASE_LETTERS)


def year_term(year: int) -> str:
    """Return the term of a year: four digits, so that terms sort like years."""
    return f"{max(0, min(year, 9999)):04d}"


def spelling_key(word: str) -> str:
    """Return a word in one case and with one kind of apostrophe, to compare spellings."""
    if word.isascii() and word.isalnum():
        return word.lower()
    return unicodedata.normalize("NFC", word.translate(_PLAIN_APOSTROPHES).casefold())


def _country_term(word: str) -> str:
    """Return the term `u.s.` for `US`, `U.S.` and `U$`; `""` for other words, such as `us`."""
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
    """Return the Snowball stemmer of a language; None if it has none."""
    name = _SNOWBALL_NAMES.get(lang)
    return Stemmer.Stemmer(name, 0) if name in Stemmer.algorithms() else None
