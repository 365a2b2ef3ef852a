"""Words get numbers that are theirs alone, and terms as the analysis gives them."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archivesearch.analysis.tokenizer import split_words
from archivesearch.columnar.storage.string_table import from_utf8, to_utf8
from archivesearch.columnar.terms.batch_tokenizer import tokenize_texts
from archivesearch.columnar.terms.merged_vocabulary import MergedVocabulary
from archivesearch.columnar.terms.vocabulary import NewTerms, Vocabulary
from helpers.columnar_cases import ANALYZER

# Words about as long as the numbers that they are looked up by, in one to three bytes a letter.
WORD = st.text("aAbé中'", min_size=1, max_size=30)
LANGS = st.sampled_from(["en", "fr", "xx", ""])


def check(
    vocabulary: Vocabulary, text: str, lang: str, known: dict[str, int], spelled: list[str]
) -> None:
    """See that words have the numbers they had before, and each another, and terms likewise."""
    found = tokenize_texts([to_utf8(text)])
    numbers = vocabulary.word_numbers(found)
    for word, number in zip(split_words(text), numbers.tolist(), strict=True):
        assert known.setdefault(word, number) == number
    assert len(set(known.values())) == len(known)
    terms = vocabulary.terms_and_forms(numbers, lang)[0].tolist()
    spelled.extend(map(from_utf8, vocabulary.new_terms().terms))
    assert [spelled[n] for n in terms] == [ANALYZER.term(word, lang) for word in split_words(text)]


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
    other = Vocabulary(ANALYZER).stemming_language(lang)
    for word in ("womyn", "running", "Müllers", "l'union", "US"):
        assert ANALYZER.term(word, other) == ANALYZER.term(word, lang)


def test_forms_are_the_spellings_of_each_term() -> None:
    vocabulary = Vocabulary(ANALYZER)
    numbers = vocabulary.word_numbers(tokenize_texts([b"parties Party party PARTY US us"]))
    terms, forms = vocabulary.terms_and_forms(numbers, "en")
    assert forms.tolist()[1:] == [-1] * 5  # what is most frequent is usual
    owners = vocabulary.new_terms().form_terms.tolist()
    assert owners[forms.tolist()[0]] == terms.tolist()[0]


def heard(text: str, *langs: str) -> NewTerms:
    """Return what a vocabulary of its own has met in a text, in some languages."""
    vocabulary = Vocabulary(ANALYZER)
    numbers = vocabulary.word_numbers(tokenize_texts([to_utf8(text)]))
    for lang in langs:
        vocabulary.terms_and_forms(numbers, lang)
    return vocabulary.new_terms()


def test_a_glossary_has_all_terms_and_forms_under_the_same_numbers() -> None:
    one, other = heard("parties Party party us", "en"), heard("parties US parties", "en", "fr")
    glossary = MergedVocabulary([one, other])
    assert glossary.strings == sorted(
        {*one.terms, *other.terms, *one.form_spellings, *other.form_spellings}
    )
    pairs = [
        (glossary.strings[term], glossary.strings[spelled])
        for term, spelled in zip(
            glossary.form_terms.tolist(), glossary.form_spellings.tolist(), strict=True
        )
    ]
    assert pairs == sorted(set(pairs))
    for news in (one, other):
        numbers = glossary.number_map(news.vocabulary)
        assert [glossary.strings[n] for n in numbers.terms.tolist()] == list(news.terms)
        own = zip(news.form_terms.tolist(), news.form_spellings, strict=True)
        wanted = [(news.terms[owner], spelled) for owner, spelled in own]
        assert [pairs[n] for n in numbers.forms.tolist()] == wanted
    term = glossary.strings.index(b"parti")
    usual = [
        pairs[glossary.number_map(news.vocabulary).usual_forms[term]][1] for news in (one, other)
    ]
    assert usual == [b"party", b"parties"]
    assert pairs[glossary.usual_forms[term]][1] == b"party"
