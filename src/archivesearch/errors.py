"""The errors that users of archivesearch can meet.

    ArchiveSearchError
    ├── SourceError         a source cannot be read at all
    ├── ConfigError         an archivesearch.toml says something that cannot be meant
    ├── QueryError          a query or an option of a search cannot be understood
    └── IndexProblem
        ├── IndexMissing    there is no index, or no such paragraph or page in it
        ├── IndexDamaged    an index is there, but does not hold what its manifest says
        ├── IndexVersion    an index is there, written in another version of the format
        └── IndexBusy       another process is writing to it

Every message is one line: what happened, to which file or word, and what to try.
"""


class ArchiveSearchError(Exception):
    """The root of all errors that archivesearch raises on purpose."""


class SourceError(ArchiveSearchError):
    """A source does not exist or cannot be read."""


class ConfigError(ArchiveSearchError):
    """A configuration file is not valid; the message names the file and the key."""


class QueryError(ArchiveSearchError):
    """A query cannot be understood.

    `position` is the offset, in code points from 0, of what is wrong in the query,
    or None where it is an option and not the query that is wrong.
    """

    def __init__(self, message: str, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class IndexProblem(ArchiveSearchError):
    """Something is wrong with the index directory."""


class IndexMissing(IndexProblem):
    """There is no index at the given place, or no such paragraph or page in it."""


class IndexDamaged(IndexProblem):
    """The index does not hold what its manifest says."""


class IndexVersion(IndexProblem):
    """The index was written by another version of the format."""


class IndexBusy(IndexProblem):
    """Another process is writing to the index."""
