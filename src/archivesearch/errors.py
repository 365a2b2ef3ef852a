"""Exceptions of archivesearch.

    ArchiveSearchError
    ├── SourceError         a source does not exist, cannot be read, or has no pages
    ├── ConfigError         an archivesearch.toml is not valid
    ├── QueryError          a query or an option of a search is not valid
    └── IndexProblem        a problem with the index directory
        ├── IndexMissing    there is no index, or it has no such paragraph or page
        ├── IndexDamaged    the index differs from its manifest
        ├── IndexVersion    the index has another version of the format
        └── IndexBusy       another process is writing to the index

Every message is one line: what happened, to which file or word, and what to try.
"""


class ArchiveSearchError(Exception):
    """Base class of all errors that archivesearch raises on purpose."""


class SourceError(ArchiveSearchError):
    """A source does not exist, cannot be read, or has no pages."""


class ConfigError(ArchiveSearchError):
    """A configuration file is not valid; the message names the file and the key."""


class QueryError(ArchiveSearchError):
    """A query or an option of a search is not valid.

    `position` is the offset of the error in the query, in code points from 0. It is None
    if an option is wrong, or the query as a whole.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class IndexProblem(ArchiveSearchError):
    """Base class of the problems with an index directory."""


class IndexMissing(IndexProblem):
    """There is no index in the folder, or the index has no such paragraph or page."""


class IndexDamaged(IndexProblem):
    """The index differs from its manifest: a file is missing, cut off or changed."""


class IndexVersion(IndexProblem):
    """The index was written in another version of the format."""


class IndexBusy(IndexProblem):
    """Another process is writing to the index."""
