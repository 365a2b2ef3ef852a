"""Page parser: the bytes of a page in, its text, sections, language and dates out."""

import hashlib
import re

from selectolax.lexbor import LexborHTMLParser

from archivesearch.config import Config
from archivesearch.model.pages import Page, RawPage, Skipped
from archivesearch.parse import pdf
from archivesearch.parse.blocks import html, plain_text
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.blocks.head import Head, read_head
from archivesearch.parse.blocks.nesting import limit_nesting
from archivesearch.parse.dates.publication_date import date_page
from archivesearch.parse.encoding.decode import DecodedText, decode
from archivesearch.parse.file_type import unreadable_reason
from archivesearch.parse.language import detect_language
from archivesearch.parse.sections.splitter import split_into_sections
from archivesearch.urls import page_url

_CONTROLS = tuple(map(chr, (*range(9), 11, *range(14, 32), 127)))
_DELETE_CONTROLS = str.maketrans("", "", "".join(_CONTROLS))
# A character reference to one of them: `&#0;`, `&#x1b;`.
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|11|1[4-9]|2\d|3[01]|12[79]|14[134]|157)|[xX]0*(?:[0-8bBeEfF]|1[0-9a-fA-F]"
    r"|7[fF]|8[1dDfF]|9[0dD]))(?![0-9a-fA-F]);?"
)
_TAG = re.compile(
    r"<(?:!doctype|!--|html|head|body|title|meta|p|br|h[1-6]|div|center|font|table|a\s|ul|ol|dl"
    r"|pre|b|i|strong|em|blockquote|hr|frameset)\b",
    re.IGNORECASE,
)
_HTML_START = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_MAX_HEADING_TITLE = 150


def parse(raw: RawPage, config: Config) -> Page | Skipped:
    """Return the parsed page, or a `Skipped` with the reason if it has no text.

    A pure function: it touches no disk, and its result depends on its arguments alone.
    """
    if pdf.is_pdf(raw.data):
        document = pdf.read(raw.data)
        if document.problem:
            return Skipped(raw.page, document.problem)
        decoded, head = DecodedText(document.text, "pdf", "pdf"), document.head
        blocks = plain_text.blocks(_delete_controls(decoded.text))
    else:
        reason = unreadable_reason(raw.data)
        if reason:
            return Skipped(raw.page, reason)
        decoded = decode(raw.data, raw.content_type)
        blocks, head = _blocks_and_head(_delete_controls(decoded.text), raw)
    if not blocks:
        return Skipped(raw.page, "it holds no text")
    title = head.title or _first_heading(blocks)
    sections = split_into_sections(blocks, title, config)
    return Page(
        page=raw.page,
        url=raw.url or page_url(raw.path, config.base_url),
        title=title,
        lang=detect_language(head.lang, sections, config.languages) or config.languages[0],
        encoding=decoded.encoding,
        encoding_source=decoded.source,
        dating=date_page(blocks, raw.path, title, config, meta_author=head.author),
        sha256=hashlib.sha256(raw.data).hexdigest(),
        captured=raw.captured,
        sections=sections,
        source=raw.source,
        record=raw.record,
        also=raw.also,
    )


def _delete_controls(text: str) -> str:
    """Return a text without control characters: `blocks/inline.py` uses four of them as marks."""
    if any(control in text for control in _CONTROLS):
        return text.translate(_DELETE_CONTROLS)
    return text


def _blocks_and_head(text: str, raw: RawPage) -> tuple[list[Block], Head]:
    """Parse a decoded page as HTML or as plain text; a plain text has an empty head."""
    if not _is_html(text, raw):
        return plain_text.blocks(text), Head()
    if "&#" in text:
        text = _CONTROL_REFERENCE.sub("", text)
    document = LexborHTMLParser(limit_nesting(text))
    return html.blocks(document), read_head(document)


def _is_html(text: str, raw: RawPage) -> bool:
    """Whether a page is HTML.

    A page that starts with `<html>` or the like is HTML. Otherwise the content type or the
    file name can say that it is plain text. If they do not, it is HTML if it has a tag.
    """
    if _HTML_START.match(text):
        return True
    if (raw.content_type or "").startswith("text/plain") or raw.page.lower().endswith(".txt"):
        return False
    return _TAG.search(text) is not None


def _first_heading(blocks: list[Block]) -> str:
    """Return the first heading of the first 20 blocks, else the first line; `""` if too long."""
    heading = next((b for b in blocks[:20] if b.level), None)
    first = (heading or blocks[0]).text.split("\n")[0]
    return first if len(first) <= _MAX_HEADING_TITLE else ""
