"""Tokenizer: tables of texts with their words, and laws for any text."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archivesearch.analysis import tokenizer
from archivesearch.analysis.tokenizer import is_cjk, locate_words, words


def word_texts(text: str) -> list[str]:
    return [word for word, _, _ in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("one", "one"),
        ("One, two; three.", "One two three"),
        # spelled on purpose
        ("U.S. U.$. u.$. U$ USA U$A", "U.S U.$ u.$ U$ USA U$A"),
        ("the united $tates", "the united $tates"),
        ("united\n$tates", "united $tates"),
        ("Bu$h I$raeli Amerikkka", "Bu$h I$raeli Amerikkka"),
        ("£iberal ¢ents Ki££er", "£iberal ¢ents Ki££er"),
        # money
        ("$5 costs 5$ or £3.50", "5 costs 5 or 3 50"),
        ("a $5.00 bill, 10¢", "a 5 00 bill 10"),
        ("$ $$ US$ 5 US$5", "US$ 5 US 5"),
        # an apostrophe that Unicode calls a letter
        ("ʼ ʼtis oʼclock dogsʼ", "tis oʼclock dogs"),
        # acronyms
        ("A.N.S.W.E.R. marched", "A.N.S.W.E.R marched"),
        ("in the U.S. The end.", "in the U.S The end"),
        ("U.S.-backed (U.S.A.)", "U.S backed U.S.A"),
        ("RCP=CIA", "RCP CIA"),
        ("plan A. Be there", "plan A Be there"),
        ("example.org e.g. a.b.cd", "example org e.g a b cd"),
        ("I.W.W.'s", "I.W.W s"),
        ("U.S$ U.S$5 A.B$c", "U.S U.S 5 A B$c"),
        # apostrophes
        ("don't RAIL's workers'", "don't RAIL's workers"),
        ("don’t don`t don´t donʼt", "don’t don`t don´t donʼt"),
        ("'tis 'quoted' ''x''", "tis quoted x"),
        ("l'Humanité d’Aztlán", "l'Humanité d’Aztlán"),
        ("rock'n'roll", "rock'n'roll"),
        ("5' 6''", "5 6"),
        # signs that do not join
        ("Tse-tung", "Tse tung"),
        ("and/or snake_case", "and or snake case"),
        ("mim@mim.org", "mim mim org"),
        ("C++ C# 3.14 1,800 '96", "C C 3 14 1 800 96"),
        ("http://a.org/b?c=d", "http a org b c d"),
        # accents, marks and invisible characters
        ("Aztla\u0301n", "Aztla\u0301n"),
        ("\u0301alone _\u0301 \xad\u0301", "alone"),
        ("\u4e2d\u0301 \u4e2d$ $\u4e2d \u4e2d.A.B. \u56fd.\u4e2d", "中 中 中 中 A.B 国 中"),
        ("soft\xadhyphen zero\u200bwidth", "soft\xadhyphen zero\u200bwidth"),
        ("\ufeffstart", "start"),
        ("हिन्दी العَرَبِيَّة", "हिन्दी العَرَبِيَّة"),
        ("Москва Ελλάδα", "Москва Ελλάδα"),
        # Chinese, Japanese, Korean
        ("中", "中"),
        ("中国", "中国 国"),
        ("日本共産党。", "日本 本共 共産 産党 党"),
        ("WTO和中国", "WTO 和中 中国 国"),
        ("1999年12月15日", "1999 年 12 月 15 日"),
        ("ひらカタ 한국", "ひら らカ カタ タ 한국 국"),
        # damage
        ("MIMÕs ITıS RAILs", "MIMÕs ITıS RAILs"),
        ("[email protected]", "email protected"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert word_texts(text) == expected.split()


LETTERS = "abUS.$£¢'’5 -_\n\u0301\u200b\xad中国あé"
texts = st.text(max_size=40) | st.text(LETTERS, max_size=30)


@given(texts)
@example("a\u200b'b")
@example("a\xad$5")
def test_words_have_their_spans_in_order(text: str) -> None:
    last_start = last_end = -1
    for word, start, end in words(text):
        assert text[start:end] == word != ""
        assert start > last_start
        assert end > last_end or is_cjk(word)
        assert start >= last_end or is_cjk(word)
        last_start, last_end = start, end


@given(texts)
@example("ʼ")
def test_every_letter_and_digit_is_in_a_word(text: str) -> None:
    covered = {at for _, start, end in words(text) for at in range(start, end)}
    # `ʼ` is a letter in Unicode, but an apostrophe here
    assert not [c for at, c in enumerate(text) if c.isalnum() and c != "ʼ" and at not in covered]


@given(texts)
def test_a_word_has_a_letter_or_digit(text: str) -> None:
    assert all(is_cjk(word) or any(c.isalnum() for c in word) for word in word_texts(text))


@given(texts, texts)
def test_a_space_separates_words(one: str, other: str) -> None:
    shifted = [(w, s + len(one) + 1, e + len(one) + 1) for w, s, e in words(other)]
    assert list(words(f"{one} {other}")) == [*words(one), *shifted]


@given(st.text(st.characters(max_codepoint=0x24F) | st.sampled_from(LETTERS), max_size=30))
def test_the_simple_pattern_equals_the_full_one(text: str) -> None:
    if not tokenizer._NOT_SIMPLE.search(text):
        full = [(m[0], m.start(), m.end()) for m in tokenizer._full_pattern().finditer(text)]
        assert list(words(text)) == full


def test_a_mark_never_separates_a_word() -> None:
    codes = (code for code in range(0x110000) if not 0xD800 <= code < 0xE000)
    marks = [chr(code) for code in codes if unicodedata.category(chr(code)) in ("Mn", "Mc", "Me")]
    assert not [mark for mark in marks if word_texts(f"a{mark}b") != [f"a{mark}b"]]


def test_punctuation_never_joins_words() -> None:
    joining = set("'’ʼ‘`´$£¢") | set(tokenizer.INVISIBLE)
    signs = (
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code))[0] in "PSZ"
        and chr(code) not in joining
        and not is_cjk(chr(code))
    )
    assert not [sign for sign in signs if word_texts(f"ab{sign}cd") != ["ab", "cd"]]


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "a'",
        "$",
        "a$",
        "a.$",
        "\u0301",
        "中",
        "a\u0301",
        "\u200b",
        "a\u200b'",
        "'",
        "é'.",
    ],
)
def test_long_texts_come_to_an_end(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert all(text[start:end] == word for word, start, end in words(text))


@given(texts)
def test_cjk_is_cut_into_pairs(text: str) -> None:
    runs = re.findall(r"[中国あ]+", text)
    pairs = [run[at : at + 2] for run in runs for at in range(len(run))]
    assert [word for word in word_texts(text) if re.fullmatch("[中国あ]+", word)] == pairs


@given(st.text("aAb '’US.$中国é\n", max_size=40) | st.text(max_size=40), st.data())
@example("aba abab ab", None)
@example("aaa aa.aa aa", None)
def test_words_are_located_without_the_others(text: str, data: st.DataObject | None) -> None:
    all_words = list(words(text))
    distinct = sorted({word for word, _, _ in all_words})
    drawn = set(data.draw(st.lists(st.sampled_from(distinct)))) if data and distinct else distinct
    numbered = [(n, word) for n, (word, _, _) in enumerate(all_words) if word in drawn]
    spans = [(start, end) for word, start, end in all_words if word in drawn]
    assert locate_words(text, numbered) == spans
