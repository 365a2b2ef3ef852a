"""Size limits for sources, so that a hostile one (an archive bomb) does no harm."""

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a page and an archive. A page or member beyond one is left out and reported.

    `page_bytes` limits the size of an unpacked page, `members` the number of members of
    an archive. An archive may unpack to `ratio` times its own size, or to
    `unpacked_bytes` if that is more. Text seldom shrinks to less than a twentieth.
    """

    page_bytes: int = 16 * MEGABYTE
    members: int = 2_000_000
    ratio: int = 100
    unpacked_bytes: int = 256 * MEGABYTE

    def size_problem(self, size: int) -> str:
        """Return the reason to skip a page of `size` bytes as too large, or `""`."""
        if size <= self.page_bytes:
            return ""
        return f"it is larger than the {_megabytes(self.page_bytes)} that a page may have"

    def max_unpacked_bytes(self, archive_bytes: int) -> int:
        """Return the number of bytes that an archive of a size may unpack to."""
        return max(self.unpacked_bytes, self.ratio * archive_bytes)


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:g} MB"
