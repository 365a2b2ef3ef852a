"""Where the sentences of a text begin.

A full stop ends a sentence or an abbreviation. Which abbreviations an archive has is
learned from a sample of its text when the index is built, by Punkt (Kiss and Strunk,
2006); what was learned is kept with the index, so that a search needs it alone.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

# What Punkt is trained on at most, in characters; half a megabyte takes it a second.
SAMPLE_LENGTH = 500_000

# It begins with a class of characters, so that what lies between is gone over fast.
_END = re.compile(
    r"""([.!?…。！？\n])(?:(?<=\n)\n*|(?P<more>[.!?…。！？]*)["'”’»)\]]*(?:\s+|(?<=[。！？])))"""
)
_WORD = re.compile(r"[^\s(\[\"'“‘«]*$")
_FIRST = re.compile(r"[^\W\d_]+")
_LONGEST = 30


class SentenceSplitter(NamedTuple):
    """What tells the end of a sentence: words that end in a full stop, words that begin one."""

    abbreviations: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()

    def starts(self, text: str, first: int = 0, last: int | None = None) -> list[int]:
        """Return where sentences begin in a part of a text, its own beginning not among them."""
        found = _END.finditer(text, first, len(text) if last is None else last)
        return [match.end() for match in found if self._is_end(text, match)]

    def _is_end(self, text: str, match: re.Match[str]) -> bool:
        if match[1] == "\n":
            return True  # a line that ends
        next_word = _FIRST.match(text, match.end())
        if next_word and next_word[0][0].islower():
            return False
        if match[1] != "." or match["more"]:
            return True
        word = _WORD.search(text, max(0, match.start() - _LONGEST), match.start())
        before = word[0].casefold() if word else ""
        if len(before) == 1 and before.isalpha():
            return False  # an initial
        if before in self.abbreviations:
            return next_word is not None and next_word[0].casefold() in self.starters
        return True


DEFAULT_SPLITTER = SentenceSplitter()


def train(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return what Punkt learns of texts, as plain values."""
    from nltk.tokenize.punkt import PunktTrainer  # slow to import, and a search needs it not

    trainer = PunktTrainer()
    trainer.train("\n".join(texts), finalize=True)
    parameters = trainer.get_params()
    return {
        "abbreviations": sorted(parameters.abbrev_types),
        "starters": sorted(parameters.sent_starters),
    }
