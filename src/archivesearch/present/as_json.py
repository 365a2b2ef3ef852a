"""Records as JSON, with keys that other programs rely on.

Control characters, line separators and lone surrogates are escaped. So the bytes are valid
UTF-8, a hit is one line for every program, and the text of a page cannot control a terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a command needs only a few of these modules
    from archivesearch.model.pages import Page, PageInfo, Paragraph, Section
    from archivesearch.model.passages import Passage
    from archivesearch.model.reports import Backup, Organization, Report, Stats, Verification
    from archivesearch.model.research import Collocations, Concordance, Suggestions, Trends
    from archivesearch.model.results import Group, Hit, Results

_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HIT_KEYS = (
    *("id", "score", "page", "url", "title", "org", "section", "label", "year", "date"),
    *("author", "years_mentioned", "lang", "text", "highlights", "snippet", "snippet_highlights"),
    *("link", "copies", "extracts"),
)


def json_bytes(value: Any, indent: int | None = 2) -> bytes:
    """Return JSON in UTF-8, ended by a newline; without `indent`, on one line."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    return (_ESCAPED.sub(_escape, text) + "\n").encode()


def json_lines(values: Iterable[Any]) -> bytes:
    """Return JSON lines in UTF-8, one for each value."""
    return b"".join(json_bytes(value, None) for value in values)


def results_json(results: Results, *, grouped: bool = False) -> dict[str, Any]:
    """Return the answer to a query; only a grouped one has the key `groups`."""
    value: dict[str, Any] = {
        "query": results.query,
        "total": results.total,
        "total_exact": results.total_exact,
        "took_ms": round(results.took_ms, 3),
        "hits": [hit_json(hit) for hit in results.hits],
    }
    if grouped:
        value["groups"] = [_group(group) for group in results.groups]
    value["facets"] = {
        name: [[value, count] for value, count in values] for name, values in results.facets.items()
    }
    value["suggestion"] = results.suggestion
    value["folded"] = results.folded
    return value


def hit_lines_json(results: Results) -> Iterator[dict[str, Any]]:
    """Yield one object for each hit; a hit in a group has the key `group`."""
    for hit in results.hits:
        yield hit_json(hit)
    for group in results.groups:
        for hit in group.hits:
            yield {**hit_json(hit), "group": group.key}


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return one hit; only an explained one has the key `explanation`."""
    value = {key: getattr(hit, key) for key in _HIT_KEYS}
    if hit.explanation:
        value["explanation"] = [_record(share) for share in hit.explanation]
    return value


def trends_json(trends: Trends) -> dict[str, Any]:
    """Return the years of a query, each with the share of its paragraphs that match."""
    return {
        "query": trends.query,
        "years": [{**_record(trend), "share": round(trend.share, 6)} for trend in trends],
        "notes": list(trends.notes),
    }


def record_json(record: Concordance | Collocations | Suggestions) -> dict[str, Any]:
    """Return a record with the names of its fields as keys."""
    return _record(record)


def inspection_json(page: Page) -> dict[str, Any]:
    """Return a parsed page."""
    return {
        "page": page.page,
        "url": page.url,
        "encoding": page.encoding,
        "title": page.title,
        "lang": page.lang,
        "year": page.dating.year,
        "year_source": page.dating.source,
        "date": page.dating.date,
        "author": page.dating.author,
        "sections": [_section(section) for section in page.sections],
    }


def page_json(page: PageInfo, passages: Sequence[Passage], focus: str = "") -> dict[str, Any]:
    """Return a page and some of its passages; `focus` is the ID of the requested one."""
    return {"page": _record(page), "focus": focus, "passages": [_record(p) for p in passages]}


def organizations_json(organizations: Iterable[Organization]) -> list[dict[str, Any]]:
    """Return the organizations in their order."""
    return [_record(organization) for organization in organizations]


def stats_json(stats: Stats) -> dict[str, Any]:
    """Return the counts of an index; years are strings, as all keys in JSON."""
    return _record(stats)


def report_json(report: Report, seconds: float, size: int) -> dict[str, Any]:
    """Return a build report, the seconds of the build and the bytes that it read."""
    return {
        **_record(report),
        "skipped": [_record(skipped) for skipped in report.skipped],
        "notices": [_record(notice) for notice in report.notices],
        "seconds": round(seconds, 3),
        "bytes": size,
    }


def verification_json(result: Verification) -> dict[str, Any]:
    """Return the result of a verification and its two verdicts, `whole` and `current`."""
    problems = [_record(problem) for problem in result.problems]
    return {
        "whole": result.whole,
        "current": result.current,
        **_record(result),
        "problems": problems,
    }


def backup_json(result: Backup) -> dict[str, Any]:
    """Return the number and the size of the files that a backup copied."""
    return _record(result)


def _group(group: Group) -> dict[str, Any]:
    return {
        "key": group.key,
        "count": group.count,
        "score": group.score,
        "hits": [hit_json(hit) for hit in group.hits],
    }


def _section(section: Section) -> dict[str, Any]:
    paragraphs = [_paragraph(paragraph) for paragraph in section.paragraphs]
    return {**_record(section), "paragraphs": paragraphs}


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    return {
        "label": paragraph.label,
        "text": paragraph.text,
        "repeated": paragraph.repeated,
        "years_mentioned": paragraph.years_mentioned,
    }


def _record(record: Any) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): value[key] for key in sorted(value)}
    if isinstance(value, tuple) and value and is_dataclass(value[0]):
        return [_record(record) for record in value]
    return value


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
