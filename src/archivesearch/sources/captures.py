"""Capture selection: among the captures of all WARCs, the one of each page that is indexed.

Captures whose URLs have the same `url_key` are of one page. The newest capture gives its
text, the others give further URLs. Older captures are skipped and counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from archivesearch.sources.page_listing import Capture, SourceEntry, SourceListing
from archivesearch.urls import url_key

OLDER_CAPTURE = "a newer capture of it is indexed"
_CONVERTED = "the page that it was converted from is indexed"
_REPEATS = "it repeats the content of another capture"
_UNRESOLVED = "the capture that it repeats is in none of the sources"


def select_captures(listings: Sequence[SourceListing]) -> list[SourceListing]:
    """Return the listings with an entry in place of each capture: a page, or a skipped one.

    The captures of all listings are compared. A crawl is often split into several files,
    and a record in one of them can repeat a record in another.
    """
    if not any(listing.captures for listing in listings):
        return list(listings)
    selection = _Selection((n, c) for n, listing in enumerate(listings) for c in listing.captures)
    return [
        replace(
            listing,
            entries=tuple(
                sorted(
                    (*listing.entries, *(selection.entry(n, c) for c in listing.captures)),
                    key=lambda entry: entry.location,
                )
            ),
            captures=(),
        )
        for n, listing in enumerate(listings)
    ]


_ListingCapture = tuple[int, Capture]  # the number of a listing, and a capture in it
_Location = tuple[int, Any]  # the number of a listing, and the location of a capture in it


class _Selection:
    """The selected capture of each page.

    An example with three records:

        a.html  2001  response          skipped: a newer capture of a.html is indexed
        a.html  2003  response, ID x    indexed as a.html, with the further URL b.html
        b.html  2005  revisit of ID x   skipped: it repeats x
    """

    def __init__(self, captures: Iterable[_ListingCapture]) -> None:
        numbered = list(captures)
        self._by_reference: dict[object, _ListingCapture] = {}
        for n, capture in numbered:
            if not capture.is_revisit:
                self._add_references(n, capture)
        self._targets: dict[_Location, _ListingCapture | None] = {}
        best: dict[str, tuple[tuple[int, str], _ListingCapture]] = {}
        urls: dict[str, dict[str, None]] = defaultdict(dict)
        for n, capture in numbered:
            target = self._target(n, capture)
            self._targets[n, capture.entry.location] = target
            if target is None:
                continue
            key = url_key(capture.entry.page)
            urls[key][capture.entry.page] = None
            order = target[1].rank, capture.entry.captured or ""
            if key not in best or order > best[key][0]:
                best[key] = order, target
        self._urls: dict[_Location, dict[str, None]] = defaultdict(dict)
        self._ranks = {key: order[0] for key, (order, _) in best.items()}
        for key, (_, (n, capture)) in best.items():
            self._urls[n, capture.entry.location].update(urls[key])

    def entry(self, n: int, capture: Capture) -> SourceEntry:
        """Return the entry of a capture in listing `n`: a page, or a skipped one."""
        entry = capture.entry
        if capture.is_revisit:
            if self._targets[n, entry.location] is None:
                return replace(entry, problem=_UNRESOLVED)
            return replace(entry, problem=_REPEATS, is_page=False)
        urls = self._urls.get((n, entry.location))
        if urls is None:
            is_converted = capture.rank < self._ranks[url_key(entry.page)]
            problem = _CONVERTED if is_converted else OLDER_CAPTURE
            return replace(entry, problem=problem, is_page=False)
        page = entry.page if entry.page in urls else next(iter(urls))
        also = tuple(sorted(url for url in urls if url != page))
        return replace(entry, page=page, url=page, also=also)

    def _add_references(self, n: int, capture: Capture) -> None:
        """Add a capture under each key that a revisit can refer to; the first capture wins."""
        key, entry = url_key(capture.entry.page), capture.entry
        references: list[object] = [("date", key, entry.captured), ("page", key)]
        references += [("id", capture.id)] if capture.id else []
        references += [("digest", capture.digest)] if capture.digest else []
        for reference in references:
            self._by_reference.setdefault(reference, (n, capture))

    def _target(self, n: int, capture: Capture) -> _ListingCapture | None:
        """Return the capture with the content of a capture, or None if no record has it."""
        if not capture.is_revisit:
            return n, capture
        references: list[object] = [
            ("id", capture.refers_to),
            ("date", url_key(capture.refers_url), capture.refers_date),
            ("digest", capture.digest),
            ("page", url_key(capture.refers_url or capture.entry.page)),
        ]
        targets = (self._by_reference.get(reference) for reference in references)
        return next(filter(None, targets), None)
