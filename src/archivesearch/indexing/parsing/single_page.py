"""Parse one page without an index."""

import os
from pathlib import Path

from archivesearch.config import Config
from archivesearch.errors import SourceError
from archivesearch.model.pages import Page, RawPage, Skipped
from archivesearch.parse.page import parse

StrPath = str | os.PathLike[str]


def parse_page(source: bytes | StrPath, *, page: str = "", config: Config | None = None) -> Page:
    """Parse one page, given as bytes or as the path of a file.

    `page` is its path in the archive, from which dates may be read; a file is called by its
    name. Raises SourceError if it cannot be read or holds no text.
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
