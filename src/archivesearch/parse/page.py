"""From a raw page to a Page: decoding, blocks, sections, labels and dates put together."""

import hashlib
import re
from dataclasses import dataclass, replace
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

from archivesearch.config import Config
from archivesearch.model import Page, Paragraph, RawPage, Section, Skipped
from archivesearch.parse import boilerplate, html, text
from archivesearch.parse.blocks import Block
from archivesearch.parse.dates import years_mentioned
from archivesearch.parse.dating import dating
from archivesearch.parse.decode import decode
from archivesearch.parse.sections import sections

_MAGIC = {
    b"\x89PNG": "a PNG image",
    b"GIF8": "a GIF image",
    b"\xff\xd8\xff": "a JPEG image",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "gzip-compressed",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x7fELF": "a program",
    b"MZ\x90\x00": "a program",
    b"RIFF": "a media file",
    b"ID3": "a sound file",
}
_CONTROLS = {code: None for code in (*range(9), 11, *range(14, 32), 127)}
_HAS_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(
    r"<(?:!doctype|!--|html|head|body|title|meta|p|br|h[1-6]|div|center|font|table|a\s|ul|ol|dl"
    r"|pre|b|i|strong|em|blockquote|hr)\b",
    re.IGNORECASE,
)
_DOCUMENT = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])", re.IGNORECASE)
_SAFE = "/~!$&'()*+,;=:@"
_TITLE_LENGTH = 150


@dataclass(frozen=True, slots=True)
class _Content:
    """The blocks of a page, and what its head says of it."""

    blocks: list[Block]
    title: str = ""
    lang: str = ""
    author: str = ""


def parse(raw: RawPage, config: Config) -> Page | Skipped:
    """Read everything out of a page; Skipped where it holds no text, with the reason.

    Pure: touches no disk, and the same page and configuration give the same result.
    """
    reason = _unreadable(raw.data)
    if reason:
        return Skipped(raw.page, reason)
    decoded = decode(raw.data, raw.content_type)
    content = _content(_without_controls(decoded.text), raw)
    if not content.blocks:
        return Skipped(raw.page, "it holds no text")
    title = content.title or _first_heading(content.blocks)
    found = sections(content.blocks, title, config)
    return Page(
        page=raw.page,
        url=raw.url or _address(raw.page, config),
        title=title,
        lang=content.lang or config.languages[0],
        encoding=decoded.encoding,
        encoding_source=decoded.source,
        dating=dating(content.blocks, raw.page, title, config, meta_author=content.author),
        sha256=hashlib.sha256(raw.data).hexdigest(),
        captured=raw.captured,
        sections=tuple(_enriched(section, config) for section in found),
    )


def _enriched(section: Section, config: Config) -> Section:
    """Add to each paragraph what can be told from its own text."""
    return replace(
        section,
        paragraphs=tuple(
            Paragraph(
                text=p.text,
                label=p.label,
                repeated=boilerplate.repeated(p.text, config.banners),
                years_mentioned=years_mentioned(f"{p.label}: {p.text}" if p.label else p.text),
            )
            for p in section.paragraphs
        ),
    )


def _unreadable(data: bytes) -> str:
    """Say why bytes cannot be a page, or return ''."""
    if not data.strip(b"\0 \t\r\n\f"):
        return "it is empty" if not data else "it holds nothing but white space"
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            return f"it is {what}, not a page"
    sample = data[:65536]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""
    controls = sum(map(sample.count, (bytes([c]) for c in _CONTROLS if c)))
    if controls > len(sample) * 0.05:
        return "it holds binary data, not text"
    return ""


def _without_controls(decoded: str) -> str:
    if not _HAS_CONTROLS.search(decoded):
        return decoded
    return decoded.translate(_CONTROLS)


def _content(decoded: str, raw: RawPage) -> _Content:
    if not _is_html(decoded, raw):
        return _Content(text.blocks(decoded))
    document = LexborHTMLParser(decoded)
    title = document.css_first("head > title") or document.css_first("title")
    metas = {
        (m.attributes.get("name") or m.attributes.get("http-equiv") or "").lower(): (
            m.attributes.get("content") or ""
        )
        for m in document.css("meta")
    }
    declared = (document.root and document.root.attributes.get("lang")) or ""
    match = _LANGUAGE.match(declared or metas.get("content-language", ""))
    return _Content(
        blocks=html.blocks(document),
        title=" ".join(title.text().split()) if title else "",
        lang=match[0].lower() if match else "",
        author=" ".join(metas.get("author", "").split()),
    )


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


def _address(page: str, config: Config) -> str | None:
    """The address a page had, where the configuration says where its folder lay.

    A name saved from a script (`mn.php?issue=008`) holds the query of its address.
    """
    if not config.base_url:
        return None
    path, mark, query = page.partition("?")
    return config.base_url + quote(path, safe=_SAFE) + mark + quote(query, safe=_SAFE + "?%")
