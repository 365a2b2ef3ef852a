"""Analyzer: the spellings that have one term, and those that have different terms."""

import pickle
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.analysis.analyzer import Analyzer, fold, spelling_key, strip_accents
from archivesearch.analysis.tokenizer import words

VARIANTS = {
    "America": ["Amerika", "Amerikkka"],
    "American": ["Amerikan", "Amerikkkan"],
    "U.S.": ["U.$.", "u.$.", "U$"],
    "USA": ["U$A"],
    "Canada": ["Kanada"],
    "Bush": ["Bu$h"],
    "Israeli": ["I$raeli"],
    "women": ["wimmin"],
    "woman": ["womyn"],
    "person": ["persyn"],
    "personal": ["persynal"],
    "human": ["humyn"],
    "captives": ["kaptives"],
    "Khrushchev": ["Khruschev"],
    "Zedong": ["Tse-tung"],
    "labor": ["labour"],
    "Aztlan": ["Aztlán"],
    "United States": ["united $tates"],
}


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer(("en", "fr"), VARIANTS)


def terms(analyzer: Analyzer, text: str, lang: str = "en") -> list[str]:
    return [token.term for token in analyzer.tokens(text, lang)]


@pytest.mark.parametrize(
    "same",
    [
        "America Amerika Amerikkka AMERIKA amerika's",
        "American Amerikan Amerikkkan Americans",
        "US U.S. U.$. U$ US's US’s U$'s U.S",
        "USA U$A U.S.A. usa",
        "Canada Kanada",
        "Bush Bu$h BU$H",
        "Israeli I$raeli",
        "women wimmin Wimmin's",
        "woman womyn",
        "person persyn persons persyns",
        "personal persynal",
        "human humyn humans",
        "captives kaptives captive kaptive",
        "Khrushchev Khruschev Khrushchev's",
        "labor labour labour's LABOUR",
        "Aztlan Aztlán Aztla\u0301n AZTLÁN",
        "states $tates",
        "A.N.S.W.E.R. ANSWER answer",
        "SWP S.W.P. swp SWP's",
        "don't don’t don`t DONT",
        "RAIL RAIL's RAILs",
        "worker workers worker's workers' WORKERS",
        "running runs run",
        "cafe café CAFÉ cafés",
        "Łódź Lodz",
        "Straße STRASSE",
        "ﬁne fine",
        "soft\xadhyphen softhyphen soft\u200bhyphen",
        "Ⅷ VIII",
    ],
)
def test_spellings_of_one_word(analyzer: Analyzer, same: str) -> None:
    results = terms(analyzer, same)
    assert len(results) == len(same.split())
    assert len(set(results)) == 1


@pytest.mark.parametrize(
    "different",
    [
        "US us",
        "U.S. us",
        "US USA",
        "woman women",
        "SWP WWP",
        "party part",
        "cost c",
        "5 50",
        "1976 1970s",
        "america canada",
    ],
)
def test_words_with_different_terms(analyzer: Analyzer, different: str) -> None:
    results = terms(analyzer, different)
    assert len(set(results)) == len(results) == len(different.split())


@pytest.mark.xfail(reason="a word alone does not say that it is an acronym")
@pytest.mark.parametrize("pair", ["AIDS aid", "ANSWER answers"])
def test_acronyms_are_not_stemmed(analyzer: Analyzer, pair: str) -> None:
    assert len(set(terms(analyzer, pair))) == 2


@pytest.mark.parametrize("same", ["humanité l'Humanité L’HUMANITÉ", "parti d'parti qu'parti"])
def test_french_articles(analyzer: Analyzer, same: str) -> None:
    assert len(set(terms(analyzer, same, "fr"))) == 1


@pytest.mark.xfail(reason="accents decide how French words are stemmed")
def test_a_french_word_typed_without_its_accent(analyzer: Analyzer) -> None:
    assert analyzer.term("humanité", "fr") in {
        analyzer.term("humanite", lang) for lang in ("en", "fr")
    }


def test_pages_are_stemmed_in_their_own_language(analyzer: Analyzer) -> None:
    for lang, forms in {
        "de": "Arbeiterin Arbeiterinnen",
        "es": "trabajador trabajadores",
        "fr": "ouvrière ouvrières",
        "ru": "партия партии",
    }.items():
        assert len(set(terms(analyzer, forms, lang))) == 1
    assert len(set(terms(analyzer, "Arbeiter Arbeiters", "xx"))) == 2


@pytest.mark.parametrize(
    ("phrase", "wordings"),
    [
        ("Zedong", ["Tse tung"]),
        ("TSE TUNG", ["Zedong"]),
        ("Mao Tse tung said", ["Mao Zedong said"]),
        ("Mao zedong's wife", ["Mao Tse tung wife"]),
        ("tung Tse", []),
        ("America", []),
        ("united states", []),
        ("", []),
    ],
)
def test_variants_of_another_number_of_words(
    analyzer: Analyzer, phrase: str, wordings: list[str]
) -> None:
    results = analyzer.variant_wordings(phrase.split())
    assert [" ".join(wording) for wording in results] == wordings


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Don’t", "dont"),
        ("U.S.A", "usa"),
        ("I$raeli", "israeli"),
        ("Party's", "party"),
        ("l'été", "été"),
        ("s's", "s"),
        ("O'Brien", "obrien"),
        ("IS'S", "is"),
    ],
)
def test_fold(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_spelling_keeps_all_but_case_and_apostrophe() -> None:
    assert spelling_key("Don’t") == spelling_key("DON'T")
    assert (
        len({*map(spelling_key, ("Amerika", "America", "Americas", "Bush", "Bu$h", "é", "e"))}) == 7
    )


texts = st.text(max_size=30) | st.text("abUS.$£'’ sé中\u0301", max_size=20)
plain = Analyzer(("en", "fr"), VARIANTS)


@given(texts, st.sampled_from(["en", "fr", "ar", "hi", "xx", ""]))
def test_any_text_has_terms(text: str, lang: str) -> None:
    tokens = list(plain.tokens(text, lang))
    assert [(text[t.start : t.end], t.start, t.end) for t in tokens] == list(words(text))
    assert [token.position for token in tokens] == list(range(len(tokens)))
    assert all(1 <= len(token.term) <= 64 for token in tokens)
    for token in tokens:
        token.term.encode()
    assert tokens == list(Analyzer(("en", "fr"), VARIANTS).tokens(text, lang))


@given(st.text("abcdefgXYZs'éü", min_size=1, max_size=12))
def test_case_and_apostrophe_make_no_difference(word: str) -> None:
    if word.casefold() != "us":
        assert terms(plain, word) == terms(plain, word.casefold()) == terms(plain, word.lower())
        assert terms(plain, word) == terms(plain, word.replace("'", "’"))


@given(texts)
def test_strip_accents_is_idempotent(text: str) -> None:
    assert strip_accents(strip_accents(text)) == strip_accents(text)


def test_it_can_be_pickled(analyzer: Analyzer) -> None:
    again: Analyzer = pickle.loads(pickle.dumps(analyzer))  # noqa: S301
    assert terms(again, "Amerika U.$. workers") == terms(analyzer, "Amerika U.$. workers")


def test_threads_agree() -> None:
    shared = Analyzer(("en", "fr"), VARIANTS)
    text = " ".join(f"workers{n} running{n % 7} Amerika" for n in range(500))
    expected = terms(plain, text)
    results: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: results.append(terms(shared, text))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 8
