"""The facade: an index opened for searching, and the calls that build one or look at a page."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, Unpack

from archivesearch.directory.manifest import MANIFEST
from archivesearch.errors import ArchiveSearchError, IndexDamaged, IndexMissing, QueryError
from archivesearch.lazy import lazy
from archivesearch.query.alias_expansion import AliasExpansion
from archivesearch.query.filters import Filters, QueryContext, Years
from archivesearch.search import arguments as asked
from archivesearch.search import searcher as searching
from archivesearch.search.execution.index_reader import ENGINE
from archivesearch.search.snapshot.snapshot import DAMAGE_ERRORS, damage_error, open_snapshot

if TYPE_CHECKING:  # a search needs few of them
    from archivesearch.model.pages import PageInfo
    from archivesearch.model.passages import Passage
    from archivesearch.model.reports import Organization, Stats
    from archivesearch.model.research import Collocations, Concordance, Matches, Suggestions, Trends
    from archivesearch.model.results import Hit, Results

StrPath = str | os.PathLike[str]


def open(index: StrPath) -> "Archive":
    """Open an index for searching.

    Raises IndexMissing, IndexVersion or IndexDamaged.
    """
    return Archive(index)


class Narrowed(TypedDict, total=False):
    """What every question may be narrowed to, as `Archive.search` takes it."""

    org: str | None
    section: str | None
    year: Years | None
    mentions: Years | None
    lang: str | None


class Archive:
    """An index as it was when it was opened; safe to use from several threads.

    A rebuild does not disturb it: it answers from what it opened until it is closed.
    """

    def __init__(self, index: StrPath) -> None:
        path = Path(index)
        found = open_snapshot(path, ENGINE)
        self._path = path
        self._manifest = found.manifest
        self._config = found.config
        self._analyzer = found.analyzer
        self._reader = found.reader
        self._hold = found.lock
        self._pages = found.pages
        self._organizations = found.organizations
        self._sentences = found.sentences
        self._is_closed = False

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        offset: int = 0,
        sort: str = "score",
        group_by: str | None = None,
        facets: Sequence[str] = (),
        explain: bool = False,
        **narrowed: Unpack[Narrowed],
    ) -> "Results":
        """Return the passages that answer a query best.

        `org` is an organization by any of its names; `section` words of a heading in a
        row; `year` and `mentions` a year or a pair of first and last, None for open;
        `lang` a language. `sort` is `score`, `year`, `-year` or `place`; `group_by` is
        `page`, `section` or `org`, and makes `limit` and `offset` count groups; `facets`
        are of `org`, `section`, `year`, `lang`, `page` and `family`. With `explain` each
        hit says what its score is the sum of. Raises QueryError.
        """
        asked.check_string("query", query)
        asked.check_integers(limit=limit, offset=offset)
        asked.check_names("facets", facets)
        filters = asked.make_filters(narrowed)
        with self._reading():
            filters, notes = self._known(filters)
            results = searching.search(
                self._reader,
                self._vocabulary,
                query,
                filters,
                limit=limit,
                offset=offset,
                sort=sort,
                group_by=group_by,
                facets=facets,
                explain=explain,
            )
        return replace(results, notes=(*notes, *results.notes)) if notes else results

    def matches(self, query: str, **narrowed: Unpack[Narrowed]) -> "Matches":
        """Return an iterator over every hit, in the order of the archive, as it reads them.

        Their scores are 0. Raises QueryError when the first is asked for.
        """
        from archivesearch.model.research import Matches

        notes: list[str] = []
        return Matches(self._matches(query, narrowed, notes), notes)

    def _matches(self, query: str, narrowed: Narrowed, notes: list[str]) -> "Iterator[Hit]":
        from archivesearch.search.research import research as researching

        asked.check_string("query", query)
        filters = asked.make_filters(narrowed)
        with self._reading():
            filters, known = self._known(filters)
            notes.extend(known)
            yield from researching.matches(self._reader, self._vocabulary, query, filters, notes)

    def kwic(
        self,
        query: str,
        *,
        width: int = 60,
        limit: int = 50,
        offset: int = 0,
        sort: str = "place",
        **narrowed: Unpack[Narrowed],
    ) -> "Concordance":
        """Return the places where a query matches, each with what stands around it.

        `width` is how many characters stand on either side at most; `sort` is `place`,
        or `left` or `right` for the words on that side. Raises QueryError.
        """
        from archivesearch.search.research import research as researching

        asked.check_string("query", query)
        asked.check_integers(width=width, limit=limit, offset=offset)
        filters = asked.make_filters(narrowed)
        with self._reading():
            filters, notes = self._known(filters)
            found = researching.kwic(
                self._reader,
                self._vocabulary,
                query,
                filters,
                width=width,
                limit=limit,
                offset=offset,
                sort=sort,
            )
        return replace(found, notes=(*notes, *found.notes))

    def collocations(
        self, query: str, *, window: int = 5, limit: int = 20, **narrowed: Unpack[Narrowed]
    ) -> "Collocations":
        """Return the words that keep company with those of a query, the most telling first.

        `window` is how many words to either side count as company. Raises QueryError.
        """
        from archivesearch.search.research import research as researching

        asked.check_string("query", query)
        asked.check_integers(window=window, limit=limit)
        filters = asked.make_filters(narrowed)
        with self._reading():
            filters, notes = self._known(filters)
            found = researching.collocations(
                self._reader, self._vocabulary, query, filters, window=window, limit=limit
            )
        return replace(found, notes=(*notes, *found.notes))

    def trends(self, query: str, *, by: str = "year", **narrowed: Unpack[Narrowed]) -> "Trends":
        """Return for each year how many of its paragraphs match; the undated ones last.

        `by` is `year`, or `decade`, which then stands as its first year. Raises QueryError.
        """
        from archivesearch.search.research import research as researching

        asked.check_string("query", query)
        filters = asked.make_filters(narrowed)
        with self._reading():
            filters, notes = self._known(filters)
            found = researching.trends(self._reader, self._vocabulary, query, filters, by)
        return replace(found, notes=(*notes, *found.notes))

    def suggest(self, text: str, *, limit: int = 10) -> "Suggestions":
        """Return words of the archive that a text, or its last word, may be meant for."""
        from archivesearch.model.research import Suggestions
        from archivesearch.search.spelling_correction import completions, corrections

        asked.check_string("text", text)
        asked.check_integers(limit=limit)
        if limit < 0:
            raise QueryError("limit cannot be negative")
        with self._reading():
            words = self._reader.words()
            last = text.rsplit(maxsplit=1)[-1] if text.strip() else ""
            return Suggestions(
                text,
                tuple(completions(words, last, limit)) if last else (),
                tuple(corrections(words, last, limit, only_rare=False)) if last else (),
            )

    def pages(self, prefix: str = "") -> tuple[str, ...]:
        """Return the pages whose paths begin so, in the order of the archive."""
        asked.check_string("prefix", prefix)
        with self._reading():
            return tuple(page for page in self._pages if page.startswith(prefix))

    def passages(self, page: str) -> "tuple[Passage, ...]":
        """Return all passages of a page, in order, or of the one that it is known as.

        Raises IndexMissing for an unknown page.
        """
        asked.check_string("page", page)
        with self._reading():
            info = self._pages.page(page)
            return self._passages(page if info is None else info.page)

    def page(self, page: str) -> "PageInfo":
        """Return what is known of a page as a whole, or of the one that it is known as.

        Raises IndexMissing for an unknown one.
        """
        asked.check_string("page", page)
        with self._reading():
            info = self._pages.page(page)
            if info is None:
                raise self._no_page(page)
            return info

    def organizations(self) -> "tuple[Organization, ...]":
        """Return the organizations that have sections, by name."""
        with self._reading():
            return tuple(self._organizations)

    def stats(self) -> "Stats":
        """Return the size and make-up of the index."""
        from archivesearch.model.reports import Stats

        try:
            counts = dict(self._manifest.counts)
            years = {int(year): number for year, number in counts.pop("years").items()}
            return Stats(name=self._config.name, years=years, **counts)
        except DAMAGE_ERRORS as error:
            raise IndexDamaged(f"{self._path / MANIFEST} lacks figures; rebuild it") from error

    @property
    def whoosh(self) -> Any:
        """The `whoosh.index.Index` underneath."""
        self._see_that_it_is_open()
        return self._reader.whoosh_index

    def close(self) -> None:
        """Let go of all files; who asks any more gets a ValueError."""
        self._is_closed = True
        self._reader.close()
        self._hold.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Say that the index is damaged where reading it fails and it is.

        Damage may show itself as any error at all; so may a fault of the program, which
        stays what it is while the index holds what its manifest says. Raises ValueError
        where the archive is closed, be it by another thread meanwhile.
        """
        self._see_that_it_is_open()
        try:
            yield
        except IndexDamaged as error:
            raise damage_error(self._path, error) from error
        except ArchiveSearchError:
            raise
        except Exception as error:
            self._see_that_it_is_open()  # or another thread has closed it meanwhile
            from archivesearch.indexing.verify import problems  # a sound index never needs it

            told = next(problems(self._path, self._manifest), None)
            if told is None:
                raise
            raise damage_error(self._path, f"{told.file} {told.what}") from error

    def _see_that_it_is_open(self) -> None:
        if self._is_closed:
            raise ValueError(f"the index in {self._path} was closed; open it again")

    def _known(self, filters: Filters) -> tuple[Filters, tuple[str, ...]]:
        """Return what to narrow a question to, and what a reader must know of it."""
        notes: list[str] = []
        spoken = self._manifest.counts.get("languages", {})
        if filters.lang is not None and filters.lang.lower() not in spoken:
            known = ", ".join(sorted(filter(None, spoken))) or "none known"
            notes.append(f"no page is in the language '{filters.lang}'; there are {known}")
        if filters.org is not None:
            org, note = self._organizations.canonical_name(filters.org)
            filters = filters._replace(org=org)
            notes += [note] if note else []
        return filters, tuple(notes)

    def _passages(self, page: str) -> "tuple[Passage, ...]":
        numbers = self._reader.page_range(page)
        if not numbers:
            raise self._no_page(page)
        return tuple(self._reader.passages(numbers))

    def _no_page(self, page: str) -> IndexMissing:
        import difflib  # which a search never needs

        near = self._pages.with_url(page) or difflib.get_close_matches(
            page, self._pages, 1, cutoff=0.5
        )
        hint = f"; is it {near[0]}?" if near else ""
        return IndexMissing(f"there is no page '{page}' in the index{hint}")

    @lazy
    def _vocabulary(self) -> QueryContext:
        spoken = self._manifest.counts.get("languages", {})
        languages = tuple(lang for lang in self._analyzer.languages if lang in spoken)
        groups = [*self._organizations.names]
        groups += [(name, *aliases) for name, aliases in self._config.organizations.items()]
        return QueryContext(self._analyzer, languages, AliasExpansion(groups), self._sentences)
