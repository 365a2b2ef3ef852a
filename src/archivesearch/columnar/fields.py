"""The fields of a segment: which hold words, and which hold keys that are found as they are."""

from archivesearch.analysis import year_term
from archivesearch.model.passages import Passage

WORD_FIELDS = ("text", "title", "section", "org", "label", "repeated")
KEY_FIELDS = ("page", "lang", "org_key", "year", "years_mentioned")
FIELDS = (*WORD_FIELDS, *KEY_FIELDS)
JOINT_FIELDS = WORD_FIELDS[:4]
"""Those in which finding a word says as much: it is as rare as where most passages have it."""


def shared_value(passage: Passage, field: str) -> str:
    """Return the words or the key that a passage has in a field shared with its neighbours.

    A passage that says only what many pages repeat has no words of its page either: it
    must not be found, and ranked, by its title.
    """
    if passage.repeated and field in WORD_FIELDS and not passage.own_text:
        return ""
    if field == "org_key":
        return passage.org.casefold()
    if field == "year":
        return "" if passage.year is None else year_term(passage.year)
    value: str = getattr(passage, field)
    return value
