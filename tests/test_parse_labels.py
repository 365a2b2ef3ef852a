"""Paragraph labels: tables of texts and their parts, and a law."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.parse.sections.labels import (
    find_labels,
    repeated_phrases,
    split_at_labels,
)

CUT = [
    ("Self-Description: A league.", [("Self-Description", "A league.")]),
    ("Self-description: A league.", [("Self-description", "A league.")]),
    ("Comments:No space.", [("Comments", "No space.")]),
    ("Comments : A space before.", [("Comments", "A space before.")]),
    ("2003 comments: Gone.", [("2003 comments", "Gone.")]),
    ("Comments (2003): Gone.", [("Comments (2003)", "Gone.")]),
    ("Comments, March 2003: Gone.", [("Comments, March 2003", "Gone.")]),
    ("Fine. 2003 comments: Gone.", [("", "Fine."), ("2003 comments", "Gone.")]),
    ('It said "so." Comments: No.', [("", 'It said "so."'), ("Comments", "No.")]),
    (
        "Self-Description: A. Comments: B. Further Info: C.",
        [("Self-Description", "A."), ("Comments", "B."), ("Further Info", "C.")],
    ),
    ("Comments on concept of harbors: New.", [("Comments on concept of harbors", "New.")]),
    ('Comments on "the harbor": New.', [('Comments on "the harbor"', "New.")]),
    ("Our comments: Ours.", [("Our comments", "Ours.")]),
    ("VHA comments: Theirs.", [("VHA comments", "Theirs.")]),
    ("Editor's comments: Mine.", [("Editor's comments", "Mine.")]),
    ("[2003 comments: gone]", [("2003 comments", "gone]")]),
    ("Self-Description\nA league.", [("Self-Description", "A league.")]),
    ("Comments - Small.", [("Comments", "Small.")]),
    ("Comments -- Small.", [("Comments", "Small.")]),
    ("Comments", [("Comments", "")]),
    ("Autodescription : Une ligue.", [("Autodescription", "Une ligue.")]),
    ("Commentaires de 2003 : Non.", [("Commentaires de 2003", "Non.")]),
    ("Comentários: Não.", [("Comentários", "Não.")]),
    ("自我介绍：我们。2003年评论：好。", [("自我介绍", "我们。"), ("2003年评论", "好。")]),
    ("Open Orchard Self-Description: Us.", [("", "Open Orchard"), ("Self-Description", "Us.")]),
    ("A label at the end. Comments:", [("", "A label at the end."), ("Comments", "")]),
]
WHOLE = [
    "Film: a review",
    "He sent us these comments: none.",
    "See http://harbor.example/comments: nothing.",
    "Meetings at 7:30. Doors at 19:00.",
    "Quill: Why? Marsh: Because.",
    "Her comments were these: go home.",
    "Comments are welcome: write to us.",
    "Comments to ada@harbor.example: none yet.",
    "Tides and Wages: A History. London: Pier Press, 1976: 12",
    "The vote: 12:3.",
    "no further information was given: nothing.",
    ":",
    "",
]
IN_PROFILES = [
    ("Consider it so. 2003: Not so.", [("", "Consider it so."), ("2003", "Not so.")]),
    ("2003: Not so.", [("2003", "Not so.")]),
    ("March 2003: Not so.", [("March 2003", "Not so.")]),
    ("Printed in London. 1976: 12", [("", "Printed in London. 1976: 12")]),
    ("It sank in Jan. 2003: all drowned.", [("", "It sank in Jan. 2003: all drowned.")]),
    ("Copyright (c) 2003: the league.", [("", "Copyright (c) 2003: the league.")]),
    ("Strength: nine.", [("Strength", "nine.")]),
    ("It has one strength: nine.", [("", "It has one strength: nine.")]),
]


@pytest.mark.parametrize(("text", "parts"), CUT)
def test_text_is_split_at_its_labels(text: str, parts: list[tuple[str, str]]) -> None:
    assert split_at_labels(text, find_labels(text)) == parts


@pytest.mark.parametrize("text", WHOLE)
def test_prose_with_colons_has_no_label(text: str) -> None:
    assert find_labels(text) == []


@pytest.mark.parametrize(("text", "parts"), IN_PROFILES)
def test_a_profile_has_labels_of_its_own(text: str, parts: list[tuple[str, str]]) -> None:
    labels = find_labels(text, page_phrases={"strength"})
    assert split_at_labels(text, labels) == parts


def test_a_bold_phrase_before_a_colon_is_a_label_of_a_profile() -> None:
    text = "Small. Members: nine. Paper: none."
    labels = find_labels(text, [(7, 15)], page_phrases=())
    assert split_at_labels(text, labels) == [("", "Small."), ("Members", "nine. Paper: none.")]


def test_repeated_phrases() -> None:
    lines = [
        "Strength: nine",
        "Strength: ten",
        "Note: once",
        "http://a",
        "http://b",
        "7:30",
        "7:30",
    ]
    assert repeated_phrases(lines, 2) == {"strength"}


@given(
    st.lists(
        st.sampled_from(["Comments: ", "2003: ", "word ", "end. ", '"', "(", "\n", "：", "1"])
        | st.text(max_size=3),
        max_size=30,
    )
)
def test_no_character_of_a_word_is_lost(pieces: list[str]) -> None:
    text = "".join(pieces)
    parts = split_at_labels(text, find_labels(text, page_phrases=()))
    letters = "".join(c for label, rest in parts for c in label + rest if c.isalnum())
    assert letters == "".join(c for c in text if c.isalnum())
