"""The engine that keeps passages in Whoosh's own storage.

Everything is scored and counted: Whoosh's own collectors skip blocks by bounds that are
not always bounds, and so lose hits.
"""

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from pathlib import Path
from typing import Any

from whoosh.analysis import Analyzer as WhooshAnalyzer
from whoosh.analysis import Token as WhooshToken
from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema
from whoosh.index import FileIndex, create_in
from whoosh.index import IndexError as WhooshIndexError
from whoosh.index import open_dir as open_index
from whoosh.query import Query

from archivesearch.analysis import Analyzer, Token, year_term
from archivesearch.engines.base import (
    FACET_VALUES,
    GROUP_HITS,
    Found,
    GroupMatch,
    Match,
    Request,
)
from archivesearch.engines.columns import Columns
from archivesearch.errors import IndexDamaged
from archivesearch.model import Passage
from archivesearch.query import WORD_FIELDS
from archivesearch.ranking import BM25

_DOCUMENTS_FILE = "fields.json"
_MEMORY_MB = 256


class StockEngine:
    """Whoosh as it comes."""

    name = "whoosh"

    def build(self, folder: Path, batches: Iterable[Sequence[Passage]], analyzer: Analyzer) -> None:
        """Write an index of all passages into an empty folder."""
        index = create_in(str(folder), _schema(analyzer))
        writer = index.writer(limitmb=_MEMORY_MB)
        columns = Columns()
        documents = dict.fromkeys(WORD_FIELDS, 0)
        try:
            for batch in batches:
                for passage in batch:
                    writer.add_document(**_fields(passage, analyzer, documents))
                    columns.append(passage)
        except BaseException:
            writer.cancel()
            raise
        writer.commit()
        index.close()
        columns.save(folder)
        (folder / _DOCUMENTS_FILE).write_text(json.dumps(documents), encoding="ascii")

    def open(self, folder: Path, analyzer: Analyzer) -> "StockReader":
        """Open what `build` wrote."""
        try:
            return StockReader(folder)
        except WhooshIndexError as error:
            raise IndexDamaged(f"{folder} holds no index of Whoosh; rebuild it") from error


class StockReader:
    """Answers from a folder that the engine has built."""

    def __init__(self, folder: Path) -> None:
        documents = json.loads((folder / _DOCUMENTS_FILE).read_text(encoding="ascii"))
        self._columns = Columns.load(folder)
        self.index: FileIndex = open_index(str(folder))
        self._searcher = self.index.searcher(weighting=BM25(documents))
        self._lock = threading.Lock()  # Whoosh's matchers share one file position

    def search(self, request: Request) -> Found:
        """Return the best matches of a query, exactly ranked and counted."""
        numbers, scores = self._matches(request.query, request.filter)
        facets = {
            name: getattr(self._columns, name).counts(numbers, FACET_VALUES)
            for name in request.facets
        }
        end = request.offset + request.limit
        keys = self._sort_keys(request.sort, numbers, scores)
        if request.group_by is None:
            best = nsmallest(end, keys)[request.offset :]
            found = tuple(Match(numbers[at], scores[at]) for *_, at in best)
            return Found(len(numbers), found, facets=facets)
        groups = self._groups(request.group_by, sorted(keys), numbers, scores)
        return Found(len(groups), groups=tuple(groups[request.offset : end]), facets=facets)

    def scan(self, query: Query, filter: Query | None = None) -> Iterator[int]:
        """Yield the numbers of all matches, in the order of the archive."""
        yield from self._matches(query, filter)[0]

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """Return passages by their numbers."""
        with self._lock:
            return [_passage(self._searcher.stored_fields(number)) for number in numbers]

    def page(self, page: str) -> range:
        """Return the numbers of a page's passages; empty where there is no such page."""
        code = self._columns.page.code_of(page)
        if code is None:
            return range(0)
        codes = self._columns.page.codes
        first = codes.index(code)
        return range(first, first + codes.count(code))

    def pages(self) -> Sequence[str]:
        """Return the pages that have passages, in the order of the archive."""
        return self._columns.page.values

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            if not self._searcher.is_closed:
                self._searcher.close()
            self.index.close()

    def _matches(self, query: Query, filter: Query | None) -> tuple[list[int], list[float]]:
        """Walk through every match; nothing is skipped."""
        numbers: list[int] = []
        scores: list[float] = []
        with self._lock:
            allowed = None if filter is None else set(self._walk(filter))
            matcher = query.matcher(self._searcher)
            while matcher.is_active():
                number = matcher.id()
                if allowed is None or number in allowed:
                    numbers.append(number)
                    scores.append(matcher.score())
                matcher.next()
        return numbers, scores

    def _walk(self, query: Query) -> Iterator[int]:
        return iter(query.matcher(self._searcher).all_ids())

    def _sort_keys(
        self, sort: str, numbers: list[int], scores: list[float]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield for each match what orders it, ending with its place in the lists."""
        if sort == "place":
            return ((at,) for at in range(len(numbers)))
        if sort == "score":
            return ((-score, at) for at, score in enumerate(scores))
        years = self._columns.year
        sign = -1 if sort.startswith("-") else 1
        found = (years[number] for number in numbers)
        return ((year is None, sign * (year or 0), at) for at, year in enumerate(found))

    def _groups(
        self, by: str, keys: list[tuple[Any, ...]], numbers: list[int], scores: list[float]
    ) -> list[GroupMatch]:
        """Gather sorted matches into groups, in the order of each group's first."""
        column = getattr(self._columns, by)
        members: dict[int, list[int]] = {}
        for *_, at in keys:
            members.setdefault(column.codes[numbers[at]], []).append(at)
        return [
            GroupMatch(
                column.values[code],
                len(places),
                tuple(Match(numbers[at], scores[at]) for at in places[:GROUP_HITS]),
            )
            for code, places in members.items()
        ]


class _Analyzed(str):
    """A text with its tokens; Whoosh takes nothing but strings to its analyzers."""

    tokens: list[Token]


class _Terms(WhooshAnalyzer):
    """Gives Whoosh our terms: of a plain string, or those of an `_Analyzed`."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer

    def __call__(self, value: Any, **kwargs: Any) -> Iterator[WhooshToken]:
        if isinstance(value, _Analyzed):
            tokens: Iterable[Token] = value.tokens
        else:
            tokens = self._analyzer.tokens(value, self._analyzer.languages[0])
        token = WhooshToken(positions=True, chars=True)
        for made in tokens:
            token.text = token.original = made.term
            token.pos = made.position
            token.startchar, token.endchar = made.start, made.end
            token.boost = 1.0
            token.stopped = False
            yield token


def _schema(analyzer: Analyzer) -> Schema:
    words = {
        name: TEXT(analyzer=_Terms(analyzer), phrase=True, stored=True) for name in WORD_FIELDS
    }
    return Schema(
        **words,
        id=ID(stored=True),
        page=ID(stored=True),
        url=ID(stored=True),
        lang=ID(stored=True),
        org_key=ID(),
        year=KEYWORD(),
        years_mentioned=KEYWORD(),
        rest=STORED(),
    )


def _fields(passage: Passage, analyzer: Analyzer, documents: dict[str, int]) -> dict[str, Any]:
    """What Whoosh is to index and store of a passage; counts the fields that have words."""
    fields: dict[str, Any] = {
        "id": passage.id,
        "page": passage.page,
        "url": passage.url,
        "lang": passage.lang or None,
        "org_key": passage.org.casefold() or None,
        "year": None if passage.year is None else year_term(passage.year),
        "years_mentioned": " ".join(map(year_term, passage.years_mentioned)) or None,
        "rest": (passage.year, passage.years_mentioned, passage.year_source, passage.date, passage.author, passage.repeated),
    }
    for name in WORD_FIELDS:
        text, tokens = _words(passage, name, analyzer)
        fields[name] = _Analyzed(text)
        fields[name].tokens = tokens
        fields[f"_stored_{name}"] = text
        documents[name] += bool(tokens)
    return {name: value for name, value in fields.items() if value is not None}


def _words(passage: Passage, name: str, analyzer: Analyzer) -> tuple[str, list[Token]]:
    """Return the text and the terms of a field; a repeated sentence is not of the text."""
    if name == "text":
        own, _ = analyzer.split(passage.text, passage.lang, passage.repeated)
        return passage.text, own
    if name == "repeated":
        _, repeated = analyzer.split(passage.text, passage.lang, passage.repeated)
        return "", repeated
    text = getattr(passage, name)
    return text, list(analyzer.tokens(text, passage.lang))


def _passage(stored: dict[str, Any]) -> Passage:
    """Make a passage of what Whoosh has stored of it."""
    year, years_mentioned, year_source, date, author, repeated = stored["rest"]
    return Passage(
        id=stored["id"],
        page=stored["page"],
        url=stored.get("url"),
        title=stored["title"],
        org=stored["org"],
        section=stored["section"],
        label=stored["label"],
        year=year,
        year_source=year_source,
        date=date,
        author=author,
        lang=stored.get("lang", ""),
        years_mentioned=years_mentioned,
        text=stored["text"],
        repeated=repeated,
    )
