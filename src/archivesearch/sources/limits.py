"""How much of a source is read at most, so that one made to do harm cannot."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What no source may exceed; what does is skipped or ends there, and is reported.

    `page_bytes` is the size of a page when it is unpacked. An archive has at most
    `members` members and holds at most `ratio` times its own bytes, or `unpacked` bytes
    where that is more: text seldom shrinks to less than a twentieth.
    """

    page_bytes: int = 16 * MEGABYTE
    members: int = 2_000_000
    ratio: int = 100
    unpacked_bytes: int = 256 * MEGABYTE

    def size_problem(self, size: int) -> str:
        """Say that a page of so many bytes is too large, or return ''."""
        if size <= self.page_bytes:
            return ""
        return f"it is larger than the {_megabytes(self.page_bytes)} that a page may have"

    def max_unpacked_bytes(self, packed: int) -> int:
        """Return how many bytes an archive of a size may hold."""
        return max(self.unpacked_bytes, self.ratio * packed)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:g} MB"
