"""What one rule takes for a page's date, and how far it is trusted."""

import re
from typing import NamedTuple

from archivesearch.parse.dates.written_dates import PartialDate

MASTHEAD, HEADER, PUBLISHED, CLOSING, REVIEWED, UPDATED, ADDRESS, ISSUE, LAST = range(9)

_WORD = re.compile(r"[^\W\d_]+")
_FILLERS = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
    sun lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes
    sábado domingo montag dienstag mittwoch donnerstag freitag samstag sonntag the on of le el den
    dated date circa ca c early mid late end beginning am pm gmt est edt pst pdt bst utc st nd rd th
    """.split()
)
_NOT_ITS_OWN = re.compile(
    r"transcri|translat|online version|this (?:version|edition)|on-line|html|mark(?:ed|-)? ?up"
    r"|proofread|public domain|copy(?:right|left)|\u00a9|\(c\)|re-?(?:print|publish)|reissued"
    r"|convert|scann|born|died|released?\s*[:(]|directed|starring|retrieved|accessed|https?://"
    r"|www\.|\blast\b|next|previous|deadline|until|\bisbn\b|all rights|subscri"
)


class DateCandidate(NamedTuple):
    """What one rule takes for a page's date; a lower `rank` goes first."""

    rank: float
    source: str
    date: PartialDate


def dates_another_work(text: str) -> bool:
    """Whether a line dates a transcription, a copyright, a film: not the page's own text."""
    return bool(_NOT_ITS_OWN.search(text.lower()))


def content_words(text: str) -> list[str]:
    """Return the words of what is left of a line without its date, weekdays left out."""
    return [word for word in _WORD.findall(text) if word.lower() not in _FILLERS]
