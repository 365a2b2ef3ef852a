"""Sentence splitter: the offsets at which the sentences of a text begin.

A full stop ends a sentence or an abbreviation. A build trains Punkt (Kiss and Strunk,
2006) on a sample of the archive's text to learn its abbreviations. They are stored with
the index, so a search needs no training.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

# The code points that Punkt is trained on, at most; half a million take a second.
SAMPLE_LENGTH = 500_000

# The pattern begins with a character class, so that the regex engine skips to it fast.
_SENTENCE_END = re.compile(
    r"""([.!?…。！？\n])(?:(?<=\n)\n*|(?P<more>[.!?…。！？]*)["'”’»)\]]*(?:\s+|(?<=[。！？])))"""
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«]*$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_MAX_ABBREVIATION = 30


class SentenceSplitter(NamedTuple):
    """Finds sentences with the parameters of Punkt; all words are case folded.

    `abbreviations` are words with a full stop, written without it. `starters` are words that
    often begin a sentence: an abbreviation before one ends its sentence.
    """

    abbreviations: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()

    def starts(self, text: str, first: int = 0, last: int | None = None) -> list[int]:
        """Return the offsets at which sentences begin in `text[first:last]`, without `first`.

        >>> SentenceSplitter(frozenset(["mr"])).starts("Mr. Hill left. It rained.")
        [15]
        """
        ends = _SENTENCE_END.finditer(text, first, len(text) if last is None else last)
        return [match.end() for match in ends if self._is_end(text, match)]

    def _is_end(self, text: str, match: re.Match[str]) -> bool:
        if match[1] == "\n":
            return True  # the end of a line
        next_word = _FIRST_WORD.match(text, match.end())
        if next_word and next_word[0][0].islower():
            return False
        if match[1] != "." or match["more"]:
            return True
        word = _LAST_WORD.search(text, max(0, match.start() - _MAX_ABBREVIATION), match.start())
        before = word[0].casefold() if word else ""
        if len(before) == 1 and before.isalpha():
            return False  # an initial
        if before in self.abbreviations:
            return next_word is not None and next_word[0].casefold() in self.starters
        return True


DEFAULT_SPLITTER = SentenceSplitter()


def train(texts: Sequence[str]) -> dict[str, list[str]]:
    """Train Punkt on texts; return the fields of a SentenceSplitter as sorted lists."""
    from nltk.tokenize.punkt import PunktTrainer  # slow to import, and a search never needs it

    trainer = PunktTrainer()
    trainer.train("\n".join(texts), finalize=True)
    parameters = trainer.get_params()
    return {
        "abbreviations": sorted(parameters.abbrev_types),
        "starters": sorted(parameters.sent_starters),
    }
