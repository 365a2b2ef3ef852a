"""From a raw page to a Page: decoding, blocks, sections, labels and dates put together."""

import hashlib
import re

from selectolax.lexbor import LexborHTMLParser

from archivesearch.config import Config
from archivesearch.model.pages import Page, RawPage, Skipped
from archivesearch.parse import pdf
from archivesearch.parse.blocks import html
from archivesearch.parse.blocks import plain_text as text
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
_WITHOUT_CONTROLS = str.maketrans("", "", "".join(_CONTROLS))
_CONTROL_REFERENCE = re.compile(
    r"&#(?:0*(?:[0-8]|11|1[4-9]|2\d|3[01]|12[79]|14[134]|157)|[xX]0*(?:[0-8bBeEfF]|1[0-9a-fA-F]"
    r"|7[fF]|8[1dDfF]|9[0dD]))(?![0-9a-fA-F]);?"
)
_MARKUP = re.compile(
    r"<(?:!doctype|!--|html|head|body|title|meta|p|br|h[1-6]|div|center|font|table|a\s|ul|ol|dl"
    r"|pre|b|i|strong|em|blockquote|hr|frameset)\b",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TITLE_LENGTH = 150


def parse(raw: RawPage, config: Config) -> Page | Skipped:
    """Read everything out of a page; Skipped where it holds no text, with the reason.

    Pure: touches no disk, and the same page and configuration give the same result.
    """
    if pdf.is_pdf(raw.data):
        document = pdf.read(raw.data)
        if document.problem:
            return Skipped(raw.page, document.problem)
        decoded, said = DecodedText(document.text, "pdf", "pdf"), document.head
        blocks = text.blocks(_without_controls(decoded.text))
    else:
        reason = unreadable_reason(raw.data)
        if reason:
            return Skipped(raw.page, reason)
        decoded = decode(raw.data, raw.content_type)
        blocks, said = _content(_without_controls(decoded.text), raw)
    if not blocks:
        return Skipped(raw.page, "it holds no text")
    title = said.title or _first_heading(blocks)
    found = split_into_sections(blocks, title, config)
    return Page(
        page=raw.page,
        url=raw.url or page_url(raw.path, config.base_url),
        title=title,
        lang=detect_language(said.lang, found, config.languages) or config.languages[0],
        encoding=decoded.encoding,
        encoding_source=decoded.source,
        dating=date_page(blocks, raw.path, title, config, meta_author=said.author),
        sha256=hashlib.sha256(raw.data).hexdigest(),
        captured=raw.captured,
        sections=found,
        source=raw.source,
        record=raw.record,
        also=raw.also,
    )


def _without_controls(decoded: str) -> str:
    if any(control in decoded for control in _CONTROLS):
        return decoded.translate(_WITHOUT_CONTROLS)
    return decoded


def _content(decoded: str, raw: RawPage) -> tuple[list[Block], Head]:
    """Cut a page into blocks, and read what its head says."""
    if not _is_html(decoded, raw):
        return text.blocks(decoded), Head()
    if "&#" in decoded:
        decoded = _CONTROL_REFERENCE.sub("", decoded)
    document = LexborHTMLParser(limit_nesting(decoded))
    return html.blocks(document), read_head(document)


def _is_html(decoded: str, raw: RawPage) -> bool:
    """Whether a page is HTML by what it holds; its name and type decide where that is open."""
    if _DOCUMENT.match(decoded):
        return True
    if (raw.content_type or "").startswith("text/plain") or raw.page.lower().endswith(".txt"):
        return False
    return _MARKUP.search(decoded) is not None


def _first_heading(blocks: list[Block]) -> str:
    """The first heading of a page, or its first line if that is short."""
    heading = next((b for b in blocks[:20] if b.level), None)
    first = (heading or blocks[0]).text.split("\n")[0]
    return first if len(first) <= _TITLE_LENGTH else ""
