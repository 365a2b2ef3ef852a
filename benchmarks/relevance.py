"""Relevance benchmark: archivesearch's and tantivy's ranking on judged collections.

Each document becomes a page, and pages are ranked by their best paragraph. A
collection is a folder in FOLDER/ir with docs.jsonl, queries.jsonl and
qrels.txt in TREC's format. The exit status is 1 if a figure is below its floor
or below tantivy's. docs/internals/relevance.md has the results.
"""

import argparse
import html
import importlib.util
import json
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import archivesearch
from archivesearch.analysis.tokenizer import split_words
from archivesearch.columnar.bm25 import idf
from archivesearch.columnar.segment import Segment
from archivesearch.query import tree_builder as trees
from archivesearch.search import reranker as reranking
from archivesearch.search.evaluation import Grades, average_precision, ndcg

# MAP counts only the first DEPTH documents of a ranking.
DEPTH = 100
# nDCG@10 and MAP when the ranking was last changed, rounded down.
FLOORS = {"cacm": (0.491, 0.326), "cranfield": (0.447, 0.430), "time": (0.749, 0.688)}

Figures = tuple[float, float]
Ranker = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Judged collection: `documents` maps ids to titles and texts, `queries` has texts and grades.

    Grades map the ids of documents to whole numbers; other documents have grade 0.
    """

    name: str
    documents: Mapping[str, tuple[str, str]]
    queries: tuple[tuple[str, Grades], ...]

    @classmethod
    def read(cls, folder: Path) -> "Collection":
        """Read a collection; queries without any judgment are left out."""
        documents = {d["id"]: (d["title"], d["text"]) for d in _read_jsonl(folder / "docs.jsonl")}
        grades: dict[str, dict[str, int]] = defaultdict(dict)
        for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
            query, _, document, grade = line.split()
            grades[query][document] = int(grade)
        texts = {query["id"]: query["text"] for query in _read_jsonl(folder / "queries.jsonl")}
        judged = tuple((text, grades[key]) for key, text in texts.items() if key in grades)
        return cls(folder.name, documents, judged)

    def measure(self, rank: Ranker) -> Figures:
        """Return the mean nDCG@10 and the mean average precision (MAP) of all queries."""
        rankings = [(rank(text), grades) for text, grades in self.queries]
        return mean(ndcg(*pair) for pair in rankings), mean(
            average_precision(*pair) for pair in rankings
        )


def write_pages(collection: Collection, folder: Path) -> None:
    """Write each document as a page of HTML; blank lines separate its paragraphs."""
    for key, (title, text) in collection.documents.items():
        heading = f"<h1>{html.escape(title)}</h1>" if title else ""
        paragraphs = (html.escape(part) for part in re.split(r"\n\s*\n", text) if part.strip())
        body = "\n".join(f"<p>{part}</p>" for part in paragraphs)
        (folder / f"{key}.html").write_text(
            f'<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
            f"</head><body>{heading}\n{body}</body></html>",
            encoding="utf-8",
        )


@contextmanager
def archivesearch_ranker(collection: Collection) -> Iterator[Ranker]:
    """Index a collection with archivesearch; give a function that ranks its documents."""
    with tempfile.TemporaryDirectory(prefix="relevance-") as work:
        pages = Path(work, "pages")
        pages.mkdir()
        write_pages(collection, pages)
        archivesearch.rebuild([pages], Path(work, "index"))
        with archivesearch.open(Path(work, "index")) as archive:

            def rank(text: str) -> list[str]:
                results = archive.search(_words_only(text), group_by="page", limit=DEPTH)
                return [group.key.removesuffix(".html") for group in results.groups]

            yield rank


def tantivy_ranker(collection: Collection, *, fields: bool) -> Ranker:
    """Index a collection with tantivy; return a function that ranks its documents.

    With `fields` title and text are two fields, else one.
    """
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "text"):
        schema.add_text_field(name, tokenizer_name="en_stem")
    index: Any = tantivy.Index(schema.build())
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for key, (title, text) in collection.documents.items():
        values = {"title": title, "text": text} if fields else {"text": f"{title}\n{text}"}
        writer.add_document(tantivy.Document(id=key, **values))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def rank(text: str) -> list[str]:
        words = " ".join(word.lower() for word in re.findall(r"\w+", text))
        results = searcher.search(index.parse_query(words, ["title", "text"]), DEPTH)
        return [searcher.doc(address)["id"][0] for _, address in results.hits]

    return rank


@contextmanager
def patched(module: Any, **values: Any) -> Iterator[None]:
    """Replace constants of a module, or methods of a class, for the time of a block."""
    originals = {name: getattr(module, name) for name in values}
    for name, value in values.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in originals.items():
            setattr(module, name, value)


def idf_of_field(segment: Segment, field: str, number: int) -> float:
    """Return the idf of a term in one field alone, whatever its idf in other fields."""
    postings = segment.postings_of(field, number)
    return idf(max(segment.with_field.get(field, 0), 1), postings.count)


def measure_rankings(collection: Collection, *, ideas: bool) -> dict[str, Figures]:
    """Return the figures of a collection by ranking."""
    table: dict[str, Figures] = {}
    if importlib.util.find_spec("tantivy"):
        for fields, name in ((False, "tantivy, one field"), (True, "tantivy, two fields")):
            table[name] = collection.measure(tantivy_ranker(collection, fields=fields))
    with archivesearch_ranker(collection) as rank:
        if ideas:
            off = {"NEARNESS": 0.0, "COMPLETENESS": 0.0, "BODY": 1.0}
            text_alone = {"FIELD_WEIGHTS": {"text": 1.0}}
            with (
                patched(reranking, **off),
                patched(trees, **text_alone),
                patched(Segment, idf=idf_of_field),
            ):
                table["text alone"] = collection.measure(rank)
            with patched(reranking, **off), patched(Segment, idf=idf_of_field):
                table["+ headings, titles"] = collection.measure(rank)
            with patched(reranking, **off):
                table["+ one idf of all fields"] = collection.measure(rank)
            with patched(reranking, COMPLETENESS=0.0, BODY=1.0):
                table["+ nearness"] = collection.measure(rank)
            with patched(reranking, BODY=1.0):
                table["+ completeness"] = collection.measure(rank)
        table["archivesearch"] = collection.measure(rank)
    return table


def shortfalls(results: Mapping[str, Mapping[str, Figures]]) -> Iterator[str]:
    """Yield a message for each figure of archivesearch below its floor or below tantivy's."""
    for name, table in results.items():
        figures = table["archivesearch"]
        for peer, minima in [("the floor", FLOORS.get(name, (0.0, 0.0))), *_peers(table)]:
            for measure, value, minimum in zip(("nDCG@10", "MAP"), figures, minima, strict=True):
                if value < minimum:
                    yield f"{name}: {measure} is {value:.4f}, {peer} has {minimum:.4f}"


def _peers(table: Mapping[str, Figures]) -> list[tuple[str, Figures]]:
    return [(name, figures) for name, figures in table.items() if name.startswith("tantivy")]


def print_table(results: Mapping[str, Mapping[str, Figures]]) -> None:
    """Print nDCG@10 and MAP of each ranking, by collection and on average."""
    print(f"{'nDCG@10 / MAP':24}", *(f"{name:>15}" for name in results), f"{'mean':>15}")
    for ranking in next(iter(results.values())):
        row = [table[ranking] for table in results.values()]
        row.append((mean(n for n, _ in row), mean(m for _, m in row)))
        print(f"{ranking:24}", *(f"{f'{n:.4f} / {m:.4f}':>15}" for n, m in row))


def main() -> int:
    """Measure all collections; return 1 if a figure is too low, else 0."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.relevance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        metavar="FOLDER",
        type=Path,
        default=_default_data(),
        help="the folder that contains ir/ (the value of ARCHIVESEARCH_TEST_DATA, or data)",
    )
    parser.add_argument(
        "--ideas", action="store_true", help="also measure what each idea of the ranking adds"
    )
    args = parser.parse_args()
    folders = sorted(path.parent for path in args.data.glob("ir/*/qrels.txt"))
    if not folders:
        print(f"skipped: no judged collections in {args.data / 'ir'}; name their folder by --data")
        return 0
    if not importlib.util.find_spec("tantivy"):
        print("tantivy is not installed: figures are compared only with the floors")
    results = {
        folder.name: measure_rankings(Collection.read(folder), ideas=args.ideas)
        for folder in folders
    }
    print_table(results)
    messages = list(shortfalls(results))
    for message in messages:
        print(f"benchmarks.relevance: {message}", file=sys.stderr)
    return 1 if messages else 0


def _default_data() -> Path:
    return Path(os.environ.get("ARCHIVESEARCH_TEST_DATA") or "data")


def _read_jsonl(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _words_only(text: str) -> str:
    """Return the words of a text without signs; words that are operators become lower case."""
    operators = {"AND", "OR", "NOT"}
    return " ".join(w.lower() if w in operators else w for w in split_words(text))


if __name__ == "__main__":
    sys.exit(main())
