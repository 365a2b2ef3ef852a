"""Fallback parser: the words of a page in one pass, for pages that the parser cannot finish."""

import hashlib
import html
import re
from collections.abc import Iterator

from archivesearch.config import Config
from archivesearch.model.pages import Dating, Page, Paragraph, RawPage, Section, Skipped
from archivesearch.parse import pdf
from archivesearch.parse.encoding.decode import decode
from archivesearch.parse.file_type import unreadable_reason
from archivesearch.urls import page_url

_INVISIBLE = re.compile(
    r"<(script|style)\b[^<>]*>.*?(?:</\1[^<>]*>?|\Z)", re.IGNORECASE | re.DOTALL
)
_BLOCK_TAG = re.compile(
    r"</?(?:p|div|h[1-6]|li|tr|td|th|table|ul|ol|dl|dt|dd|center|blockquote|pre|hr|title)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_TITLE = re.compile(r"<title[^<>]*>([^<>]{1,500})", re.IGNORECASE)
# Code points of a paragraph; a longer one is split at a space.
_MAX_PARAGRAPH = 20_000
# A page of more than 300,000 code points could have a million paragraphs. Short ones are
# joined until a paragraph has more than 500.
_LARGE_PAGE, _MIN_PARAGRAPH = 300_000, 500
_DELETE_CONTROLS = dict.fromkeys((*range(9), 11, *range(14, 32), *range(127, 160)))


def parse_without_structure(raw: RawPage, config: Config) -> Page | Skipped:
    """Return a page with its words alone: one section, no labels, no dates.

    Takes time linear in the size of the page. Overlong paragraphs are split; the short
    paragraphs of a large page are joined.
    """
    if reason := unreadable_reason(raw.data):
        return Skipped(raw.page, reason)
    if pdf.is_pdf(raw.data):
        return Skipped(raw.page, "it is a PDF that takes too long to read")
    decoded = decode(raw.data, raw.content_type)
    title = _TITLE.search(decoded.text)
    paragraphs = tuple(map(Paragraph, _paragraphs(decoded.text)))
    if not paragraphs:
        return Skipped(raw.page, "it holds no text")
    return Page(
        page=raw.page,
        url=raw.url or page_url(raw.path, config.base_url),
        title=" ".join(html.unescape(title[1]).split()) if title else "",
        lang=config.languages[0],
        encoding=decoded.encoding,
        encoding_source=decoded.source,
        dating=Dating(),
        sha256=hashlib.sha256(raw.data).hexdigest(),
        captured=raw.captured,
        sections=(Section(paragraphs=paragraphs),),
        source=raw.source,
        record=raw.record,
        also=raw.also,
    )


def _paragraphs(markup: str) -> Iterator[str]:
    """Yield the paragraphs of markup, with no tag in them and single spaces."""
    text = html.unescape(_TAG.sub("", _BLOCK_TAG.sub("\n\n", _INVISIBLE.sub(" ", markup))))
    min_length = 0 if len(text) < _LARGE_PAGE else _MIN_PARAGRAPH
    paragraph = ""
    for part in re.split(r"\n[ \t\r]*\n", text):
        line = " ".join(part.translate(_DELETE_CONTROLS).split())
        paragraph = f"{paragraph}\n{line}" if paragraph and line else paragraph or line
        while len(paragraph) > _MAX_PARAGRAPH:
            end = paragraph.rfind(" ", 0, _MAX_PARAGRAPH)
            end = _MAX_PARAGRAPH if end <= 0 else end
            yield paragraph[:end]
            paragraph = paragraph[end:].lstrip()
        if len(paragraph) > min_length:
            yield paragraph
            paragraph = ""
    if paragraph:
        yield paragraph
