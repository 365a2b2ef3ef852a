"""Which language is a page in? What it declares, unless its own words plainly say otherwise.

A sample of the longest paragraphs is judged: mastheads and rows of links are in the site's
language, whatever the page's is. Most are plainly in one by their function words; what is
not is judged by py3langid, and a short text only where that is safe. What stays
undetermined is "".
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from archivesearch.errors import IndexProblem
from archivesearch.model.pages import Section
from archivesearch.parse.function_words import language_by_function_words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Code points that are judged; twice as many take twice the time and judge no better.
_SAMPLE = 600
_BEGINNING, _PLAIN = 150, 0.95
_LONGEST = 8
_LETTERS = re.compile(r"[^\W\d_]+")

# How many letters a text needs, and how sure the judgement must be: of a page that
# declares nothing, where it is in one of the archive's languages and where in another;
# and of a page that declares another one.
_EXPECTED = 30, 0.6
_UNEXPECTED = 60, 0.8
_AGAINST = 200, 0.9

# A page that declares the first is not contradicted by the second, nor the other way round.
_ALIKE = [{"no", "nb", "nn", "da"}, {"hr", "sr", "bs", "sh"}, {"id", "ms", "in"}, {"he", "iw"}]


def detect_language(declared: str, sections: Iterable[Section], expected: Sequence[str]) -> str:
    """Return the code of the language of a page; "" where that cannot be told.

    `declared` is what it says of itself, `expected` the languages that the archive has.
    """
    sample = _sample(sections)
    words = _LETTERS.findall(sample.lower())
    letters = sum(map(len, words))
    if letters < (_AGAINST if declared else _EXPECTED)[0]:
        return declared
    plain = language_by_function_words(words)
    judged, sure = (plain, 1.0) if plain else _judged(sample)
    if declared:
        return judged if sure >= _AGAINST[1] and not _are_alike(declared, judged) else declared
    least, surest = _EXPECTED if judged in expected else _UNEXPECTED
    return judged if letters >= least and sure >= surest else ""


def _sample(sections: Iterable[Section]) -> str:
    """Return the longest paragraphs of a page, up to `_SAMPLE` code points of them."""
    texts = [
        paragraph.own_text if paragraph.repeated else paragraph.text
        for section in sections
        for paragraph in section.paragraphs
    ]
    return "\n".join(sorted(texts, key=len, reverse=True)[:_LONGEST])[:_SAMPLE]


def _are_alike(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _ALIKE)


def _judged(sample: str) -> tuple[str, float]:
    """Return the language that a text is most likely in, and how likely that is.

    Where the beginning is plain enough the rest is not looked at.
    """
    code, probability = _identifier().classify(sample[:_BEGINNING])
    if probability < _PLAIN and len(sample) > _BEGINNING:
        code, probability = _identifier().classify(sample)
    return code, probability


@cache
def _identifier() -> "LanguageIdentifier":
    """Return the model, which takes half a second to load.

    It judges by languages with codes of two letters: the others have few texts, and short
    texts in larger languages are mistaken for them. What belongs to the others is let go:
    each process that parses has a model of its own.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        known = LanguageIdentifier.from_model_file(MODEL_FILE)
    except OSError as error:  # it is unpacked into a temporary file
        raise IndexProblem(
            f"cannot load what tells languages apart: {error.strerror or error}; "
            "make room for temporary files"
        ) from error
    chosen = [at for at, code in enumerate(known.nb_classes) if len(code) == 2]
    return LanguageIdentifier(
        known.nb_ptc[:, chosen],
        known.nb_pc[chosen],
        [known.nb_classes[at] for at in chosen],
        known.tk_nextmove,
        known.tk_output,
        norm_probs=True,
        tk_row=known.tk_row,
    )
