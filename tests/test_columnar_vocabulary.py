"""Words get numbers that are theirs alone, and terms as the analysis gives them."""

import secrets

import numpy as np
import pytest
from columnar_cases import ANALYZER
from hypothesis import given, settings
from hypothesis import strategies as st

from archivesearch.columnar.splitting import split
from archivesearch.columnar.strings import decoded, encoded
from archivesearch.columnar.vocabulary import Vocabulary
from archivesearch.words import plain_words

# Words about as long as the numbers that they are looked up by, in one to three bytes a letter.
WORD = st.text("aAbé中'", min_size=1, max_size=30)
LANGS = st.sampled_from(["en", "fr", "xx", ""])


def check(vocabulary: Vocabulary, text: str, lang: str, known: dict[str, int]) -> None:
    """See that words have the numbers they had before, and each another."""
    found = split([encoded(text)])
    numbers = vocabulary.words(found)
    for word, number in zip(plain_words(text), numbers.tolist(), strict=True):
        assert known.setdefault(word, number) == number
    assert len(set(known.values())) == len(known)
    terms = [decoded(vocabulary.term(n)) for n in vocabulary.terms(numbers, lang)[0].tolist()]
    assert terms == [ANALYZER.term(word, lang) for word in plain_words(text)]


@settings(max_examples=150)
@given(st.lists(st.tuples(st.lists(WORD, max_size=40), LANGS), max_size=4))
def test_each_word_has_its_number_and_its_term(batches: list[tuple[list[str], str]]) -> None:
    vocabulary, known = Vocabulary(ANALYZER), dict[str, int]()
    for found, lang in batches:
        check(vocabulary, " ".join(found), lang, known)


def test_a_table_grows_and_forgets_nothing() -> None:
    vocabulary, known = Vocabulary(ANALYZER), dict[str, int]()
    for start in range(0, 6000, 1500):
        numbers = range(start + 1500)
        text = " ".join(f"w{n} longerword{n} thelongestwordofallthatthereare{n}" for n in numbers)
        check(vocabulary, text, "xx", known)
    assert len(known) == 18_000


def test_words_that_want_the_same_slot_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 1 << 63)
    words = [f"{n:x}a" for n in range(300)] + [f"{n:x}abcdefghij" for n in range(300)]
    check(Vocabulary(ANALYZER), " ".join(words * 2), "xx", {})


@pytest.mark.parametrize("lang", ["en", "xx", "", "en-US", "tlh", "x-klingon"])
def test_few_languages_stand_for_all(lang: str) -> None:
    other = Vocabulary(ANALYZER).stemming(lang)
    for word in ("womyn", "running", "Müllers", "l'union", "US"):
        assert ANALYZER.term(word, other) == ANALYZER.term(word, lang)


def test_forms_are_the_spellings_of_each_term() -> None:
    vocabulary = Vocabulary(ANALYZER)
    numbers = vocabulary.words(split([b"parties Party party PARTY US us"]))
    terms, forms = vocabulary.terms(numbers, "en")
    assert forms.tolist()[1:] == [-1] * 5  # what is most frequent is usual
    assert vocabulary.owners(forms[:1]).tolist() == terms[:1].tolist()
    vocabulary.terms(numbers[:1], "fr")
    spellings, ranks = vocabulary.spellings()
    wanted = [b"parties", b"parties", b"party", b"us", b"us"]  # of part, parti, u.s., us
    assert [spellings[n] for n in np.argsort(ranks)] == wanted
    assert [spellings[n] for n in vocabulary.usual(terms)] == [b"party"] * 4 + [b"us"] * 2
