"""Schema of a segment: its word fields, its key fields, and the fields that passages share.

The words of a word field are tokenized and stemmed. A key field holds whole values.
"""

from typing import TYPE_CHECKING

from archivesearch.analysis.analyzer import year_term
from archivesearch.model.passages import Passage

if TYPE_CHECKING:
    from archivesearch.columnar.passage_columns import SharedFields

WORD_FIELDS = ("text", "title", "section", "org", "label", "repeated")
KEY_FIELDS = ("page", "lang", "org_key", "year", "years_mentioned")
FIELDS = (*WORD_FIELDS, *KEY_FIELDS)

# In all of these fields a term has the same idf: its idf in the field with most of its passages.
JOINT_FIELDS = WORD_FIELDS[:4]

# Neighbouring passages mostly have equal values in these fields.
SHARED_WORD_FIELDS = ("title", "section", "org", "label")
SHARED_KEY_FIELDS = ("page", "lang", "org_key", "year")


def key_of(passage: "Passage | SharedFields", field: str) -> str:
    """Return the key of a passage in one of `SHARED_KEY_FIELDS`; `""` if it has none."""
    if field == "org_key":
        return passage.org.casefold()
    if field == "year":
        return "" if passage.year is None else year_term(passage.year)
    value: str = getattr(passage, field)
    return value
