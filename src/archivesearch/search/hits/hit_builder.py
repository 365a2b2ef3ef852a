"""Hit builder: a hit from a match, with its passage, marks, snippet and link."""

from archivesearch.analysis.sentences import SentenceSplitter
from archivesearch.model.passages import Passage, Span
from archivesearch.model.results import Hit, Share
from archivesearch.search.hits.snippets import best_window, clip_marks, extracts
from archivesearch.search.hits.text_fragments import link, needs_context
from archivesearch.search.request import Match, Reader


def build_hit(
    reader: Reader,
    match: Match,
    passage: Passage,
    marks: tuple[Span, ...],
    copies: tuple[str, ...] = (),
    *,
    sentences: SentenceSplitter,
    explanation: tuple[Share, ...] = (),
) -> Hit:
    """Return the hit of a match.

    `marks` are the spans of its text to highlight. `copies` are the ids of the passages with
    the same text that are folded into it.
    """
    window = best_window(passage.text, marks, sentences=sentences)
    return Hit(
        id=passage.id,
        score=match.score,
        page=passage.page,
        url=passage.url,
        title=passage.title,
        org=passage.org,
        section=passage.section,
        label=passage.label,
        year=passage.year,
        year_source=passage.year_source,
        date=passage.date,
        author=passage.author,
        lang=passage.lang,
        years_mentioned=passage.years_mentioned,
        text=passage.text,
        highlights=marks,
        snippet=passage.text[slice(*window)],
        snippet_highlights=clip_marks(marks, window),
        extracts=extracts(passage.text, marks, window, sentences),
        link=_link(reader, match.number, passage),
        explanation=explanation,
        copies=copies,
    )


def _link(reader: Reader, number: int, passage: Passage) -> str | None:
    """Return the link of a passage. Its neighbours on the page are read only if needed."""
    if passage.url is None or not needs_context(passage):
        return link(passage)
    on_page = reader.page_range(passage.page)
    neighbours = [n if n in on_page else None for n in (number - 1, number + 1)]
    to_read = [n for n in neighbours if n is not None]
    passages = dict(zip(to_read, reader.passages(to_read), strict=True))
    return link(passage, *(None if n is None else passages[n] for n in neighbours))
