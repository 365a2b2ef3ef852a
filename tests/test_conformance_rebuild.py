"""Every engine answers about rebuilt HTML pages as the oracle does about the parsed pages."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

import archivesearch
from archivesearch.config import Config
from archivesearch.model.pages import Page, RawPage, paragraphs, passages
from archivesearch.model.passages import CopyGroups, Passage
from archivesearch.parse.page import parse
from archivesearch.query.nodes.leaves import Every, Term
from archivesearch.query.nodes.query import Query
from archivesearch.search.request import FACETS, GROUPS, Engine, Request
from archivesearch.search.snapshot.snapshot import open_snapshot
from helpers.conformance import Case, check, check_query
from helpers.conformance_cases import LEAVES, REQUESTS, SENTENCES, TREES, random_text
from helpers.oracle import Oracle
from helpers.small_archive import write_files

CONFIG = 'languages = ["en", "fr"]\n[variants]\nwoman = ["womyn"]\namerica = ["amerika"]\n'
BANNER = "Home of the workers party: the war of castro"
HEADINGS = (
    "Socialist Workers Party (SWP)",
    "Workers World Party (WWP)",
    "The peasant war",
    "Castro and the union",
)


def random_pages(source: random.Random, count: int, banner: str = "") -> dict[str, str]:
    """Return the names of pages, and their HTML. A banner is above the text of each page."""
    pages = {}
    for number in range(count):
        lang = source.choice(("en", "en", "fr"))
        body = [f"<p>{banner}</p>"] if banner else []
        body.append(f"<h1>Letter {number}</h1>")
        if source.randint(0, 2):
            body.append(f"<p>May {number + 1}, {source.choice((1976, 1990, 2003))}</p>")
        for section in range(source.randint(1, 3)):
            body.append(f"<h2>{source.choice(HEADINGS)}</h2>")
            for paragraph in range(source.randint(1, 3)):
                text = f"{number}{section}{paragraph} {random_text(source, 5)}."
                text = source.choice((text, source.choice(SENTENCES) + "."))
                body.append(f"<p>{source.choice(('', '', 'Comments: '))}{text}</p>")
        head = f"<head><title>Letter {number} of the party</title></head>"
        html = f"<html lang={lang}>{head}<body>{''.join(body)}</body></html>"
        pages[source.choice(("", "a/", "b/")) + f"{number}.html"] = html
    return pages


def parsed(files: Mapping[str, str], config: Config) -> list[Page]:
    """Return the parsed pages in the order of the archive."""
    pages = [parse(RawPage(name, files[name].encode()), config) for name in sorted(files)]
    return [page for page in pages if isinstance(page, Page)]


def passages_of(page: Page, banner: str) -> list[Passage]:
    """Return the passages of a page; a banner is repeated text."""
    texts = [paragraph.text for _, paragraph in paragraphs(page)]
    repeated = {n: ((0, len(text)),) for n, text in enumerate(texts, 1) if text == banner}
    return list(passages(page, repeated))


def copies_of(archive: Sequence[Passage]) -> CopyGroups:
    """Return the groups of passages with the same sentence; those of the shortest page first."""
    sizes: dict[str, int] = defaultdict(int)
    by_text: dict[str, list[int]] = defaultdict(list)
    for number, passage in enumerate(archive):
        sizes[passage.page] += 1
        if len(passage.text.split()) > 9 and not passage.repeated:
            by_text[passage.text].append(number)
    return tuple(
        tuple(sorted(group, key=lambda number: sizes[archive[number].page]))
        for group in by_text.values()
        if len(group) > 1
    )


def rebuilt(engine: Engine, folder: Path, files: Mapping[str, str], banner: str = "") -> Case:
    site = write_files(folder / "site", {"archivesearch.toml": CONFIG, **files})
    archivesearch.rebuild([site], folder / "index")
    snapshot = open_snapshot(folder / "index", engine)
    snapshot.lock.release()
    pages = parsed(files, snapshot.config)
    archive = [passage for page in pages for passage in passages_of(page, banner)]
    oracle = Oracle(archive, snapshot.analyzer, copies_of(archive))
    return Case(engine, folder / "index", snapshot.reader, oracle)


@settings(max_examples=10)
@given(
    files=st.builds(random_pages, st.randoms(use_true_random=False), st.integers(1, 3)),
    queries=st.lists(st.tuples(TREES, st.none() | LEAVES), min_size=8, max_size=8),
    requests=st.lists(REQUESTS, min_size=8, max_size=8),
)
def test_rebuilt_archives(
    engine: Engine,
    files: Mapping[str, str],
    queries: list[tuple[Query, Query | None]],
    requests: list[Request],
) -> None:
    with TemporaryDirectory() as folder:
        case = rebuilt(engine, Path(folder), files)
        numbers = range(len(case.oracle.passages))
        assert case.reader.passages(numbers) == case.oracle.passages
        for query, filter_ in queries:
            check_query(case, query, filter_)
        for request in requests:
            check(case, request)
        case.reader.close()


def test_a_banner_is_repeated_text(engine: Engine, tmp_path: Path) -> None:
    files = random_pages(random.Random(1), 8, BANNER)  # noqa: S311
    case = rebuilt(engine, tmp_path, files, BANNER)
    assert sum(passage.text == BANNER for passage in case.oracle.passages) == 8
    assert case.reader.passages(range(len(case.oracle.passages))) == case.oracle.passages
    for query in (Every(), Term("text", "castro"), Term("repeated", "castro")):
        check_query(case, query, None)
        for group_by in (None, *GROUPS):
            check(case, Request(query, group_by=group_by, facets=FACETS))
