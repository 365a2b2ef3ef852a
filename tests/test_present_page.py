"""Indexed pages and parsed pages as text."""

from dataclasses import replace

import pytest

from archivesearch.model.pages import Dating, Page, PageInfo, Paragraph, Section, passages
from archivesearch.model.passages import Passage
from archivesearch.present.inspection import inspection_text
from archivesearch.present.page import page_text
from archivesearch.present.screen import Screen
from archivesearch.present.width import text_width

PLAIN = Screen(60, color=False)
PAGE = Page(
    page="lists/parties.html",
    url="http://www.example.org/lists/parties.html",
    title="A guide to the parties",
    lang="en",
    encoding="windows-1252",
    encoding_source="meta",
    dating=Dating(1994, "masthead", "1994-05", "A. Writer", 2003, "updated"),
    sha256="ab" * 32,
    captured=None,
    sections=(
        Section(paragraphs=(Paragraph("An introduction."),)),
        Section(
            heading="Socialist Workers Party (SWP)",
            org="Socialist Workers Party",
            aliases=("SWP",),
            publication="The Militant",
            address="New York\nUSA",
            price="$1",
            paragraphs=(
                Paragraph("We are for\nworkers.", "Self-Description", (), (1976, 1980)),
                Paragraph("Not so. Read on. " * 6, "Comments", ((8, 16),)),
            ),
        ),
    ),
)
INFO = PageInfo(
    page=PAGE.page,
    url=PAGE.url,
    title=PAGE.title,
    encoding=PAGE.encoding,
    encoding_source=PAGE.encoding_source,
    year=PAGE.dating.year,
    year_source=PAGE.dating.source,
    date=PAGE.dating.date,
    author=PAGE.dating.author,
    lang=PAGE.lang,
    sha256=PAGE.sha256,
    captured=PAGE.captured,
    second_year=PAGE.dating.second_year,
    second_source=PAGE.dating.second_source,
    sections=2,
    paragraphs=4,
)
PASSAGES = tuple(passages(PAGE))


def test_a_page_with_a_pointer_at_one_passage() -> None:
    assert page_text(INFO, PASSAGES, PLAIN, "lists/parties.html#3").splitlines() == [
        "A guide to the parties",
        "lists/parties.html",
        "http://www.example.org/lists/parties.html",
        "1994 (masthead), or 2003 (updated) · 1994-05 · A. Writer ·",
        "en · windows-1252 (meta)",
        "",
        "  1  An introduction.",
        "",
        "Socialist Workers Party (SWP) · Socialist Workers Party",
        "  2  The Militant",
        "     New York",
        "     USA",
        "     $1",
        "> 3  Self-Description: We are for",
        "     workers.",
        "  4  Comments: Not so. Read on. Not so. Read on. Not so.",
        "     Read on. Not so. Read on. Not so. Read on. Not so. Read",
        "     on.",
    ]


def test_a_page_with_few_facts() -> None:
    info = replace(
        INFO, url=None, title="", year=None, date="", author="", lang="", second_year=None
    )
    assert page_text(info, (), PLAIN).splitlines() == [
        "lists/parties.html",
        "no year · windows-1252 (meta)",
    ]


def test_repeated_sentences_are_faint() -> None:
    text = page_text(INFO, PASSAGES[3:], Screen(80, color=True))
    assert "\x1b[2mRead on.\x1b[0m" in text


def test_inspection() -> None:
    assert inspection_text(PAGE, PLAIN).splitlines() == [
        "page         lists/parties.html",
        "url          http://www.example.org/lists/parties.html",
        "title        A guide to the parties",
        "encoding     windows-1252 (by meta)",
        "language     en",
        "year         1994 (by masthead); 2003 (by updated)",
        "date         1994-05",
        "author       A. Writer",
        "sha256       " + "ab" * 23 + "a",
        "             b" + "ab" * 8,
        "contents     2 sections, 1 organization, 3 paragraphs",
        "",
        "(no heading)",
        "   1  An introduction.",
        "",
        "Socialist Workers Party (SWP)",
        "  organization Socialist Workers Party",
        "  aliases      SWP",
        "  publication  The Militant",
        "  address      New York",
        "               USA",
        "  price        $1",
        "   1  Self-Description: We are for",
        "      workers.  [mentions 1976, 1980]",
        "   2  Comments: Not so. Read on. Not so. Read on. Not so.",
        "      Read on. Not so. Read on. Not so. Read on. Not so.",
        "      Read on.   [repeats 1 sentence]",
    ]


def test_inspection_reports_missing_facts() -> None:
    page = replace(PAGE, title="", lang="", url=None, dating=Dating(), sections=())
    lines = inspection_text(page, PLAIN).splitlines()
    assert "title        (none)" in lines
    assert "year         (none)" in lines
    assert "language     (unknown)" in lines
    assert "contents     0 sections, 0 organizations, 0 paragraphs" in lines


@pytest.mark.parametrize("width", [24, 80, 200])
@pytest.mark.parametrize("color", [False, True])
def test_control_characters_never_reach_the_terminal(width: int, color: bool) -> None:
    evil = "\x1b]0;title\x07\x9b2J\x08\r\u202e"
    paragraph = Paragraph(f"text {evil}", f"label {evil}")
    section = Section(f"heading {evil}", f"org {evil}", (evil,), evil, evil, evil, (paragraph,))
    page = replace(PAGE, title=evil, page=f"page{evil}", url=evil, sections=(section,))
    info = replace(INFO, title=evil, page=evil, url=evil, author=evil)
    screen = Screen(width, color)
    for text in (inspection_text(page, screen), page_text(info, list(passages(page)), screen)):
        for character in "\x07\x08\x9b\r\u202e":
            assert character not in text
        assert "\x1b]" not in text
        assert color or "\x1b" not in text


def test_a_passage_is_printed_completely() -> None:
    passage: Passage = PASSAGES[3]
    text = page_text(INFO, [passage], PLAIN)
    assert text.split().count("Read") == passage.text.split().count("Read")
    assert max(map(text_width, text.splitlines())) <= 60
