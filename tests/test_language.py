"""The language of a page: declared, or told by its words, or left open."""

import subprocess
import sys
from pathlib import Path

import pytest

from archivesearch.config import Config, beside
from archivesearch.model.pages import Page, RawPage
from archivesearch.parse.page import parse

ROOT = Path(__file__).parent.parent

FRENCH = (
    "Le fonds de langue française compte quatre-vingt-dix boîtes, et la plus ancienne date de la "
    "grève des mineurs."
)
LONGER = FRENCH + (
    " Les lecteurs qui veulent consulter les journaux sont priés d'écrire à la salle de lecture "
    "avant de venir, car les boîtes sont gardées dans un autre bâtiment."
)
GERMAN = (
    "Die Zeitung erschien jeden Sonnabend, bis die Druckerei im Februar geschlossen wurde und der "
    "Redakteur fliehen mußte."
)
CHINESE = (
    "本馆收藏二十世纪各国工人运动和社会运动的报纸、传单与会议记录。中文资料共有三十七盒，多数是"
    "读者从香港寄来的。"
)
KEY = "mQGiBDg1 AwUBOJ4Sk4vX qANQR1DBwk4Dg60RRdBhctIQC KjyRA6qcZ0lPbb4fA59T6ZL33KjK80AoP4hR"


def language_of(text: str, *, declared: str = "", languages: tuple[str, ...] = ("en",)) -> str:
    html = f"<html{f' lang={declared}' if declared else ''}><body><p>{text}</p></body></html>"
    page = parse(RawPage("page.html", html.encode()), Config(languages=languages))
    assert isinstance(page, Page)
    return page.lang


CASES = [
    # what the page says, what it declares, the archive's languages, and its language
    (FRENCH, "", ("en",), "fr"),
    (GERMAN, "", ("en",), "de"),
    (FRENCH, "fr", ("en",), "fr"),
    (LONGER, "en", ("en",), "fr"),  # plainly wrong
    (GERMAN, "en", ("en",), "en"),  # too short to be sure
    (CHINESE, "", ("en", "zh"), "zh"),
    ("La mayor parte de las cartas llegó de Chile.", "", ("en", "es"), "es"),
    ("La mayor parte de las cartas llegó de Chile.", "", ("en",), "en"),  # not expected
    ("Home", "", ("en", "fr"), "en"),
    ("Karl Liebknecht, Rosa Luxemburg, Clara Zetkin", "", ("en", "de"), "en"),
    ("Box 3486, NY 10014", "", ("fr", "en"), "fr"),
    (KEY, "", ("en",), "en"),
    ("", "it", ("en",), "it"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "declared", "languages", "expected"), CASES)
def test_language(text: str, declared: str, languages: tuple[str, ...], expected: str) -> None:
    assert language_of(text or "x", declared=declared, languages=languages) == expected


CORPUS = {
    "chinese": "zh",
    "french": "fr",
    "german": "de",
    "portuguese": "pt",
    "spanish": "es",
}


def test_the_languages_of_the_corpus() -> None:
    corpus = ROOT / "corpus"
    config = beside(corpus)
    for path in sorted(corpus.rglob("*")):
        name = path.relative_to(corpus).as_posix()
        if path.is_file() and path.suffix != ".toml":
            page = parse(RawPage(name, path.read_bytes()), config)
            assert isinstance(page, Page)
            assert page.lang == CORPUS.get(name.split("/")[0], "en"), name


def test_a_banner_in_another_language_does_not_count() -> None:
    banner = "This is a mirror of the former website of an archive, closed in 2009."
    config = Config(banners=(banner,))
    page = parse(RawPage("p.html", f"<p>{banner}</p><p>{FRENCH}</p>".encode()), config)
    assert isinstance(page, Page)
    assert page.lang == "fr"


UNPACKED = """
import tempfile
from archivesearch.config import Config
from archivesearch.errors import IndexProblem
from archivesearch.model.pages import RawPage
from archivesearch.parse.page import parse
tempfile.tempdir = "/nowhere/at/all"
try:
    parse(RawPage("a.txt", b"There is no room for the model of the languages here."), Config())
except IndexProblem as error:
    print(error)
"""


def test_a_model_that_cannot_be_loaded_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNPACKED], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("cannot load what tells languages apart: ")
