"""Vocabulary: word numbers, terms and forms; merged vocabulary and encoded forms."""

import secrets

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivesearch.analysis.tokenizer import split_words
from archivesearch.columnar.storage.string_table import from_utf8, to_utf8
from archivesearch.columnar.terms.batch_tokenizer import tokenize_texts
from archivesearch.columnar.terms.merged_vocabulary import MergedVocabulary
from archivesearch.columnar.terms.vocabulary import NewTerms, Vocabulary
from archivesearch.columnar.terms.word_forms_writer import encode_forms
from helpers.columnar_cases import ANALYZER

# Words of one to more than 24 bytes, with letters of one to three bytes.
WORD = st.text("aAbé中'", min_size=1, max_size=30)
LANGS = st.sampled_from(["en", "fr", "xx", ""])


def check(
    vocabulary: Vocabulary, text: str, lang: str, known: dict[str, int], spelled: list[str]
) -> None:
    """Check that equal words have equal numbers, others different ones, and terms likewise."""
    texts = tokenize_texts([to_utf8(text)])
    numbers = vocabulary.word_numbers(texts)
    for word, number in zip(split_words(text), numbers.tolist(), strict=True):
        assert known.setdefault(word, number) == number
    assert len(set(known.values())) == len(known)
    terms = vocabulary.terms_and_forms(numbers, lang)[0].tolist()
    spelled.extend(map(from_utf8, vocabulary.new_terms().terms))
    assert [spelled[n] for n in terms] == [ANALYZER.term(word, lang) for word in split_words(text)]


@settings(max_examples=150)
@given(st.lists(st.tuples(st.lists(WORD, max_size=40), LANGS), max_size=4))
def test_each_word_has_its_own_number_and_its_term(batches: list[tuple[list[str], str]]) -> None:
    vocabulary, known, spelled = Vocabulary(ANALYZER), dict[str, int](), list[str]()
    for words, lang in batches:
        check(vocabulary, " ".join(words), lang, known, spelled)


def test_hash_table_keeps_all_words_when_it_grows() -> None:
    vocabulary, known, spelled = Vocabulary(ANALYZER), dict[str, int](), list[str]()
    for start in range(0, 6000, 1500):
        numbers = range(start + 1500)
        text = " ".join(f"w{n} longerword{n} thelongestwordofallthatthereare{n}" for n in numbers)
        check(vocabulary, text, "xx", known, spelled)
    assert len(known) == 18_000


def test_words_with_colliding_hashes_have_different_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 1 << 63)
    words = [f"{n:x}a" for n in range(300)] + [f"{n:x}abcdefghij" for n in range(300)]
    check(Vocabulary(ANALYZER), " ".join(words * 2), "xx", {}, [])


@pytest.mark.parametrize("lang", ["en", "xx", "", "en-US", "tlh", "x-klingon"])
def test_stemming_language_gives_the_same_terms(lang: str) -> None:
    other = Vocabulary(ANALYZER).stemming_language(lang)
    for word in ("womyn", "running", "Müllers", "l'union", "US"):
        assert ANALYZER.term(word, other) == ANALYZER.term(word, lang)


def test_forms_are_the_spellings_of_each_term() -> None:
    vocabulary = Vocabulary(ANALYZER)
    numbers = vocabulary.word_numbers(tokenize_texts([b"parties Party party PARTY US us"]))
    terms, forms = vocabulary.terms_and_forms(numbers, "en")
    assert forms.tolist()[1:] == [-1] * 5  # the most frequent form is the usual one
    owners = vocabulary.new_terms().form_terms.tolist()
    assert owners[forms.tolist()[0]] == terms.tolist()[0]


def new_terms_of(text: str, *langs: str) -> NewTerms:
    """Return the terms of a text in these languages, as a new vocabulary reports them."""
    vocabulary = Vocabulary(ANALYZER)
    numbers = vocabulary.word_numbers(tokenize_texts([to_utf8(text)]))
    for lang in langs:
        vocabulary.terms_and_forms(numbers, lang)
    return vocabulary.new_terms()


def test_merged_vocabulary_has_all_terms_and_forms() -> None:
    one, other = (
        new_terms_of("parties Party party us", "en"),
        new_terms_of("parties US parties", "en", "fr"),
    )
    merged = MergedVocabulary([one, other])
    assert merged.strings == sorted(
        {*one.terms, *other.terms, *one.form_spellings, *other.form_spellings}
    )
    pairs = [
        (merged.strings[term], merged.strings[spelled])
        for term, spelled in zip(
            merged.form_terms.tolist(), merged.form_spellings.tolist(), strict=True
        )
    ]
    assert pairs == sorted(set(pairs))
    for part in (one, other):
        numbers = merged.number_map(part.vocabulary)
        assert [merged.strings[n] for n in numbers.terms.tolist()] == list(part.terms)
        own = zip(part.form_terms.tolist(), part.form_spellings, strict=True)
        expected = [(part.terms[owner], spelled) for owner, spelled in own]
        assert [pairs[n] for n in numbers.forms.tolist()] == expected
    term = merged.strings.index(b"parti")
    usual = [
        pairs[merged.number_map(part.vocabulary).usual_forms[term]][1] for part in (one, other)
    ]
    assert usual == [b"party", b"parties"]
    assert pairs[merged.usual_forms[term]][1] == b"party"


def test_forms_are_encoded_as_in_the_example() -> None:
    terms = [b"castro", b"parti"]
    new_terms = NewTerms("v", terms, np.array([0, 1, 1]), [b"castro", b"party", b"parties"])
    forms = encode_forms(
        MergedVocabulary([new_terms]),
        terms=np.array([0, 1]),
        posting_counts=np.array([1, 3]),
        frequencies=np.array([1, 2, 1, 1]),
        others=(np.array([1, 1, 1]), np.array([1, 2, 3])),
    )
    assert forms.counts.tolist() == [1, 2]
    assert forms.numbers.tolist() == [0, 1, 2]
    assert forms.listed_counts.tolist() == [0, 1, 1]
    assert forms.gaps.tolist() == [0, 0]
