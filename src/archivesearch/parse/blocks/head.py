"""Head of an HTML page: its title, language and author."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

_LANGUAGE = re.compile(r"[a-z]{2,3}(?![a-z])", re.IGNORECASE)
_META_LANGUAGES = ("content-language", "language", "dc.language")


@dataclass(frozen=True, slots=True)
class Head:
    """The metadata of a page, each `""` if missing; `lang` has two or three letters."""

    title: str = ""
    lang: str = ""
    author: str = ""


def read_head(document: LexborHTMLParser) -> Head:
    """Return the head of a document. A `<title>` outside of it counts if it has none."""
    metas: dict[str, str] = {}
    title = ""
    node = document.head.child if document.head is not None else None
    while node is not None:
        if node.tag == "meta":
            attributes = node.attributes
            name = attributes.get("name") or attributes.get("http-equiv") or ""
            metas.setdefault(name.lower(), attributes.get("content") or "")
        elif node.tag == "title" and not title:
            title = " ".join(node.text().split())
        node = node.next
    if not title and (misplaced := document.css_first("title")) is not None:
        title = " ".join(misplaced.text().split())
    return Head(title, _language(document, metas), " ".join(metas.get("author", "").split()))


def _language(document: LexborHTMLParser, metas: dict[str, str]) -> str:
    """Return the language that `<html lang>`, `<html xml:lang>` or a `<meta>` declares."""
    attributes = document.root.attributes if document.root is not None else {}
    declared = [attributes.get("lang"), attributes.get("xml:lang")]
    declared += map(metas.get, _META_LANGUAGES)
    matches = (_LANGUAGE.match(lang.strip()) for lang in declared if lang)
    return next((match[0].lower() for match in matches if match), "")
