"""Date candidates: the dates that the rules propose for a page, with their ranks."""

import re
from typing import NamedTuple

from archivesearch.parse.dates.written_dates import PartialDate

# The ranks, best first. A rule may add a fraction, to order candidates within one rank.
# LAST is for `last updated` on a web page whose text is older.
MASTHEAD, HEADER, PUBLISHED, CLOSING, REVIEWED, UPDATED, ADDRESS, ISSUE, LAST = range(9)

LIST_NUMBER = re.compile(r"[\[(*]?\d{1,3}[.)\]]\s?\D|[*\u2020]")  # an item of a list, or a note
_WORD = re.compile(r"[^\W\d_]+")
_FILLERS = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat
    sun lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes
    sábado domingo montag dienstag mittwoch donnerstag freitag samstag sonntag the on of le el den
    dated date circa ca c early mid late end beginning am pm gmt est edt pst pdt bst utc st nd rd th
    """.split()
)
_OTHER_WORK = re.compile(
    r"transcri|translat|online version|this (?:version|edition)|on-line|html|mark(?:ed|-)? ?up"
    r"|proofread|public domain|copy(?:right|left)|\u00a9|\(c\)|re-?(?:print|publish)|reissued"
    r"|convert|scann|born|died|released?\s*[:(]|directed|starring|retrieved|accessed|https?://"
    r"|www\.|\blast\b|next|previous|deadline|until|\bisbn\b|all rights|subscri"
)


class DateCandidate(NamedTuple):
    """A date that one rule proposes for a page. The candidate with the lowest `rank` wins.

    `source` is the name of the rule as `Dating.source` gives it, for example `masthead`.
    """

    rank: float
    source: str
    date: PartialDate


def dates_another_work(text: str) -> bool:
    """Whether a line dates a transcription, a copyright or a film, not the page's own text."""
    return bool(_OTHER_WORK.search(text.lower()))


def content_words(text: str) -> list[str]:
    """Return the words of a line whose date was cut out, without weekdays and words of dates.

    >>> content_words("Friday the , London")
    ['London']
    """
    return [word for word in _WORD.findall(text) if word.lower() not in _FILLERS]
