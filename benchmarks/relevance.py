"""Measure our ranking on judged collections beside tantivy's, and fail where it is worse.

    python -m benchmarks.relevance [--data FOLDER] [--ideas]

Each document becomes a page; pages are ranked by their best paragraph. A collection is a
folder in FOLDER/ir with docs.jsonl, queries.jsonl and qrels.txt as TREC has them. With
`--ideas` the table also tells what each idea of the ranking adds.
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

# How far down a ranking counts for the mean average precision.
DEPTH = 100
# What was reached when this was last changed, rounded down: nDCG@10 and MAP.
FLOORS = {"cacm": (0.491, 0.326), "cranfield": (0.447, 0.430), "time": (0.749, 0.688)}

Figures = tuple[float, float]
Ranker = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents as `(title, text)` by their id, and judged queries as `(text, grades)`."""

    name: str
    documents: Mapping[str, tuple[str, str]]
    queries: tuple[tuple[str, Grades], ...]

    @classmethod
    def read(cls, folder: Path) -> "Collection":
        """Read a collection; queries without any judgment are left out."""
        documents = {d["id"]: (d["title"], d["text"]) for d in _lines(folder / "docs.jsonl")}
        grades: dict[str, dict[str, int]] = defaultdict(dict)
        for line in (folder / "qrels.txt").read_text(encoding="utf-8").splitlines():
            query, _, document, grade = line.split()
            grades[query][document] = int(grade)
        texts = {query["id"]: query["text"] for query in _lines(folder / "queries.jsonl")}
        judged = tuple((text, grades[key]) for key, text in texts.items() if key in grades)
        return cls(folder.name, documents, judged)

    def measure(self, rank: Ranker) -> Figures:
        """Return the mean nDCG@10 and the mean average precision over all queries."""
        ranked = [(rank(text), grades) for text, grades in self.queries]
        return mean(ndcg(*pair) for pair in ranked), mean(
            average_precision(*pair) for pair in ranked
        )


def write_pages(collection: Collection, folder: Path) -> None:
    """Write each document as a page of HTML; blank lines part its paragraphs."""
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
def ours(collection: Collection) -> Iterator[Ranker]:
    """Give what ranks the documents of a collection with archivesearch."""
    with tempfile.TemporaryDirectory(prefix="eval-") as work:
        pages = Path(work, "pages")
        pages.mkdir()
        write_pages(collection, pages)
        archivesearch.rebuild([pages], Path(work, "index"))
        with archivesearch.open(Path(work, "index")) as archive:

            def rank(text: str) -> list[str]:
                results = archive.search(_plain(text), group_by="page", limit=DEPTH)
                return [group.key.removesuffix(".html") for group in results.groups]

            yield rank


def tantivy_ranker(collection: Collection, *, fields: bool) -> Ranker:
    """Return what ranks the documents with tantivy: title and text as two fields or as one."""
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
        found = searcher.search(index.parse_query(words, ["title", "text"]), DEPTH)
        return [searcher.doc(address)["id"][0] for _, address in found.hits]

    return rank


@contextmanager
def without(module: Any, **values: Any) -> Iterator[None]:
    """Set constants of a module, or methods of a class, to other values for a while."""
    before = {name: getattr(module, name) for name in values}
    for name, value in values.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(module, name, value)


def idf_of_field(segment: Segment, field: str, number: int) -> float:
    """Return how much finding a term says in one field, whatever other fields say."""
    found = segment.postings_of(field, number)
    return idf(max(segment.with_field.get(field, 0), 1), found.count)


def measured(collection: Collection, *, ideas: bool) -> dict[str, Figures]:
    """Return the figures of a collection by the name of what was measured."""
    table: dict[str, Figures] = {}
    if importlib.util.find_spec("tantivy"):
        for fields, name in ((False, "tantivy, one field"), (True, "tantivy, two fields")):
            table[name] = collection.measure(tantivy_ranker(collection, fields=fields))
    with ours(collection) as rank:
        if ideas:
            off = {"NEARNESS": 0.0, "COMPLETENESS": 0.0, "BODY": 1.0}
            alone = {"WEIGHTS": {"text": 1.0}}
            with (
                without(reranking, **off),
                without(trees, **alone),
                without(Segment, idf=idf_of_field),
            ):
                table["text alone"] = collection.measure(rank)
            with without(reranking, **off), without(Segment, idf=idf_of_field):
                table["+ headings, titles"] = collection.measure(rank)
            with without(reranking, **off):
                table["+ one idf of all fields"] = collection.measure(rank)
            with without(reranking, COMPLETENESS=0.0, BODY=1.0):
                table["+ nearness"] = collection.measure(rank)
            with without(reranking, BODY=1.0):
                table["+ completeness"] = collection.measure(rank)
        table["archivesearch"] = collection.measure(rank)
    return table


def faults(results: Mapping[str, Mapping[str, Figures]]) -> Iterator[str]:
    """Yield in words what is worse than it has to be."""
    for name, table in results.items():
        own = table["archivesearch"]
        for what, other in [("the floor", FLOORS.get(name, (0.0, 0.0))), *_peers(table)]:
            for measure, value, least in zip(("nDCG@10", "MAP"), own, other, strict=True):
                if value < least:
                    yield f"{name}: {measure} is {value:.4f}, {what} has {least:.4f}"


def _peers(table: Mapping[str, Figures]) -> list[tuple[str, Figures]]:
    return [(name, figures) for name, figures in table.items() if name.startswith("tantivy")]


def print_table(results: Mapping[str, Mapping[str, Figures]]) -> None:
    """Print nDCG@10 and MAP of all that was measured, and their means."""
    print(f"{'nDCG@10 / MAP':22}", *(f"{name:>15}" for name in results), f"{'mean':>15}")
    for what in next(iter(results.values())):
        row = [table[what] for table in results.values()]
        row.append((mean(n for n, _ in row), mean(m for _, m in row)))
        print(f"{what:22}", *(f"{f'{n:.4f} / {m:.4f}':>15}" for n, m in row))


def main() -> int:
    """Measure all collections; 0 when nothing is worse than it has to be, else 1."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=_default_data(), help="where ir/ lies")
    parser.add_argument("--ideas", action="store_true", help="tell what each idea adds")
    args = parser.parse_args()
    folders = sorted(path.parent for path in args.data.glob("ir/*/qrels.txt"))
    if not folders:
        print(f"skipped: no judged collections in {args.data / 'ir'}; --data can name their folder")
        return 0
    if not importlib.util.find_spec("tantivy"):
        print("tantivy is not installed, so only the floors are held to")
    results = {
        folder.name: measured(Collection.read(folder), ideas=args.ideas) for folder in folders
    }
    print_table(results)
    found = list(faults(results))
    for fault in found:
        print(f"eval_gate: {fault}", file=sys.stderr)
    return 1 if found else 0


def _default_data() -> Path:
    named = os.environ.get("ARCHIVESEARCH_TEST_DATA")
    return Path(named or "data")


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _plain(text: str) -> str:
    """Leave of a question its words alone, none of them an operator."""
    operators = {"AND", "OR", "NOT"}
    return " ".join(w.lower() if w in operators else w for w in split_words(text))


if __name__ == "__main__":
    sys.exit(main())
