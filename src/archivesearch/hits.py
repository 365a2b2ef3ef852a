"""Passages that matched, as readers are shown them."""

from archivesearch.links import link
from archivesearch.model import Hit, Passage, Share, Span
from archivesearch.snippets import window, within_window


def hit(
    passage: Passage,
    score: float,
    marks: tuple[Span, ...],
    explanation: tuple[Share, ...] = (),
) -> Hit:
    """Return a passage as a hit, with its marks, its snippet and its link."""
    shown = window(passage.text, marks)
    return Hit(
        id=passage.id,
        score=score,
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
        snippet_highlights=within_window(marks, shown),
        link=link(passage),
        explanation=explanation,
    )
