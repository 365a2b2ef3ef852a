"""Hits as HTML that is safe to put into a page, whatever stands in the archive."""

from collections.abc import Sequence

from archivesearch.model.passages import Span
from archivesearch.model.results import Hit
from archivesearch.present.clean import clean
from archivesearch.present.markup import html, pieces


def snippet_html(hit: Hit) -> str:
    """Return what is shown of a hit's text: its words in `<mark>`, `…` where text is left out.

    There are no other elements in it; newlines are `<br>`. Control characters and
    overrides of the direction of writing are dropped.
    """
    shown = [_marked(hit.snippet, hit.snippet_highlights)]
    if hit.snippet in hit.text:
        if not hit.text.startswith(hit.snippet):
            shown[0] = f"… {shown[0]}"
        if not hit.text.endswith(hit.snippet):
            shown[0] = f"{shown[0]} …"
    for start, end in hit.extracts:
        marks = [(max(a, start) - start, min(b, end) - start) for a, b in hit.highlights]
        before, after = "… " if start else "", " …" if end < len(hit.text) else ""
        shown.append(f"{before}{_marked(hit.text[start:end], marks)}{after}")
    return "<br>".join(shown)


def text_html(text: str, marks: Sequence[Span] = ()) -> str:
    """Return any text of the archive in the same way, some spans of it marked."""
    return _marked(text, marks)


def _marked(text: str, marks: Sequence[Span]) -> str:
    whole = ((clean(piece), marked) for piece, marked in pieces(text, marks))
    done = "".join(html(piece, [(0, len(piece))] if marked else []) for piece, marked in whole)
    return done.strip().replace("\n", "<br>")
