"""The fields of a segment: which hold words, and which hold keys that are found as they are."""

from collections.abc import Iterable

from archivesearch.model import Passage

WORD_FIELDS = ("text", "title", "section", "org", "label", "repeated")
KEY_FIELDS = ("page", "lang", "org_key", "year", "years_mentioned")
FIELDS = (*WORD_FIELDS, *KEY_FIELDS)


def keys(passage: Passage, field: str) -> Iterable[str]:
    """Return the keys of a passage in a field."""
    if field == "page":
        return (passage.page,)
    if field == "lang":
        return (passage.lang,) if passage.lang else ()
    if field == "org_key":
        return (passage.org.casefold(),) if passage.org else ()
    if field == "year":
        return () if passage.year is None else (year_key(passage.year),)
    return dict.fromkeys(map(year_key, passage.years_mentioned))


def year_key(year: int) -> str:
    """Return a year so that keys sort as years do."""
    return f"{max(0, min(year, 9999)):04d}"
