"""Words get numbers that are theirs alone, and terms as the analysis gives them."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivesearch.analysis.tokenizer import plain_words
from archivesearch.columnar.storage.string_table import decoded, encoded
from archivesearch.columnar.terms.batch_tokenizer import split
from archivesearch.columnar.terms.merged_vocabulary import Glossary
from archivesearch.columnar.terms.vocabulary import News, Vocabulary
from helpers.columnar_cases import ANALYZER

# Words about as long as the numbers that they are looked up by, in one to three bytes a letter.
WORD = st.text("aAbé中'", min_size=1, max_size=30)
LANGS = st.sampled_from(["en", "fr", "xx", ""])


def check(
    vocabulary: Vocabulary, text: str, lang: str, known: dict[str, int], spelled: list[str]
) -> None:
    """See that words have the numbers they had before, and each another, and terms likewise."""
    found = split([encoded(text)])
    numbers = vocabulary.words(found)
    for word, number in zip(plain_words(text), numbers.tolist(), strict=True):
        assert known.setdefault(word, number) == number
    assert len(set(known.values())) == len(known)
    terms = vocabulary.terms(numbers, lang)[0].tolist()
    spelled.extend(map(decoded, vocabulary.news().terms))
    assert [spelled[n] for n in terms] == [ANALYZER.term(word, lang) for word in plain_words(text)]


@settings(max_examples=150)
@given(st.lists(st.tuples(st.lists(WORD, max_size=40), LANGS), max_size=4))
def test_each_word_has_its_number_and_its_term(batches: list[tuple[list[str], str]]) -> None:
    vocabulary, known, spelled = Vocabulary(ANALYZER), dict[str, int](), list[str]()
    for found, lang in batches:
        check(vocabulary, " ".join(found), lang, known, spelled)


def test_a_table_grows_and_forgets_nothing() -> None:
    vocabulary, known, spelled = Vocabulary(ANALYZER), dict[str, int](), list[str]()
    for start in range(0, 6000, 1500):
        numbers = range(start + 1500)
        text = " ".join(f"w{n} longerword{n} thelongestwordofallthatthereare{n}" for n in numbers)
        check(vocabulary, text, "xx", known, spelled)
    assert len(known) == 18_000


def test_words_that_want_the_same_slot_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbits", lambda _bits: 1 << 63)
    words = [f"{n:x}a" for n in range(300)] + [f"{n:x}abcdefghij" for n in range(300)]
    check(Vocabulary(ANALYZER), " ".join(words * 2), "xx", {}, [])


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
    owners = vocabulary.news().owners.tolist()
    assert owners[forms.tolist()[0]] == terms.tolist()[0]


def heard(text: str, *langs: str) -> News:
    """Return what a vocabulary of its own has met in a text, in some languages."""
    vocabulary = Vocabulary(ANALYZER)
    numbers = vocabulary.words(split([encoded(text)]))
    for lang in langs:
        vocabulary.terms(numbers, lang)
    return vocabulary.news()


def test_a_glossary_has_all_terms_and_forms_under_the_same_numbers() -> None:
    one, other = heard("parties Party party us", "en"), heard("parties US parties", "en", "fr")
    glossary = Glossary([one, other])
    assert glossary.strings == sorted({*one.terms, *other.terms, *one.spelled, *other.spelled})
    pairs = [
        (glossary.strings[term], glossary.strings[spelled])
        for term, spelled in zip(glossary.owners.tolist(), glossary.spelled.tolist(), strict=True)
    ]
    assert pairs == sorted(set(pairs))
    for news in (one, other):
        numbers = glossary.of(news.vocabulary)
        assert [glossary.strings[n] for n in numbers.terms.tolist()] == list(news.terms)
        own = zip(news.owners.tolist(), news.spelled, strict=True)
        wanted = [(news.terms[owner], spelled) for owner, spelled in own]
        assert [pairs[n] for n in numbers.forms.tolist()] == wanted
    term = glossary.strings.index(b"parti")
    usual = [pairs[glossary.of(news.vocabulary).usual[term]][1] for news in (one, other)]
    assert usual == [b"party", b"parties"]
    assert pairs[glossary.usual[term]][1] == b"party"
