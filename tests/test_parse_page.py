"""Page parser: every word once and in order, skipped pages, titles and languages."""

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archivesearch.config import Config
from archivesearch.model.pages import Page, RawPage, Section, Skipped
from archivesearch.parse.encoding.decode import decode
from archivesearch.parse.page import parse

CONFIG = Config()
# The elements that browsers do not show.
INVISIBLE = ["head", "script", "style", "template", "link", "meta"]
PIECES = (
    "<p> </p> <b> </b> <i> </i> <h2> </h2> <h3> <br> <br><br> <hr> <ul> <li> </ul> <dl> <dt> <dd> "
    "</dl> <table> <tr> <td> <th> </table> <pre> </pre> <a> </a> <font> </font> <center> <div> "
    "</div> <blockquote> <textarea> </textarea> <!-- --> <select> <option> </select> <noscript> "
    "</noscript> &amp; Self-Description: Comments: (PTB) 1. * -- : by May 5, 1998 League "
    "Workers' Party\n\n \n --- $2 POB 7, Self Description alpha beta. gamma delta "
).split(" ")


def page(data: bytes | str, name: str = "page.html", content_type: str | None = None) -> Page:
    raw = RawPage(name, data.encode() if isinstance(data, str) else data, None, content_type)
    parsed = parse(raw, CONFIG)
    assert isinstance(parsed, Page)
    return parsed


def words(section: Section) -> str:
    """Return the words of a section in the order of its page."""
    parts = [section.heading, section.publication, section.address, section.price]
    for paragraph in section.paragraphs:
        parts += (paragraph.label, paragraph.text)
    return " ".join(parts)


def letters(text: str) -> str:
    """Return the letters and digits of a text, without white space and punctuation."""
    return "".join(re.findall(r"[^\W_]+", text))


def expected(data: bytes, name: str) -> str:
    """Return the visible text of a page, as selectolax extracts it."""
    text = re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", "", decode(data).text)
    if name.endswith(".txt"):
        return text
    document = LexborHTMLParser(text)
    document.strip_tags(INVISIBLE)
    return document.root.text(separator=" ") if document.root is not None else ""


@pytest.mark.parametrize("family", ["linuxgazette", "marxists", "stand-org-uk"])
def test_real_pages_have_every_word_once_and_in_order(family: str, shared_data: Path) -> None:
    folder = shared_data / "pages" / family
    different = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        parsed = parse(RawPage(path.name, data), CONFIG)
        if isinstance(parsed, Skipped):
            assert parsed.reason
            continue
        parsed_letters = letters(" ".join(words(section) for section in parsed.sections))
        if parsed_letters != letters(expected(data, path.name)):
            different.append(str(path.relative_to(folder)))
    assert different == []


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join))
def test_any_html_has_every_word_once_and_in_order(markup: str) -> None:
    parsed = parse(RawPage("page.html", f"<html><body>{markup}".encode()), CONFIG)
    sections = parsed.sections if isinstance(parsed, Page) else ()
    reference = LexborHTMLParser(f"<html><body>{markup}")
    assert reference.body is not None
    assert letters(" ".join(map(words, sections))) == letters(reference.body.text(separator=" "))


@given(st.lists(st.sampled_from([p for p in PIECES if "<" not in p]), max_size=60).map(" ".join))
def test_any_text_has_every_word_once_and_in_order(text: str) -> None:
    parsed = parse(RawPage("page.txt", text.encode()), CONFIG)
    sections = parsed.sections if isinstance(parsed, Page) else ()
    assert letters(" ".join(map(words, sections))) == letters(text)


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    parsed = parse(RawPage("page.html", data), CONFIG)
    assert isinstance(parsed, Page) or parsed.reason


SKIPPED = {
    "empty": (b"", "it is empty"),
    "white space": (b" \r\n\t\0\n" * 9000, "it holds nothing but white space"),
    "a picture": (b"GIF89a\x01\x00\x01\x00", "it is a GIF image, not a page"),
    "a PDF cut short": (
        b"%PDF-1.4\n%\xe2\xe3",
        "it is a damaged PDF (PdfStreamError: Stream has ended unexpectedly)",
    ),
    "rich text": (b"{\\rtf1 text}", "it is a rich text document, not a page"),
    "a program's data": (bytes(range(32)) * 40, "it holds binary data, not text"),
    "a page without text": (
        b"<html><head><title>x</title></head><body><img></body>",
        "it holds no text",
    ),
    "a script alone": (b"<html><script>let words = 1</script>", "it holds no text"),
}


@pytest.mark.parametrize("name", SKIPPED)
def test_a_file_that_is_no_page_is_skipped_with_a_reason(name: str) -> None:
    data, reason = SKIPPED[name]
    assert parse(RawPage("page.html", data), CONFIG) == Skipped("page.html", reason)


READ = {
    "utf-16 without mark": "<p>Words in two bytes".encode("utf-16-le"),
    "utf-16 with mark": "<p>Words in two bytes".encode("utf-16"),
    "NULs": b"<p>Wor\0ds in \0two bytes\0",
    "control characters": b"<p>Words\x07 in\x0b\x1b two\x1f by\x7ftes",
    "references to control characters": b"<p>Wor&#0;ds&#27; in&#x1B; two by&#127;tes&#129;",
    "marks that stand for tags inside": b"<p>Wor\x01\x01ds \x02in\x03 two &#1;&#4;bytes",
}


@pytest.mark.parametrize("name", READ)
def test_control_characters_are_left_out(name: str) -> None:
    (section,) = page(READ[name]).sections
    assert [p.text for p in section.paragraphs] == ["Words in two bytes"]


def test_references_to_windows_characters_are_read_as_browsers_do() -> None:
    (section,) = page("<p>1990&#150;1994 it&#146;s &#147;so&#x94;").sections
    assert section.paragraphs[0].text == "1990–1994 it’s “so”"


TITLES = {
    "in the head": ("<title> The\n Title </title><h1>Other</h1>", "The Title"),
    "misplaced": ("<body><p>x<title>The Title</title>", "The Title"),
    "with references": ("<title>A &amp; B &#151; C</title>x", "A & B — C"),
    "empty, so the first heading": (
        "<title> </title><p>Before<h2>The Heading</h2>x",
        "The Heading",
    ),
    "none, so the first line": ("<body>The first line<br>and more", "The first line"),
    "none, and a long first line": ("<body>" + "word " * 50, ""),
}


@pytest.mark.parametrize("name", TITLES)
def test_titles(name: str) -> None:
    markup, title = TITLES[name]
    assert page(markup).title == title


LANGUAGES = {
    "of the document": ('<html lang="pt-BR"><p>x', "pt"),
    "in XHTML": ('<html xml:lang="cs"><p>x', "cs"),
    "in a meta": ('<meta http-equiv="Content-Language" content="FR, en"><p>x', "fr"),
    "the document's before the meta's": (
        '<html lang="de"><meta http-equiv="content-language" content="en"><p>x',
        "de",
    ),
    "nonsense": ('<html lang="english"><p>x', CONFIG.languages[0]),
    "none": ("<p>x", CONFIG.languages[0]),
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_languages(name: str) -> None:
    markup, lang = LANGUAGES[name]
    assert page(markup).lang == lang


@pytest.mark.parametrize(
    ("data", "name", "content_type", "count"),
    [
        ("a <b>word</b>", "x.html", None, 1),
        ("a < b > c\n\nnext", "x.txt", None, 2),
        ("<b>no tags</b>\n\nin plain text", "x.TXT", None, 2),
        ("<HTML><p>a<p>b", "x.txt", None, 2),
        ("<frameset><frame src=a><noframes>a\n\nb</noframes></frameset>", "x.html", None, 1),
        ("a\n\nb<br>", "mn.php?issue=008", "text/plain; charset=us-ascii", 2),
        ("a\n\nb<br>", "mn.php?issue=008", None, 1),
        ("a\n\nb", "mn.php?issue=008", None, 2),
    ],
)
def test_html_or_plain_text_is_detected(
    data: str, name: str, content_type: str | None, count: int
) -> None:
    (section,) = page(data, name, content_type).sections
    assert len(section.paragraphs) == count


def test_a_page_has_its_url_and_its_hash() -> None:
    config = Config(base_url="http://example.org/")
    parsed = parse(RawPage("a b/mn.php?issue=008&x=%2F", b"<p>x"), config)
    assert isinstance(parsed, Page)
    assert parsed.url == "http://example.org/a%20b/mn.php?issue=008&x=%2F"
    assert parsed.sha256 == hashlib.sha256(b"<p>x").hexdigest()
