"""Bare pipeline, the least one could write: lexbor's text into tantivy, one document a page.

Started as `python -m benchmarks.speed.bare FOLDER TARGET`.
"""

import os
import sys
from pathlib import Path

import tantivy
from selectolax.lexbor import LexborHTMLParser

SUFFIXES = {".html", ".htm", ".shtml", ".txt"}


def main(folder: Path, target: Path) -> None:
    """Index all pages of a folder, with titles and texts stored."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("page", stored=True, tokenizer_name="raw")
    for name in ("title", "text"):
        builder.add_text_field(name, stored=True, tokenizer_name="en_stem")
    target.mkdir(parents=True)
    index = tantivy.Index(builder.build(), path=str(target))
    writer = index.writer(256_000_000, os.cpu_count() or 1)
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES:
            continue
        tree = LexborHTMLParser(path.read_bytes())
        title, body = tree.css_first("title"), tree.body
        writer.add_document(
            tantivy.Document(
                page=path.relative_to(folder).as_posix(),
                title=title.text() if title else "",
                text=body.text(separator="\n") if body else "",
            )
        )
    writer.commit()
    writer.wait_merging_threads()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
