"""Archive: an index that is open for searching."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    ParamSpec,
    Self,
    TypedDict,
    TypeVar,
    Unpack,
)

from archivesearch.directory.manifest import MANIFEST
from archivesearch.errors import ArchiveSearchError, IndexDamaged, IndexMissing, QueryError
from archivesearch.lazy import lazy
from archivesearch.query.alias_expansion import AliasExpansion
from archivesearch.query.filters import Filters, QueryContext, Years
from archivesearch.search import arguments, searcher
from archivesearch.search.execution.index_reader import ENGINE
from archivesearch.search.snapshot.snapshot import DAMAGE_ERRORS, damage_error, open_snapshot

if TYPE_CHECKING:  # a search needs few of these modules
    from archivesearch.model.pages import PageInfo
    from archivesearch.model.passages import Passage
    from archivesearch.model.reports import Organization, Stats
    from archivesearch.model.research import Collocations, Concordance, Matches, Suggestions, Trends
    from archivesearch.model.results import Hit, Results
    from archivesearch.search.request import Reader

StrPath = str | os.PathLike[str]
P = ParamSpec("P")
Answer = TypeVar("Answer", bound="Results | Concordance | Collocations | Trends")


def open(index: StrPath) -> "Archive":
    """Open an index for searching.

    `index` is the folder that `rebuild` or `update` wrote. Close the archive when it is
    no longer needed, or use it in a `with` statement:

        with archivesearch.open("index") as archive:
            print(archive.search("castro").total)

    Raises IndexMissing, IndexVersion, IndexDamaged or IndexBusy.
    """
    return Archive(index)


class FilterOptions(TypedDict, total=False):
    """The keyword arguments that filter a query; each is explained at `Archive.search`."""

    org: str | None
    section: str | None
    year: Years | None
    mentions: Years | None
    lang: str | None


class Archive:
    """An open index. Safe to use from several threads.

    It answers from the index as it was when it was opened, even after a rebuild, until
    it is closed. Use it in a `with` statement, which closes it. On a closed archive every
    call but `close` raises ValueError.
    """

    def __init__(self, index: StrPath) -> None:
        """Open an index; `archivesearch.open` does the same."""
        path = Path(index)
        snapshot = open_snapshot(path, ENGINE)
        self._path = path
        self._manifest = snapshot.manifest
        self._config = snapshot.config
        self._analyzer = snapshot.analyzer
        self._reader = snapshot.reader
        self._lock = snapshot.lock
        self._pages = snapshot.pages
        self._organizations = snapshot.organizations
        self._sentences = snapshot.sentences
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
        **filters: Unpack[FilterOptions],
    ) -> "Results":
        """Return the paragraphs that match a query, the best first.

        `query` is written in the query language; a blank one matches every paragraph.

        - `limit`: the number of hits, or of groups.
        - `offset`: the number of hits, or of groups, to leave out before the first.
        - `sort`: `"score"`, `"year"`, `"-year"` (latest first), or `"place"`, the order
          of the archive.
        - `group_by`: `"page"`, `"section"` or `"org"`; the results then have `groups`
          instead of `hits`.
        - `facets`: the values to count, any of `"org"`, `"section"`, `"year"`, `"lang"`,
          `"page"` and `"family"`, the top folder of the page.
        - `explain`: whether each hit has an `explanation` of its score.

        These filters restrict the search. They are the same for all queries of an archive:

        - `org`: an organization, by any of its names.
        - `section`: words of a heading, in a row.
        - `year`: the year of the page, or a pair of first and last year, None for an
          open end: `(1990, None)`.
        - `mentions`: a year that the paragraph mentions, or such a pair.
        - `lang`: the language of the page, as a code such as `"en"`.

        An organization or a language that the archive does not have is no error: the
        results are empty, and their `notes` say why. For example:

            archive.search("party congress", year=(1990, None), facets=("org",), limit=3)

        Raises QueryError for a query or an option that is not valid, and TypeError for
        an argument of a wrong type.
        """
        arguments.check_integers(limit=limit, offset=offset)
        arguments.check_names("facets", facets)
        return self._answer(
            searcher.search,
            query,
            filters,
            limit=limit,
            offset=offset,
            sort=sort,
            group_by=group_by,
            facets=facets,
            explain=explain,
        )

    def matches(self, query: str, **filters: Unpack[FilterOptions]) -> "Matches":
        """Return an iterator over all hits of a query, in the order of the archive.

        It reads the paragraphs in small batches, so any number of hits needs little
        memory. The hits are not ranked: their scores are 0. The filters are those of
        `search`. For example:

            for hit in archive.matches("strike", year=(1990, None)):
                print(hit.id, hit.year)

        Raises QueryError or TypeError as `search` does, but with the first hit.
        """
        from archivesearch.model.research import Matches

        notes: list[str] = []
        return Matches(self._hits(query, filters, notes), notes)

    def kwic(
        self,
        query: str,
        *,
        width: int = 60,
        limit: int = 50,
        offset: int = 0,
        sort: str = "place",
        **filters: Unpack[FilterOptions],
    ) -> "Concordance":
        """Return the matches of a query as a concordance: each match with its context.

        - `width`: the characters of context on each side, at most.
        - `limit`, `offset`: the number of lines, and of lines to leave out before them.
        - `sort`: `"place"`, the order of the archive; `"left"` or `"right"`, by the words
          on that side, the nearest first.

        The filters are those of `search`. Raises QueryError or TypeError as `search` does.
        """
        from archivesearch.search.research import research

        arguments.check_integers(width=width, limit=limit, offset=offset)
        return self._answer(
            research.kwic, query, filters, width=width, limit=limit, offset=offset, sort=sort
        )

    def collocations(
        self, query: str, *, window: int = 5, limit: int = 20, **filters: Unpack[FilterOptions]
    ) -> "Collocations":
        """Return the words that stand near the words of a query more often than by chance.

        The words with the highest log-likelihood ratio come first.

        - `window`: the distance, in words to either side, that counts as near; at least 1.
        - `limit`: the number of words.

        The filters are those of `search`. Raises QueryError or TypeError as `search` does.
        """
        from archivesearch.search.research import research

        arguments.check_integers(window=window, limit=limit)
        return self._answer(research.collocations, query, filters, window=window, limit=limit)

    def trends(self, query: str, *, by: str = "year", **filters: Unpack[FilterOptions]) -> "Trends":
        """Return the number of paragraphs that match a query in each year.

        `by` is `"year"` or `"decade"`; a decade goes by its first year. The years ascend,
        and the paragraphs of undated pages come last. The filters are those of `search`.
        Raises QueryError or TypeError as `search` does.
        """
        from archivesearch.search.research import research

        return self._answer(research.trends, query, filters, by)

    def suggest(self, text: str, *, limit: int = 10) -> "Suggestions":
        """Return completions and corrections for the last word of a text.

        Both are words of the archive, at most `limit` of each. Raises QueryError for a
        negative limit.
        """
        from archivesearch.model.research import Suggestions
        from archivesearch.search.spelling_correction import completions, corrections

        arguments.check_string("text", text)
        arguments.check_integers(limit=limit)
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
        """Return the names of the pages that begin with a prefix, in the order of the archive.

        A page that is a duplicate of another one is in the `same` of that page instead.
        """
        arguments.check_string("prefix", prefix)
        with self._reading():
            return tuple(page for page in self._pages if page.startswith(prefix))

    def passages(self, page: str) -> "tuple[Passage, ...]":
        """Return all passages of a page, in order.

        For a duplicate, these are the passages of the page that stands for it. Raises
        IndexMissing for an unknown page.
        """
        arguments.check_string("page", page)
        with self._reading():
            info = self._pages.page(page)
            name = page if info is None else info.page
            numbers = self._reader.page_range(name)
            if not numbers:
                raise self._missing_page(name)
            return tuple(self._reader.passages(numbers))

    def page(self, page: str) -> "PageInfo":
        """Return the record of a page: title, dates, encoding, counts and more.

        For a duplicate, this is the record of the page that stands for it. Raises
        IndexMissing for an unknown page.
        """
        arguments.check_string("page", page)
        with self._reading():
            info = self._pages.page(page)
            if info is None:
                raise self._missing_page(page)
            return info

    def organizations(self) -> "tuple[Organization, ...]":
        """Return the organizations that have sections, sorted by name."""
        with self._reading():
            return tuple(self._organizations)

    def stats(self) -> "Stats":
        """Return the figures of the index: its size, years, languages and encodings."""
        from archivesearch.model.reports import Stats

        self._check_open()
        try:
            counts = dict(self._manifest.counts)
            years = {int(year): number for year, number in counts.pop("years").items()}
            return Stats(name=self._config.name, years=years, **counts)
        except DAMAGE_ERRORS as error:
            raise IndexDamaged(f"{self._path / MANIFEST} lacks figures; rebuild it") from error

    @property
    def whoosh(self) -> Any:
        """The index as a `whoosh.index.Index`, for programs that use Whoosh itself."""
        self._check_open()
        return self._reader.whoosh_index

    def close(self) -> None:
        """Close all files of the index. Closing twice does no harm."""
        self._is_closed = True
        self._reader.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(
        self,
        function: "Callable[Concatenate[Reader, QueryContext, str, Filters, P], Answer]",
        query: str,
        options: FilterOptions,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Answer:
        """Call a function of the search on this index; add the notes on the filters."""
        arguments.check_string("query", query)
        filters = arguments.make_filters(options)
        with self._reading():
            filters, notes = self._resolve(filters)
            answer = function(self._reader, self._context, query, filters, *args, **kwargs)
        return replace(answer, notes=(*notes, *answer.notes)) if notes else answer

    def _hits(self, query: str, options: FilterOptions, notes: list[str]) -> "Iterator[Hit]":
        """Yield the hits of `matches`; all notes are added before the first."""
        from archivesearch.search.research import research

        arguments.check_string("query", query)
        filters = arguments.make_filters(options)
        with self._reading():
            filters, filter_notes = self._resolve(filters)
            notes.extend(filter_notes)
            yield from research.matches(self._reader, self._context, query, filters, notes)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Raise IndexDamaged for any exception that damaged files cause.

        A bug can cause any exception too. So after an unexpected one all files are verified;
        if they are sound, the exception goes on unchanged. Raises ValueError if the archive
        is closed, also if another thread closes it meanwhile.
        """
        self._check_open()
        try:
            yield
        except IndexDamaged as error:
            raise damage_error(self._path, error) from error
        except ArchiveSearchError:
            raise
        except Exception as error:
            self._check_open()  # another thread may have closed it meanwhile
            from archivesearch.indexing.verify import problems  # a sound index never needs it

            problem = next(problems(self._path, self._manifest), None)
            if problem is None:
                raise
            raise damage_error(self._path, f"{problem.file} {problem.what}") from error

    def _check_open(self) -> None:
        if self._is_closed:
            raise ValueError(f"the index in {self._path} was closed; open it again")

    def _resolve(self, filters: Filters) -> tuple[Filters, tuple[str, ...]]:
        """Return filters with the canonical name of their organization, and notes for users.

        The notes name an organization or a language that the index does not have.
        """
        notes: list[str] = []
        page_counts = self._manifest.counts.get("languages", {})
        if filters.lang is not None and filters.lang.lower() not in page_counts:
            codes = ", ".join(sorted(filter(None, page_counts))) or "none known"
            notes.append(f"no page is in the language '{filters.lang}'; there are {codes}")
        if filters.org is not None:
            org, note = self._organizations.canonical_name(filters.org)
            filters = filters._replace(org=org)
            notes += [note] if note else []
        return filters, tuple(notes)

    def _missing_page(self, page: str) -> IndexMissing:
        """Return the error for an unknown page, with the page that may be meant."""
        import difflib  # a search never needs it

        near = self._pages.with_url(page) or difflib.get_close_matches(
            page, self._pages, 1, cutoff=0.5
        )
        hint = f"; is it {near[0]}?" if near else ""
        return IndexMissing(f"there is no page '{page}' in the index{hint}")

    @lazy
    def _context(self) -> QueryContext:
        """The context of all queries: the languages of pages, the names of organizations."""
        page_counts = self._manifest.counts.get("languages", {})
        languages = tuple(lang for lang in self._analyzer.languages if lang in page_counts)
        groups = [*self._organizations.names]
        groups += [(name, *aliases) for name, aliases in self._config.organizations.items()]
        return QueryContext(self._analyzer, languages, AliasExpansion(groups), self._sentences)
