"""Batch tokenizer: the same words as `words` finds, for any text."""

from itertools import accumulate

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archivesearch.analysis.tokenizer import CharKind, char_kind, words
from archivesearch.columnar.storage.string_table import from_utf8, to_utf8
from archivesearch.columnar.terms.batch_tokenizer import tokenize_texts
from test_tokenizer import LETTERS

ANY_TEXT = st.text(st.characters(codec=None), max_size=30)
# Characters of each kind, of one to four bytes, and characters between kinds.
SIGNS = LETTERS + "ʼ‘`´ßЖ९𝟗²ª\N{MUSICAL SYMBOL COMBINING STEM}\u3099\u0966𠀀한\ud800\0\U0010ffffÕ½"
ODD_TEXT = st.text(SIGNS, max_size=30)


def check(texts: list[str]) -> None:
    """Check that the words of each text are those of `words`."""
    tokenized = tokenize_texts([to_utf8(text) for text in texts])
    assert len(tokenized.word_counts) == len(tokenized.text_starts) == len(texts)
    places = iter(zip(tokenized.starts.tolist(), tokenized.ends.tolist(), strict=True))
    for text, count, begin in zip(
        texts, tokenized.word_counts, tokenized.text_starts.tolist(), strict=True
    ):
        at = list(accumulate(map(len, map(to_utf8, text)), initial=0))
        wanted = [(word, at[start], at[end]) for word, start, end in words(text)]
        assert [
            (from_utf8(tokenized.data[start:end]), start - begin, end - begin)
            for start, end in (next(places) for _ in range(count))
        ] == wanted
    assert next(places, None) is None


@settings(max_examples=300)
@given(st.lists(ANY_TEXT | ODD_TEXT, max_size=5))
@example([])
@example([""])
@example(["", "a", ""])
@example(["A.B\u0301c.d A.B$ ʼA.B x\u0301a.b 中A.B国$a ab.c.d a.b.cd É.É.É"])
@example(["a'\u0301b \u0301'b $'a a$'b '''a'b''"])
def test_words_are_those_of_the_plain_tokenizer(texts: list[str]) -> None:
    check(texts)


@settings(max_examples=200)
@given(st.lists(ODD_TEXT, min_size=1, max_size=3), st.sampled_from([" ", "", "\n", "\0", "_"]))
def test_texts_side_by_side_are_separate(texts: list[str], between: str) -> None:
    check([between.join(texts), *texts])


@pytest.mark.parametrize("first", [*range(0, 0x32400, 0x8000), 0xE0000])  # no others assigned
def test_every_character_alone_and_between_letters(first: int) -> None:
    points = range(first, first + 0x8000)
    check(["".join(f"a{chr(point)}b {chr(point)}c$ " for point in points)])


def test_kinds_of_characters() -> None:
    assert [char_kind(c) for c in "a9\u0301’.£中 _²"] == [
        *(
            CharKind.LETTER,
            CharKind.DIGIT,
            CharKind.MARK,
            CharKind.APOSTROPHE,
            CharKind.DOT,
            CharKind.CURRENCY,
        ),
        *(CharKind.CJK, CharKind.SEPARATOR, CharKind.SEPARATOR, CharKind.LETTER),
    ]


@pytest.mark.parametrize(
    "unit", ["a", "a.", "a'", "$", "a.$", "\u0301", "中", "a\u0301", "é'.", "中$"]
)
def test_long_texts_without_separators(unit: str) -> None:
    check([unit * (50_000 // len(unit))])
