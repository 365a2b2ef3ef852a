"""Which blocks of a page, or which of their first lines, are headings.

A heading has text below it that it is the heading of. What stands in a heading's markup or
in bold and is a byline, a caption, a footer or a row of links is none.
"""

import re
from collections.abc import Sequence

from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates import bylines
from archivesearch.parse.sections import organization_names as organizations
from archivesearch.parse.sections.labels import Label

NON_HEADING_TAGS = frozenset(
    "address button caption dt figcaption legend li optgroup option select textarea th".split()
)
_LONGEST = 300
_LONGEST_LINE = 90
_MOST_WORDS = 14
_PROSE = 80
_MENU = 3
_PLAIN = frozenset(("text", "pre", "xmp", "listing", "plaintext"))
_MAY_HEAD = _PLAIN | {"h1", "h2", "h3", "h4", "h5", "h6"}
_NO_HEADING = re.compile(
    r"\W*(?:(?:figure|fig\.|photo|table|illustration|plate|abb(?:ildung|\.)) ?\d+\b"
    r"|(?:to be |wird )?(?:continued|concluded|fortgesetzt)\b"
    r"|(?:fortsetzung folgt|à suivre|continuará|continua no próximo|continua nel prossimo)"
    r"|(?:this |the )?(?:web ?)?(?:page|site|html|script)s?\b.{0,40}"
    r"\b(?:maintained|edited|hosted|made) by\b"
    r"|(?:last|page|site) (?:updated|modified|revised)\b|copyright\b|©|\(c\) ?\d)",
    re.IGNORECASE,
)
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

    def heading_end(self, number: int, found: Sequence[Label]) -> int:
        """How much of the start of a block is a heading: all, its first line, or 0.

        `found` are the labels in it.
        """
        block = self._blocks[number]
        if block.level:
            return len(block.text) if self._is_marked(block, number) else 0
        if block.strong:
            return self._strong_end(block, number, found)
        if (
            block.tag not in NON_HEADING_TAGS
            and block.tag != "td"
            and self._is_in_capitals(block, number)
        ):
            return len(block.text)
        return 0

    def _is_marked(self, block: Block, number: int) -> bool:
        """Whether what stands in a heading's markup is one."""
        text = block.text
        if len(text) > _LONGEST or not any(map(str.isalnum, text)):
            return False
        if _NO_HEADING.match(text) or _is_byline(text):
            return False
        if text[0] == "(" and organizations.is_date_or_address(text):
            return False
        if block.linked and number > self._end_of_prose():
            return False
        if "|" in text or _NAVIGATION.match(text):
            return self._is_above_prose(number)
        return True

    def _strong_end(self, block: Block, number: int, found: Sequence[Label]) -> int:
        text = block.text
        start, end = block.strong[0]
        if start > 2 or end > _LONGEST_LINE * 2 or block.tag in NON_HEADING_TAGS:
            return 0
        if found and found[0].is_sure and found[0].start < end:
            return 0
        if block.tag == "td":
            if len(text) - end < _PROSE and not self._is_above_prose(number):
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
        """Whether an unmarked line is set apart by its capitals and the prose below it."""
        text = block.text
        if len(text) > _LONGEST_LINE or not text.isupper():
            return False
        if not (block.tag in _PLAIN or " " in text):
            return False
        if number + 1 < len(self._blocks) and _NUMERAL.fullmatch(self._blocks[number + 1].text):
            number += 1
        return reads_as_heading(text) and self._is_above_prose(number, least=_PROSE)

    def _is_above_prose(self, number: int, least: int = 0) -> bool:
        """Whether the next block is running text: long, or at `least` 0 a sentence."""
        if number + 1 >= len(self._blocks):
            return False
        text = self._blocks[number + 1].text
        if len(text) >= _PROSE:
            return True
        return not least and text[-1] in ".!?" and text.count(" ") > 3

    def _ends_menu(self, number: int) -> bool:
        """Whether several short strong blocks, none of them a heading, stand directly above."""
        above = self._blocks[max(number - _MENU, 0) : number]
        return len(above) == _MENU and all(
            one.all_strong and not one.level and len(one.text) < _LONGEST_LINE for one in above
        )

    def _end_of_prose(self) -> int:
        """The number of the last block of running text; -1 where there is none."""
        if self._last_prose is None:
            last = len(self._blocks) - 1
            while last >= 0 and len(self._blocks[last].text) < _PROSE:
                last -= 1
            self._last_prose = last
        return self._last_prose


def may_be_heading(block: Block) -> bool:
    """Whether a block is worth asking about: nearly always False, at little cost."""
    if block.strong or block.tag in _MAY_HEAD:
        return True
    return len(block.text) <= _LONGEST_LINE and block.text.isupper()


def reads_as_heading(text: str) -> bool:
    """Whether a line that stands out is a heading and no date, address or whole sentence."""
    if len(text) > _LONGEST_LINE or "|" in text or text.count("\n") > 2:
        return False
    words = text.split()
    if len(words) > _MOST_WORDS or text[-1] in ",;" or text[0] in "*[<":
        return False
    if text[-1] == "." and not _ends_in_initials(words[-1]):
        return False
    if text[0].islower() or not any(map(str.isalpha, text)):
        return False
    if _NO_HEADING.match(text) or _is_byline(text):
        return False
    return not organizations.is_date_or_address(text)


def _ends_in_initials(word: str) -> bool:
    """Whether a word such as `C.W.A.` ends in a dot that ends no sentence."""
    return word.count(".") > 1 and word.isupper() and word.replace(".", "").isalpha()


def _is_byline(text: str) -> bool:
    """Whether a line names who wrote the page: `By Ada Byron`, `von Karl Huber`."""
    return text[:4].lower().startswith(("by ", "par ", "von ", "por ")) and bool(
        bylines.byline_author(text)
    )
