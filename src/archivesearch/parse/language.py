"""Language detection: the language that a page declares, unless its words contradict it.

Only the longest paragraphs are judged: mastheads and rows of links are in the site's
language, and not always in the page's. Function words decide for most samples;
py3langid decides for the others. A short text needs a higher probability. The result is `""`
if no language is probable enough.
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

# Code points of a sample; twice as many take twice the time and judge no better.
_SAMPLE_LENGTH = 600
_SAMPLE_PARAGRAPHS = 8
# py3langid judges the first 150 code points, and the whole sample if it is less than 95 % sure.
_FIRST_LENGTH, _FIRST_PROBABILITY = 150, 0.95
_LETTERS = re.compile(r"[^\W\d_]+")

# The letters that a text needs, and the probability that its language needs. The first two
# are for a page that declares nothing, in one of the archive's languages or in another. The
# third is for a page that declares another language.
_EXPECTED = 30, 0.6
_UNEXPECTED = 60, 0.8
_CONTRADICTED = 200, 0.9

# Groups of codes that are too close to each other to contradict a declaration.
_CLOSE_LANGUAGES = [
    {"no", "nb", "nn", "da"},
    {"hr", "sr", "bs", "sh"},
    {"id", "ms", "in"},
    {"he", "iw"},
]


def detect_language(declared: str, sections: Iterable[Section], expected: Sequence[str]) -> str:
    """Return the language code of a page, `""` if it is undecided.

    `declared` is the code that the page declares, `""` if none; `expected` are the codes of
    the archive's languages.
    """
    sample = _sample(sections)
    words = _LETTERS.findall(sample.lower())
    letters = sum(map(len, words))
    if letters < (_CONTRADICTED if declared else _EXPECTED)[0]:
        return declared
    code = language_by_function_words(words)
    code, probability = (code, 1.0) if code else _classify(sample)
    if declared:
        is_contradicted = probability >= _CONTRADICTED[1] and not _are_close(declared, code)
        return code if is_contradicted else declared
    min_letters, min_probability = _EXPECTED if code in expected else _UNEXPECTED
    return code if letters >= min_letters and probability >= min_probability else ""


def _sample(sections: Iterable[Section]) -> str:
    """Return the longest paragraphs of a page, without boilerplate, longest first."""
    texts = [
        paragraph.own_text if paragraph.repeated else paragraph.text
        for section in sections
        for paragraph in section.paragraphs
    ]
    return "\n".join(sorted(texts, key=len, reverse=True)[:_SAMPLE_PARAGRAPHS])[:_SAMPLE_LENGTH]


def _are_close(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _CLOSE_LANGUAGES)


def _classify(sample: str) -> tuple[str, float]:
    """Return the most probable language of a text, and its probability.

    If the language of its start is probable enough, the rest is not read.
    """
    code, probability = _identifier().classify(sample[:_FIRST_LENGTH])
    if probability < _FIRST_PROBABILITY and len(sample) > _FIRST_LENGTH:
        code, probability = _identifier().classify(sample)
    return code, probability


@cache
def _identifier() -> "LanguageIdentifier":
    """Return py3langid's model; loading it takes half a second.

    It is reduced to the languages with codes of two letters. The others have few texts, and
    short texts in larger languages are mistaken for them. The reduced model needs less
    memory, and each parsing process has one.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        model = LanguageIdentifier.from_model_file(MODEL_FILE)
    except OSError as error:  # the model is unpacked into a temporary file
        raise IndexProblem(
            f"cannot load the model for language detection: {error.strerror or error}; "
            "make room for temporary files"
        ) from error
    columns = [at for at, code in enumerate(model.nb_classes) if len(code) == 2]
    return LanguageIdentifier(
        model.nb_ptc[:, columns],
        model.nb_pc[columns],
        [model.nb_classes[at] for at in columns],
        model.tk_nextmove,
        model.tk_output,
        norm_probs=True,
        tk_row=model.tk_row,
    )
