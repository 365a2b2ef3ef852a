"""PDF reader: the text of a PDF page by page, if the extra `pdf` is installed."""

import logging
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING

from archivesearch.parse.blocks.head import Head

if TYPE_CHECKING:
    from pypdf import PdfReader

_MAGIC = b"%PDF-"
_NOT_INSTALLED = "it is a PDF; to read it, install the extra: pip install 'archivesearch[pdf]'"
_ENCRYPTED = "it is a PDF that is encrypted"
_NO_TEXT = "it is a PDF without text, perhaps of scanned pages"
_MAX_TEXT = 16_000_000


@dataclass(frozen=True, slots=True)
class PdfDocument:
    """The text of a PDF, with a form feed between pages, or the `problem` that prevents it."""

    text: str = ""
    head: Head = field(default_factory=Head)
    problem: str = ""


def is_pdf(data: bytes) -> bool:
    """Whether bytes start as a PDF does."""
    return data.startswith(_MAGIC)


def read(data: bytes) -> PdfDocument:
    """Read a PDF. Damaged pages are left out; a `problem` is set only if all are damaged."""
    if find_spec("pypdf") is None:
        return PdfDocument(problem=_NOT_INSTALLED)
    from pypdf import PdfReader

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # else it prints
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return PdfDocument(problem=_ENCRYPTED)
        texts, problem = _texts(reader)
        head = _head(reader)
    except Exception as error:  # noqa: BLE001 - on damaged files pypdf raises errors of all kinds
        return PdfDocument(problem=f"it is a damaged PDF ({type(error).__name__}: {error})"[:200])
    text = "\f".join(texts)
    if not text.strip():
        return PdfDocument(problem=problem or _NO_TEXT)
    return PdfDocument(text, head)


def _texts(reader: "PdfReader") -> tuple[list[str], str]:
    """Return the texts of the readable pages, and the problem of the last unreadable one."""
    texts: list[str] = []
    problem, size = "", 0
    for number in range(len(reader.pages)):
        try:
            texts.append(reader.pages[number].extract_text())
        except Exception as error:  # noqa: BLE001 - as above
            problem = f"it is a damaged PDF ({type(error).__name__}: {error})"[:200]
            continue
        size += len(texts[-1])
        if size > _MAX_TEXT:
            break
    return texts, problem


def _head(reader: "PdfReader") -> Head:
    try:
        metadata = reader.metadata
        title, author = (metadata.title, metadata.author) if metadata else (None, None)
    except Exception:  # noqa: BLE001 - as above
        return Head()
    return Head(title=_one_line(title), author=_one_line(author))


def _one_line(value: object) -> str:
    return " ".join(str(value or "").split())
