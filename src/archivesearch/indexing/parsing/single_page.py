"""Parse one page without an index."""

import os
from pathlib import Path

from archivesearch.config import Config
from archivesearch.errors import SourceError
from archivesearch.model.pages import Page, RawPage, Skipped
from archivesearch.parse.page import parse

StrPath = str | os.PathLike[str]


def parse_page(source: bytes | StrPath, *, page: str = "", config: Config | None = None) -> Page:
    """Parse one page: its bytes, or the file at a path.

    `page` is the page's path in its archive, which may hold a date; by default the file's
    name. Raises SourceError if the page cannot be read or holds no text.
    """
    if isinstance(source, bytes):
        data = source
    else:
        page = page or Path(source).name
        try:
            data = Path(source).read_bytes()
        except OSError as error:
            raise SourceError(f"cannot read {source}: {error.strerror or error}") from error
    parsed = parse(RawPage(page, data), config or Config())
    if isinstance(parsed, Skipped):
        raise SourceError(f"{page or 'the page'} cannot be read: {parsed.reason}")
    return parsed
