"""Which records of WARCs are pages, and which of them stands for a page captured often.

Captures of one page, under whichever of its addresses, are one page: its text is that of
the newest, its other addresses are kept, and the older captures are counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from archivesearch.sources.page_listing import Capture, SourceEntry, SourceListing
from archivesearch.urls import url_key

OLDER_CAPTURE = "a newer capture of it is indexed"
_CONVERTED = "the page that it was converted from is indexed"
_REPEATS = "it repeats what another capture holds"
_UNRESOLVED = "the capture that it repeats is in none of the sources"


def select_captures(listings: Sequence[SourceListing]) -> list[SourceListing]:
    """Return the listings with an entry for each capture: a page, or the reason it is none.

    The captures of all listings are looked at together: a crawl is often cut into files,
    and one of them repeats what another one holds.
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


# A capture, and which of the listings it is in.
_Held = tuple[int, Capture]


class _Selection:
    """Which capture stands for each page."""

    def __init__(self, captures: Iterable[_Held]) -> None:
        held = list(captures)
        self._known: dict[object, _Held] = {}
        for n, capture in held:
            if not capture.is_revisit:
                self._know(n, capture)
        self._targets: dict[tuple[int, Any], _Held | None] = {}
        best: dict[str, tuple[tuple[int, str], _Held]] = {}
        urls: dict[str, dict[str, None]] = defaultdict(dict)
        for n, capture in held:
            target = self._target(n, capture)
            self._targets[n, capture.entry.location] = target
            if target is None:
                continue
            name = url_key(capture.entry.page)
            urls[name][capture.entry.page] = None
            order = target[1].rank, capture.entry.captured or ""
            if name not in best or order > best[name][0]:
                best[name] = order, target
        self._addresses: dict[tuple[int, Any], dict[str, None]] = defaultdict(dict)
        self._ranks = {name: order[0] for name, (order, _) in best.items()}
        for name, (_, (n, capture)) in best.items():
            self._addresses[n, capture.entry.location].update(urls[name])

    def entry(self, n: int, capture: Capture) -> SourceEntry:
        """Return what becomes of a capture."""
        entry = capture.entry
        if capture.is_revisit:
            if self._targets[n, entry.location] is None:
                return replace(entry, problem=_UNRESOLVED)
            return replace(entry, problem=_REPEATS, is_page=False)
        addresses = self._addresses.get((n, entry.location))
        if addresses is None:
            is_converted = capture.rank < self._ranks[url_key(entry.page)]
            problem = _CONVERTED if is_converted else OLDER_CAPTURE
            return replace(entry, problem=problem, is_page=False)
        page = entry.page if entry.page in addresses else next(iter(addresses))
        also = tuple(sorted(url for url in addresses if url != page))
        return replace(entry, page=page, url=page, also=also)

    def _know(self, n: int, capture: Capture) -> None:
        name, entry = url_key(capture.entry.page), capture.entry
        names: list[object] = [("date", name, entry.captured), ("page", name)]
        names += [("id", capture.id)] if capture.id else []
        names += [("digest", capture.digest)] if capture.digest else []
        for known in names:
            self._known.setdefault(known, (n, capture))

    def _target(self, n: int, capture: Capture) -> _Held | None:
        """Return the capture that holds the content, or None where it is in no record."""
        if not capture.is_revisit:
            return n, capture
        names: list[object] = [
            ("id", capture.refers_to),
            ("date", url_key(capture.refers_url), capture.refers_date),
            ("digest", capture.digest),
            ("page", url_key(capture.refers_url or capture.entry.page)),
        ]
        return next((self._known[name] for name in names if name in self._known), None)
