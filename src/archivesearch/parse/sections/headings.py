"""Heading detection: the blocks of a page, or their first lines, that are headings.

A heading has text below it. Markup of a heading, or bold, is not enough: bylines, captions,
footers and rows of links have it too.
"""

import re
from collections.abc import Sequence

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines
from archivesearch.parse.sections.labels import Label
from archivesearch.parse.sections.organization_names import is_date_or_address

NON_HEADING_TAGS = frozenset(
    "address button caption dt figcaption legend li optgroup option select textarea th".split()
)
_MAX_HEADING = 300
_MAX_LINE = 90
_MAX_WORDS = 14
# A block with this many code points is prose, whatever it says.
_MIN_PROSE = 80
_MENU_BLOCKS = 3
_PLAIN_TEXT_TAGS = frozenset(("text", "pre", "xmp", "listing", "plaintext"))
_HEADING_TAGS = _PLAIN_TEXT_TAGS | {"h1", "h2", "h3", "h4", "h5", "h6"}
# A caption, "to be continued", a maintainer, a date of change or a copyright.
_NOT_A_HEADING = re.compile(
    r"\W*(?:(?:figure|fig\.|photo|table|illustration|plate|abb(?:ildung|\.)) ?\d+\b"
    r"|(?:to be |wird )?(?:continued|concluded|fortgesetzt)\b"
    r"|(?:fortsetzung folgt|à suivre|continuará|continua no próximo|continua nel prossimo)"
    r"|(?:this |the )?(?:web ?)?(?:page|site|html|script)s?\b.{0,40}"
    r"\b(?:maintained|edited|hosted|made) by\b"
    r"|(?:last|page|site) (?:updated|modified|revised)\b|copyright\b|©|\(c\) ?\d)",
    re.IGNORECASE,
)
# A link to another page or another part of the page.
_NAVIGATION = re.compile(
    r"\W*(?:(?:go |jump )?(?:back|return|up|on) to\b"
    r"|(?:top|bottom) of (?:the |this )?(?:page|document)"
    r"|(?:read |go to )?(?:the )?(?:next|previous|prev)\b|(?:back|home|up|index|contents|top)\W*$"
    r"|home ?page\b|(?:e-?mail|write|contact)\b.{0,60}\b(?:webmaster|admin\w*|us|editors?)\W*$"
    r"|retour\b|(?:haut|début) de (?:la )?page|(?:page|chapitre|texte) (?:suivante?|précédente?)\b"
    r"|nach oben|zurück\b|seitenanfang|weiter\W*$|volver (?:a|al)\b|arriba\W*$|voltar\b|torna a"
    r"|siguiente\W*$|anterior\W*$|próxima?\W*$|返回|上一页|下一页)",
    re.IGNORECASE,
)
_NUMERAL = re.compile(r"[IVXLC]{1,6}\.?|\d{1,2}\.?")


class HeadingFinder:
    """Finds the headings among the blocks of one page."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self._last_prose: int | None = None

    def heading_end(self, number: int, labels: Sequence[Label]) -> int:
        """Return the end of the heading at the start of a block, 0 if there is none."""
        block = self._blocks[number]
        if block.level:
            return len(block.text) if self._is_heading_element(block, number) else 0
        if block.strong:
            return self._strong_end(block, number, labels)
        if (
            block.tag not in NON_HEADING_TAGS
            and block.tag != "td"
            and self._is_in_capitals(block, number)
        ):
            return len(block.text)
        return 0

    def _is_heading_element(self, block: Block, number: int) -> bool:
        """Whether an `<h1>` to `<h6>` is a heading."""
        text = block.text
        if len(text) > _MAX_HEADING or not any(map(str.isalnum, text)):
            return False
        if _NOT_A_HEADING.match(text) or _is_byline(text):
            return False
        if text[0] == "(" and is_date_or_address(text):
            return False
        if block.linked and number > self._end_of_prose():
            return False
        if "|" in text or _NAVIGATION.match(text):
            return self._is_above_prose(number)
        return True

    def _strong_end(self, block: Block, number: int, labels: Sequence[Label]) -> int:
        """Return the end of the heading in bold at the start of a block, 0 if there is none."""
        text = block.text
        start, end = block.strong[0]
        if start > 2 or end > _MAX_LINE * 2 or block.tag in NON_HEADING_TAGS:
            return 0
        if labels and labels[0].is_sure and labels[0].start < end:
            return 0
        if block.tag == "td":
            if len(text) - end < _MIN_PROSE and not self._is_above_prose(number):
                return 0
            if self._ends_menu(number):
                return 0
        if end >= len(text) - 2:
            end = len(text)
        elif not text.startswith("\n", end):
            return 0
        if not reads_as_heading(text[:end]):
            return 0
        if end == len(text) and _NAVIGATION.match(text) and not self._is_above_prose(number):
            return 0
        return end

    def _is_in_capitals(self, block: Block, number: int) -> bool:
        """Whether a line without markup is a heading by its capitals and the prose below it."""
        text = block.text
        if len(text) > _MAX_LINE or not text.isupper():
            return False
        if not (block.tag in _PLAIN_TEXT_TAGS or " " in text):
            return False
        if number + 1 < len(self._blocks) and _NUMERAL.fullmatch(self._blocks[number + 1].text):
            number += 1
        return reads_as_heading(text) and self._is_above_prose(number, long=True)

    def _is_above_prose(self, number: int, *, long: bool = False) -> bool:
        """Whether the next block is prose: `long`, or else at least a sentence."""
        if number + 1 >= len(self._blocks):
            return False
        text = self._blocks[number + 1].text
        if len(text) >= _MIN_PROSE:
            return True
        return not long and text[-1] in ".!?" and text.count(" ") > 3

    def _ends_menu(self, number: int) -> bool:
        """Whether three short strong blocks without heading markup are directly above."""
        above = self._blocks[max(number - _MENU_BLOCKS, 0) : number]
        return len(above) == _MENU_BLOCKS and all(
            one.all_strong and not one.level and len(one.text) < _MAX_LINE for one in above
        )

    def _end_of_prose(self) -> int:
        """Return the number of the last long block, -1 if there is none."""
        if self._last_prose is None:
            last = len(self._blocks) - 1
            while last >= 0 and len(self._blocks[last].text) < _MIN_PROSE:
                last -= 1
            self._last_prose = last
        return self._last_prose


def may_be_heading(block: Block) -> bool:
    """Whether a block can have a heading: a quick test, nearly always False."""
    if block.strong or block.tag in _HEADING_TAGS:
        return True
    return len(block.text) <= _MAX_LINE and block.text.isupper()


def reads_as_heading(text: str) -> bool:
    """Whether a strong line is a heading, and not a date, an address or a sentence."""
    if len(text) > _MAX_LINE or "|" in text or text.count("\n") > 2:
        return False
    words = text.split()
    if len(words) > _MAX_WORDS or text[-1] in ",;" or text[0] in "*[<":
        return False
    if text[-1] == "." and not _ends_in_initials(words[-1]):
        return False
    if text[0].islower() or not any(map(str.isalpha, text)):
        return False
    if _NOT_A_HEADING.match(text) or _is_byline(text):
        return False
    return not is_date_or_address(text)


def _ends_in_initials(word: str) -> bool:
    """Whether a word is initials with dots, such as `C.W.A.`, which can end a heading."""
    return word.count(".") > 1 and word.isupper() and word.replace(".", "").isalpha()


def _is_byline(text: str) -> bool:
    """Whether a line is a byline, such as `By Ada Byron` or `von Karl Huber`."""
    return text[:4].lower().startswith(("by ", "par ", "von ", "por ")) and bool(
        bylines.byline_author(text)
    )
