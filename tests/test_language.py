"""Language detection: declared, by function words, by the model, or open."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from archivesearch.config import Config, load_beside
from archivesearch.model.pages import Page, RawPage
from archivesearch.parse.function_words import FUNCTION_WORDS, language_by_function_words
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


def by_function_words(text: str) -> str:
    return language_by_function_words(re.findall(r"[^\W\d_]+", text.lower()))


CASES = [
    # the text, the declared language, the archive's languages, and the detected language
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
    config = load_beside(corpus)
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


ENGLISH = (
    "The paper appeared every Saturday until the printing house was shut in February, and those "
    "who had been its readers took what they could of the archive with them."
)

PLAIN = {
    "en": ENGLISH,
    "de": "Die Zeitung erschien jeden Sonnabend, und wenn sie nicht verboten wurde, haben auch die "
    "Arbeiter der anderen Betriebe sie von einer Hand zur nächsten gegeben.",
    "es": "Los obreros y las obreras que hasta entonces no habían leído el periódico lo esperaban "
    "cuando salía, pero también había muy pocos ejemplares desde la huelga.",
    "fr": "Les journaux sont gardés dans une salle où ils ont été classés par les lecteurs, avec "
    "ces lettres qui leur étaient adressées après la grève.",
    "it": "Questo giornale era letto anche nelle fabbriche della città, perché gli operai sono "
    "stati più di una volta nella redazione, e dalla redazione nel carcere.",
    "nl": "De krant werd door het bestuur uitgegeven en is niet meer dan een jaar verschenen, maar "
    "de brieven van de lezers zijn ook bewaard bij het archief.",
    "sv": "Tidningen trycktes inte längre än till hösten, och för att läsarna hade samlat in "
    "pengar från alla håll är den ett år äldre än vad som skrivs mellan raderna.",
    "pl": "Gazeta była drukowana przez dwa lata, ale już przed wojną nie było papieru, więc każdy "
    "czytelnik jest dla redakcji tylko tym, który może się także podpisać.",
    "ru": "Газета была такая, что её читали только те, которые могли её купить, но когда она "
    "вышла, чтобы это исправить, мы также были рады, если нас было больше.",
    "uk": "Газета була така, що її читали тільки ті, які могли її купити, або якщо він щось писав, "
    "то це було від читачів, щоб вони бачили його після суду.",
    "el": "Η εφημερίδα δεν είναι στο αρχείο από την αρχή της, και για να τη βρει κανείς θα πρέπει "
    "να πάει με τους άλλους στην πόλη που ήταν το τυπογραφείο.",
    "tr": "Bu gazete bir yıl kadar çok okunan bir gazete olarak çıktı ve daha sonra işçiler için "
    "başka bir gazete gibi değil, bir mektup gibi elden ele geçti.",
    "fi": "Lehti ilmestyi vain vuoden, mutta lukijat ovat myös säilyttäneet sen, ja hän joka sitä "
    "oli painanut tai kirjoittanut, niin kuin moni muu, joutui vankilaan että muut vapautuisivat.",
    "hu": "Az újság csak egy évig jelent meg, és már akkor is az volt, amely minden munkásnak "
    "szólt, hogy még többen olvassák, vagy ha lehet, ez után is.",
    "ro": "Ziarul nu a fost tipărit mai mult de un an, însă cititorii l-au păstrat pentru că sunt "
    "în el scrisori care să arate cu ce și după ce s-au luptat.",
    "pt": "O jornal não foi impresso mais de uma vez pelos operários, já que também eles são muito "
    "pobres, e até essa folha, depois da greve, passou pelas mãos da polícia.",
}  # fmt: skip


@pytest.mark.parametrize("code", PLAIN)
def test_a_clear_language_is_detected_by_function_words(code: str) -> None:
    assert by_function_words(PLAIN[code]) == code
    assert language_of(PLAIN[code]) == code


OPEN = {
    # in a language that is not in the table, but whose relative is
    "af": "Die koerant het elke Saterdag verskyn totdat die drukkery in Februarie gesluit is, maar "
    "daar was ook briewe van die werkers wat deur die polisie geneem is.",
    "bg": "Вестникът излизаше всяка събота, докато печатницата беше затворена, но имаше и писма на "
    "работниците, които полицията взе, или които останаха при нас.",
    "ca": "El diari sortia cada dissabte, fins que la impremta va ser tancada, i les cartes dels "
    "obrers que la policia no es va endur han quedat a l'arxiu per als qui les vulguin llegir.",
    "cs": "Noviny vycházely každou sobotu, dokud nebyla tiskárna zavřena, ale byly tam také dopisy "
    "dělníků, které policie odnesla a které jsou dnes v archivu.",
    "da": "Avisen udkom hver lørdag, indtil trykkeriet blev lukket, og der var også breve fra "
    "arbejderne, som politiet tog, og de som blev tilbage, er her.",
    "eo": "La gazeto aperis ĉiun sabaton, ĝis la presejo estis fermita, kaj la redaktoro devis "
    "fuĝi. Ni konservis la arkivon por ĉiuj, kiuj volas legi ĝin.",
    "fy": "De krante ferskynde alle wiken oant de drukkerij sluten waard, en de redakteur moast "
    "flechtsje. Wy hawwe it argyf bewarre foar wa't it lêze wol.",
    "gl": "O xornal saía todos os sábados, ata que a imprenta foi pechada, pero moitas páxinas "
    "perdéronse e ninguén sabe onde están as cartas dos obreiros que a policía levou.",
    "ia": "Le jornal appareva omne sabbato usque le imprimeria esseva claudite, e nos ha "
    "conservate le archivo pro totes qui vole leger lo, ma multe paginas es perdite.",
    "la": "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae, aliam Aquitani, "
    "tertiam qui ipsorum lingua Celtae, nostra Galli appellantur. Hi omnes inter se differunt.",
    "nb": "Avisen kom ut hver lørdag til trykkeriet ble stengt, og det var også brev fra "
    "arbeiderne som politiet tok, og de som ble igjen, er her for alle som vil lese dem.",
    # mixed
    "English and its German": "As Marx wrote in the first chapter: Der Reichtum der "
    "Gesellschaften, in welchen kapitalistische Produktionsweise herrscht, erscheint als eine "
    "ungeheure Warensammlung, die einzelne Ware als seine Elementarform. This is how the book "
    "begins, and what follows from it is well known to those who have read it.",
    "Vietnamese after a line": "The letter was printed in the paper with this note: Tờ báo ra mỗi "
    "thứ bảy cho đến khi nhà in bị đóng cửa, biên tập viên phải chạy trốn. Chúng tôi đã giữ lại "
    "kho lưu trữ cho tất cả những ai muốn đọc, nhưng nhiều trang đã bị mất và không ai biết chúng "
    "ở đâu.",
    "Danish, then English": "Avisen udkom hver lørdag, indtil trykkeriet blev lukket, og der var "
    "breve fra arbejderne, som politiet tog, og de som blev tilbage, er her. " + ENGLISH,
    "Chinese with English names": CHINESE * 3 + "The State and Revolution, What Is To Be Done, The "
    "Poverty of Philosophy, They Who Have Been, From Those Which Were",
    # few words, or the same again and again
    "titles": "The State and Revolution; The Civil War in France; The Eighteenth Brumaire; The "
    "Poverty of Philosophy; The Holy Family; The German Ideology",
    "names": "Karl Liebknecht, Rosa Luxemburg, Clara Zetkin, Franz Mehring, Leo Jogiches",
    "short": "They were there.",
    "key": KEY,
    "nothing": "",
}  # fmt: skip


@pytest.mark.parametrize("text", OPEN)
def test_an_unclear_language_is_open_without_the_model(text: str) -> None:
    assert by_function_words(OPEN[text]) == ""


def test_no_function_word_is_of_two_languages() -> None:
    words = [word for words in FUNCTION_WORDS.values() for word in words]
    assert len(words) == len(set(words))
    assert all(word.isalpha() and word == word.lower() for word in words)


WITHOUT_ROOM = """
import sys, tempfile
from archivesearch.config import Config
from archivesearch.errors import IndexProblem
from archivesearch.model.pages import RawPage
from archivesearch.parse.page import parse
tempfile.tempdir = "/nowhere/at/all"
try:
    print(parse(RawPage("a.txt", sys.argv[1].encode()), Config()).lang)
except IndexProblem as error:
    print(error)
"""


def without_room(text: str) -> str:
    """Return the language of a page, or the error, if the model cannot be unpacked."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_ROOM, text], capture_output=True, text=True, check=True
    ).stdout


def test_a_model_that_cannot_be_loaded_is_an_error() -> None:
    assert without_room(OPEN["names"]).startswith("cannot load the model for language detection: ")


def test_a_clear_language_needs_no_model() -> None:
    assert without_room(ENGLISH) == "en\n"
