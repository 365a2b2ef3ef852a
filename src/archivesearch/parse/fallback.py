"""A page read as plain text, in one pass: for those that no parser came to an end with."""

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

_UNSEEN = re.compile(r"<(script|style)\b[^<>]*>.*?(?:</\1[^<>]*>?|\Z)", re.IGNORECASE | re.DOTALL)
_BLOCK = re.compile(
    r"</?(?:p|div|h[1-6]|li|tr|td|th|table|ul|ol|dl|dt|dd|center|blockquote|pre|hr|title)\b[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_TITLE = re.compile(r"<title[^<>]*>([^<>]{1,500})", re.IGNORECASE)
_LONGEST = 20_000
# In a large page short paragraphs are joined, or there would be millions of them.
_LARGE, _SHORTEST = 300_000, 500
_CONTROLS = dict.fromkeys((*range(9), 11, *range(14, 32), *range(127, 160)))


def parse_without_structure(raw: RawPage, config: Config) -> Page | Skipped:
    """Read a page's words and nothing else out of it: no sections, labels or dates.

    The time it takes grows with the page's size alone. Paragraphs are cut where they are
    longer than any that was written, and joined where a large page has too many.
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
    text = html.unescape(_TAG.sub("", _BLOCK.sub("\n\n", _UNSEEN.sub(" ", markup))))
    shortest = 0 if len(text) < _LARGE else _SHORTEST
    words = ""
    for part in re.split(r"\n[ \t\r]*\n", text):
        more = " ".join(part.translate(_CONTROLS).split())
        words = f"{words}\n{more}" if words and more else words or more
        while len(words) > _LONGEST:
            end = words.rfind(" ", 0, _LONGEST)
            end = _LONGEST if end <= 0 else end
            yield words[:end]
            words = words[end:].lstrip()
        if len(words) > shortest:
            yield words
            words = ""
    if words:
        yield words
