"""Statistics of an index as text: its size, years, languages and encodings."""

from collections import Counter
from collections.abc import Iterator, Mapping

from archivesearch.model.reports import Stats
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import data_size, percent
from archivesearch.present.screen import Screen
from archivesearch.present.width import align_left, align_right, text_width

_MAX_BAR = 40
_MAX_YEARS = 30


def stats_text(stats: Stats, screen: Screen) -> str:
    """Return the counts of an index, and tables of its years, languages and encodings.

    More than 30 years are counted by decade.
    """
    period = "decade" if len(stats.years) > _MAX_YEARS else "year"
    lines = [screen.render([(one_line(stats.name), "strong")]), ""] if stats.name else []
    lines += _totals(stats)
    tables = (
        (f"paragraphs by {period}", _years(stats, period), stats.paragraphs),
        ("pages by language", _by_count(stats.languages), sum(stats.languages.values())),
        ("pages by encoding", _by_count(stats.encodings), sum(stats.encodings.values())),
    )
    for head, table, total in tables:
        if table:
            lines += ["", screen.render([(head, "strong")]), *_table_lines(table, total, screen)]
    return "\n".join(lines)


def _totals(stats: Stats) -> Iterator[str]:
    counts = {
        "page": stats.pages,
        "section": stats.sections,
        "paragraph": stats.paragraphs,
        "organization": stats.organizations,
        "duplicate": stats.duplicates,
    }
    width = max(len(f"{count:,}") for count in (*counts.values(), stats.skipped))
    for name, count in counts.items():
        yield f"{count:>{width},} {name}{'' if count == 1 else 's'}"
    yield f"{stats.skipped:>{width},} skipped"
    yield f"{data_size(stats.bytes)} of pages"


def _years(stats: Stats, period: str) -> dict[str, int]:
    """Return the paragraphs of each year or decade in order, undated ones last."""
    counts: Counter[str] = Counter()
    for year in sorted(stats.years):
        counts[f"{year // 10}0s" if period == "decade" else str(year)] += stats.years[year]
    table = dict(counts)
    return {**table, "undated": stats.undated} if stats.undated else table


def _by_count(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts with the largest first; the name `""` becomes `unknown`."""
    items = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {one_line(name) or "unknown": count for name, count in items}


def _table_lines(table: Mapping[str, int], total: int, screen: Screen) -> Iterator[str]:
    """Yield a line for each name: its count, its share of the total, and a bar."""
    name_width = max(map(text_width, table))
    count_width = max(len(f"{count:,}") for count in table.values())
    max_count = max(*table.values(), 1)
    bar_width = max(min(_MAX_BAR, screen.columns - name_width - count_width - 12), 0)
    for name, count in table.items():
        share = align_right(percent(count, total), 4)
        text = f"  {align_left(name, name_width)}  {count:>{count_width},}  {share}  "
        bar = "#" * round(bar_width * count / max_count)
        yield screen.render([(text, ""), (bar, "count")]).rstrip()
