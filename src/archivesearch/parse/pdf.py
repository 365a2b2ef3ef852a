"""The text of a PDF, page by page, where the extra `pdf` is installed."""

import logging
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING

from archivesearch.parse.blocks.head import Head

if TYPE_CHECKING:
    from pypdf import PdfReader

_MAGIC = b"%PDF-"
_ABSENT = "it is a PDF; to read it, install the extra: pip install 'archivesearch[pdf]'"
_ENCRYPTED = "it is a PDF that is encrypted"
_NO_TEXT = "it is a PDF without text, perhaps of scanned pages"
_MOST_TEXT = 16_000_000


@dataclass(frozen=True, slots=True)
class PdfDocument:
    """What a PDF says, its pages separated by form feeds; `problem` is why it says nothing."""

    text: str = ""
    head: Head = field(default_factory=Head)
    problem: str = ""


def is_pdf(data: bytes) -> bool:
    """Whether bytes are a PDF by their beginning."""
    return data.startswith(_MAGIC)


def read(data: bytes) -> PdfDocument:
    """Read a PDF; pages of it that are damaged are left out, unless all are."""
    if find_spec("pypdf") is None:
        return PdfDocument(problem=_ABSENT)
    from pypdf import PdfReader

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # or it would print
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return PdfDocument(problem=_ENCRYPTED)
        texts, problem = _texts(reader)
        head = _head(reader)
    except Exception as error:  # noqa: BLE001 - pypdf raises whatever damage leads it to
        return PdfDocument(problem=f"it is a damaged PDF ({type(error).__name__}: {error})"[:200])
    text = "\f".join(texts)
    if not text.strip():
        return PdfDocument(problem=problem or _NO_TEXT)
    return PdfDocument(text, head)


def _texts(reader: "PdfReader") -> tuple[list[str], str]:
    """Return the text of each page that can be read, and what was wrong with another."""
    texts: list[str] = []
    problem, size = "", 0
    for number in range(len(reader.pages)):
        try:
            texts.append(reader.pages[number].extract_text())
        except Exception as error:  # noqa: BLE001 - as above
            problem = f"it is a damaged PDF ({type(error).__name__}: {error})"[:200]
            continue
        size += len(texts[-1])
        if size > _MOST_TEXT:
            break
    return texts, problem


def _head(reader: "PdfReader") -> Head:
    try:
        said = reader.metadata
        title, author = (said.title, said.author) if said else (None, None)
    except Exception:  # noqa: BLE001 - as above
        return Head()
    return Head(title=_line(title), author=_line(author))


def _line(value: object) -> str:
    return " ".join(str(value or "").split())
