"""Passages that matched, as readers are shown them."""

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
    """Return a passage that matched as a hit, with its marks, its snippet and its link.

    `copies` are the ids of those that are folded into it.
    """
    shown = best_window(passage.text, marks, sentences=sentences)
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
        snippet=passage.text[slice(*shown)],
        snippet_highlights=clip_marks(marks, shown),
        extracts=extracts(passage.text, marks, shown, sentences),
        link=_link(reader, match.number, passage),
        explanation=explanation,
        copies=copies,
    )


def _link(reader: Reader, number: int, passage: Passage) -> str | None:
    if passage.url is None or not needs_context(passage):
        return link(passage)
    places = reader.page_range(passage.page)
    beside = [at if at in places else None for at in (number - 1, number + 1)]
    known = [at for at in beside if at is not None]
    found = dict(zip(known, reader.passages(known), strict=True))
    return link(passage, *(None if at is None else found[at] for at in beside))
