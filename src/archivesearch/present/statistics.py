"""The size and make-up of an index as text."""

from collections import Counter
from collections.abc import Iterator, Mapping

from archivesearch.model.reports import Stats
from archivesearch.present.clean import one_line
from archivesearch.present.numbers import data_size, percent
from archivesearch.present.screen import Screen
from archivesearch.present.width import align_left, align_right, text_width

_BAR = 40
_MOST_YEARS = 30


def stats_text(stats: Stats, screen: Screen) -> str:
    """Return the counts of an index, its years or decades, languages and encodings."""
    lines = [screen.render([(one_line(stats.name), "strong")]), ""] if stats.name else []
    lines += _totals(stats)
    tables = (
        (f"paragraphs by {'decade' if _long(stats) else 'year'}", _dated(stats), stats.paragraphs),
        ("pages by language", _named(stats.languages), sum(stats.languages.values())),
        ("pages by encoding", _named(stats.encodings), sum(stats.encodings.values())),
    )
    for head, table, whole in tables:
        if table:
            lines += ["", screen.render([(head, "strong")]), *_bars(table, whole, screen)]
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


def _long(stats: Stats) -> bool:
    return len(stats.years) > _MOST_YEARS


def _dated(stats: Stats) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for year in sorted(stats.years):
        counts[f"{year // 10}0s" if _long(stats) else str(year)] += stats.years[year]
    table = dict(counts)
    return {**table, "undated": stats.undated} if stats.undated else table


def _named(counts: Mapping[str, int]) -> dict[str, int]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {one_line(name) or "unknown": count for name, count in ordered}


def _bars(table: Mapping[str, int], whole: int, screen: Screen) -> Iterator[str]:
    name_width = max(map(text_width, table))
    count_width = max(len(f"{count:,}") for count in table.values())
    most = max(*table.values(), 1)
    room = min(_BAR, screen.columns - name_width - count_width - 12)
    for name, count in table.items():
        share = align_right(percent(count, whole), 4)
        bar = "#" * round(max(room, 0) * count / most)
        yield screen.render(
            [
                (f"  {align_left(name, name_width)}  {count:>{count_width},}  {share}  ", ""),
                (bar, "count"),
            ]
        ).rstrip()
