"""The fields of a segment: which hold words, and which hold keys that are found as they are."""

from typing import TYPE_CHECKING

from archivesearch.analysis.analyzer import year_term
from archivesearch.model.passages import Passage

if TYPE_CHECKING:
    from archivesearch.columnar.passage_columns import SharedFields

WORD_FIELDS = ("text", "title", "section", "org", "label", "repeated")
KEY_FIELDS = ("page", "lang", "org_key", "year", "years_mentioned")
FIELDS = (*WORD_FIELDS, *KEY_FIELDS)
JOINT_FIELDS = WORD_FIELDS[:4]
"""Those in which finding a word says as much: it is as rare as where most passages have it."""

# Of these neighbouring passages mostly have the same value.
SHARED_WORD_FIELDS = ("title", "section", "org", "label")
SHARED_KEY_FIELDS = ("page", "lang", "org_key", "year")


def key_of(passage: "Passage | SharedFields", field: str) -> str:
    """Return the key in a field that neighbouring passages share; `""` where there is none."""
    if field == "org_key":
        return passage.org.casefold()
    if field == "year":
        return "" if passage.year is None else year_term(passage.year)
    value: str = getattr(passage, field)
    return value
