"""Page decoder: a table of pages, real pages in many encodings, and laws."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.parse.encoding import detection
from archivesearch.parse.encoding.charset_labels import charset_for
from archivesearch.parse.encoding.decode import decode

RUSSIAN = "Не только рабочие, но и крестьяне вышли на площадь, чтобы сказать своё слово. " * 4
GREEK = "Οι εργάτες της πόλης και οι αγρότες των χωριών βγήκαν στους δρόμους για το ψωμί. " * 4
CHINESE = "全世界无产者，联合起来！工人阶级没有祖国，他们失去的只是锁链，得到的将是整个世界。" * 4
JAPANESE = "ひとつの妖怪がヨーロッパをさまよっている。万国の労働者、団結せよ。" * 4
TURKISH = (
    "Bütün ülkelerin işçileri birleşin; zincirlerinizden başka kaybedeceğiniz bir şey yok. " * 4
)
POLISH = "Proletariusze wszystkich krajów, łączcie się! Żądamy chleba, pracy i wolności dziś. " * 4
FRENCH = "L’été dernier, à Orléans, les élèves du collège ont fêté Noël où ça n’était pas gênant. "
GERMAN = "Die Schüler über den Flüssen grüßen schöne Mädchen; fünf Bäcker müssen früh aufstehen. "
ENGLISH = (
    "The café on the corner was Señor Núñez’s, “where Zoë sat” — he said. " + "A long day. " * 9
)


def meta(label: str) -> bytes:
    return f'<html><head><meta charset="{label}"></head><body>'.encode()


# The bytes, the content type, the encoding, its source, and the end of the text.
CASES = {
    "ascii": (b"plain", None, "windows-1252", "default", "plain"),
    "nothing": (b"", None, "windows-1252", "default", ""),
    "bom utf-8": (b"\xef\xbb\xbfM\xc3\xa8re", None, "utf-8", "bom", "Mère"),
    "bom utf-16le": ("\ufeffÉté".encode("utf-16-le"), None, "utf-16le", "bom", "Été"),
    "bom utf-16be": ("\ufeffÉté".encode("utf-16-be"), None, "utf-16be", "bom", "Été"),
    "bom before all": (
        b"\xef\xbb\xbf" + meta("koi8-r") + "Ж".encode(),
        "text/html; charset=big5",
        "utf-8",
        "bom",
        "Ж",
    ),
    "bom that lies": (b"\xef\xbb\xbf" + b"\xe9t\xe9", None, "windows-1252", "default", "ï»¿été"),
    "transport": (b"\xc5", "text/html; charset=ISO-8859-5", "iso-8859-5", "transport", "Х"),
    "transport in quotes": (
        b"\xe9",
        'text/html;charset="latin1"',
        "windows-1252",
        "transport",
        "é",
    ),
    "transport before meta": (
        meta("koi8-r") + b"\xe9",
        "text/html; charset=windows-1251",
        "windows-1251",
        "transport",
        "й",
    ),
    "transport utf-16": (
        "Ħ\n".encode("utf-16-le"),
        "text/html; charset=utf-16",
        "utf-16le",
        "transport",
        "Ħ\n",
    ),
    "meta charset": (meta("koi8-r") + b"\xc1", None, "koi8-r", "meta", "а"),
    "meta http-equiv": (
        b'<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=windows-1251">\xe6',
        None,
        "windows-1251",
        "meta",
        "ж",
    ),
    "meta without quotes": (
        b"<meta http-equiv=Content-Type content=text/html;charset=koi8-r>\xc1",
        None,
        "koi8-r",
        "meta",
        "а",
    ),
    "meta after 9,000 letters": (
        b"<title>" + b"x" * 9000 + b"</title>" + meta("koi8-r") + b"\xc1",
        None,
        "koi8-r",
        "meta",
        "а",
    ),
    "meta in a comment": (
        b'<!-- <meta charset="koi8-r"> -->\xe9',
        None,
        "windows-1252",
        "default",
        "é",
    ),
    "second meta after one unknown": (
        meta("bogus") + meta("koi8-r") + b"\xc1",
        None,
        "koi8-r",
        "meta (not bogus)",
        "а",
    ),
    "xml declaration": (
        b'<?xml version="1.0" encoding="iso-8859-2"?>\xb3',
        None,
        "iso-8859-2",
        "xml",
        "ł",
    ),
    "latin-1 is windows-1252": (
        meta("iso-8859-1") + b"\x93so\x94 \x96 \x80",
        None,
        "windows-1252",
        "meta",
        "“so” – €",
    ),
    "ascii is windows-1252": (meta("us-ascii") + b"it\x92s", None, "windows-1252", "meta", "it’s"),
    "latin-2 with the quotes of windows": (
        meta("iso-8859-2") + b"\x84\xb3\xf3d\xbc\x94",
        None,
        "iso-8859-2",
        "meta (mended control characters)",
        "„łódź”",
    ),
    "gb2312 is gb18030": (
        meta("gb2312") + "镕基".encode("gb18030"),
        None,
        "gbk",
        "meta",
        "镕基",
    ),
    "misspelt utrf-8": (
        meta("utrf-8") + "é".encode(),
        None,
        "utf-8",
        "meta (misspelt utrf-8)",
        "é",
    ),
    "misspelt iutf-8": (
        meta("iutf-8") + "é".encode(),
        None,
        "utf-8",
        "meta (misspelt iutf-8)",
        "é",
    ),
    "misspelt utf-98": (
        meta("utf-98") + "é".encode(),
        None,
        "utf-8",
        "meta (misspelt utf-98)",
        "é",
    ),
    "misspelt iso8850-1": (
        meta("iso8850-1") + b"\xe9",
        None,
        "windows-1252",
        "meta (misspelt iso8850-1)",
        "é",
    ),
    "a semicolon too many": (
        meta("windows-1252;") + b"\xe9",
        None,
        "windows-1252",
        "meta (misspelt windows-1252;)",
        "é",
    ),
    "a curly quote around it": (
        b"<meta charset=windows-1251&#8221;>\xe6",
        None,
        "windows-1251",
        "meta (misspelt windows-1251&#8221;)",
        "ж",
    ),
    "unknown and near to many": (
        meta("iso-8859") + b"\xe9",
        None,
        "windows-1252",
        "default (not iso-8859)",
        "é",
    ),
    "says utf-8 and is not": (
        meta("utf-8") + b"caf\xe9 \x93no\x94",
        None,
        "windows-1252",
        "default (not utf-8)",
        "café “no”",
    ),
    "says utf-8 and nearly is": (
        meta("utf-8") + "é".encode() * 10 + b" it\x92s",
        None,
        "utf-8",
        "meta",
        "é it’s",
    ),
    "says utf-8, with a few bytes of windows": (
        meta("utf-8") + "Zoë’s café, “where Núñez sat”".encode() + b" \x97 it\x92s",
        None,
        "utf-8",
        "meta",
        "Zoë’s café, “where Núñez sat” — it’s",
    ),
    "undeclared utf-8 with a few bytes of windows": (
        "Zoë’s café, “where Núñez sat”".encode() + b" \x97 it\x92s",
        None,
        "utf-8",
        "bytes",
        "Zoë’s café, “where Núñez sat” — it’s",
    ),
    "words of windows-1252 that look like utf-8 between its quotes": (
        meta("utf-8") + "«CAFÉ» «ÎLE D’É» «DÉFILÉ»".encode("cp1252"),
        None,
        "windows-1252",
        "default (not utf-8)",
        "«CAFÉ» «ÎLE D’É» «DÉFILÉ»",
    ),
    "says utf-16 and is utf-8": (meta("utf-16") + "é".encode(), None, "utf-8", "meta", "é"),
    "says utf-16 and is 8-bit": (
        meta("utf-16") + b"caf\xe9",
        None,
        "windows-1252",
        "default (not utf-16)",
        "café",
    ),
    "a server says utf-16 of 8-bit": (
        b"caf\xe9",
        "text/html; charset=utf-16",
        "windows-1252",
        "default (not utf-16)",
        "café",
    ),
    "says latin-1 and is utf-8": (
        meta("iso-8859-1") + "“Montréal”".encode(),
        None,
        "utf-8",
        "bytes (not iso-8859-1)",
        "“Montréal”",
    ),
    "says latin-1, a word ends like utf-8": (
        meta("iso-8859-1") + b"\xab LIBERT\xc9\xbb",
        None,
        "windows-1252",
        "meta",
        "« LIBERTÉ»",
    ),
    "says latin-1, only that word": (
        meta("iso-8859-1") + b"LIBERT\xc9\x94",
        None,
        "windows-1252",
        "meta",
        "LIBERTÉ”",
    ),
    "says latin-1 and is Russian": (
        meta("iso-8859-1") + RUSSIAN.encode("cp1251"),
        None,
        "windows-1251",
        "guessed (not iso-8859-1)",
        RUSSIAN,
    ),
    "utf-16le without mark": (
        "<p>Été".encode("utf-16-le"),
        None,
        "utf-16le",
        "bytes",
        "<p>Été",
    ),
    "utf-16be without mark": (
        "<p>Été".encode("utf-16-be"),
        None,
        "utf-16be",
        "bytes",
        "<p>Été",
    ),
    "undeclared utf-8": ("é—é".encode(), None, "utf-8", "bytes", "é—é"),
    "undeclared English": (ENGLISH.encode("cp1252"), None, "windows-1252", "default", ENGLISH),
    "undeclared French": (FRENCH.encode("cp1252"), None, "windows-1252", "default", FRENCH),
    "undeclared German": (GERMAN.encode("cp1252"), None, "windows-1252", "default", GERMAN),
    "undeclared Russian": (RUSSIAN.encode("koi8-r"), None, "koi8-r", "guessed", RUSSIAN),
    "undeclared Greek": (GREEK.encode("cp1253"), None, "windows-1253", "guessed", GREEK),
    "undeclared Turkish": (TURKISH.encode("cp1254"), None, "windows-1254", "guessed", TURKISH),
    "undeclared Polish": (POLISH.encode("cp1250"), None, "windows-1250", "guessed", POLISH),
    "undeclared Chinese": (CHINESE.encode("gb2312"), None, "gb18030", "guessed", CHINESE),
    "undeclared Japanese": (JAPANESE.encode("cp932"), None, "shift_jis", "guessed", JAPANESE),
    "undeclared Japanese mail": (
        JAPANESE.encode("iso2022_jp"),
        None,
        "iso-2022-jp",
        "bytes",
        JAPANESE,
    ),
    "double utf-8": (
        meta("utf-8")
        + "café “no”".encode().decode("cp1252", "replace").replace("\ufffd", "\x9d").encode(),
        None,
        "utf-8",
        "meta (mended double UTF-8)",
        "café “no”",
    ),
    "double utf-8 in places": (
        meta("utf-8") + "Müller donâ€™t".encode(),
        None,
        "utf-8",
        "meta (mended double UTF-8 punctuation)",
        "Müller don’t",
    ),
    "what looks like double utf-8 in one word": (
        meta("utf-8") + "Müller, Ã© and ł".encode(),
        None,
        "utf-8",
        "meta",
        "Müller, Ã© and ł",
    ),
    "Macintosh quotation marks": (
        b"MIM\xd5s \xd2theory\xd3 isn\xd5t here",
        None,
        "windows-1252",
        "default (mended Macintosh quotation marks)",
        "MIM’s “theory” isn’t here",
    ),
    "no Macintosh": (
        b"NA\xc7\xd5ES don\xd5t",
        None,
        "windows-1252",
        "default",
        "NAÇÕES donÕt",
    ),
    "unused bytes": (
        b"a\x81b\x9dc",
        None,
        "windows-1252",
        "default (mended control characters)",
        "abc",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_encoding_source_and_text(name: str) -> None:
    data, content_type, encoding, source, end = CASES[name]
    decoded = decode(data, content_type)
    assert (decoded.encoding, decoded.source) == (encoding, source)
    assert decoded.text.endswith(end)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        (" UTF8 ", "utf-8"),
        ("x-sjis", "shift_jis"),
        ("latin1", "windows-1252"),
        ("ISO_8859-9:1989", "windows-1254"),
        ("tis-620", "windows-874"),
        ("ks_c_5601-1987", "euc-kr"),
        ("unicode", "utf-16le"),
        ("x-mac-roman", "macintosh"),
        ("cp850", "ibm850"),
        ("hz-gb-2312", "hz-gb-2312"),
    ],
)
def test_labels_mean_what_the_standard_says(label: str, name: str) -> None:
    charset = charset_for(label)
    assert charset is not None
    assert (charset.name, charset.misspelt) == (name, False)


@pytest.mark.parametrize(
    "label", ["", "none", "text/html", "rot13", "base64", "windows-125", "utf"]
)
def test_unknown_labels(label: str) -> None:
    assert charset_for(label) is None


@given(st.binary())
def test_every_byte_string_decodes(data: bytes) -> None:
    decoded = decode(data)
    assert decoded.text.encode("utf-8") is not None
    assert charset_for(decoded.encoding) is not None


@given(
    st.binary(max_size=60),
    st.sampled_from(["utf-16", "gb2312", "iso-2022-jp", "hz", "cp1253", "?"]),
)
def test_every_byte_string_decodes_whatever_is_declared(data: bytes, label: str) -> None:
    assert decode(data, f"text/html; charset={label}").text.encode("utf-8") is not None
    assert decode(meta(label) + data).text.startswith("<html>")


@given(st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюя ,.\n"), min_size=1))
def test_text_in_its_declared_encoding_is_decoded(text: str) -> None:
    for label in ("windows-1251", "koi8-r", "iso-8859-5", "utf-8", "x-mac-cyrillic"):
        charset = charset_for(label)
        assert charset is not None
        page = f"<p>{text}"  # юя in windows-1251 is a byte order mark of UTF-16
        decoded = decode(page.encode(charset.codec), f"text/html; charset={label}")
        assert (decoded.text, decoded.encoding) == (page, label)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_utf_8_with_a_byte_order_mark_is_decoded(text: str) -> None:
    decoded = decode(b"\xef\xbb\xbf" + text.encode())
    assert decoded.encoding == "utf-8"
    assert decoded.text == text or "mended" in decoded.source


# Real pages and texts in many encodings.

DIFFERENT_FROM_BROWSERS = {
    ("tests1.dat", 11): "a quotation mark that is not closed in a label is left out",
    ("tests1.dat", 25): "a quotation mark that is not closed in a label is left out",
    ("tests1.dat", 26): "a quotation mark that is not closed in a label is left out",
    ("test-yahoo-jp.dat", 1): "its bytes are UTF-8, whatever they declare",
}
HTML5LIB = {"tests1.dat": 59, "tests2.dat": 22, "test-yahoo-jp.dat": 1, "scripted/tests1.dat": 1}


def html5lib_cases(file: Path) -> Iterator[tuple[bytes, str]]:
    for part in re.split(rb"(?:^|\n)#data\n", file.read_bytes())[1:]:
        data, _, encoding = part.partition(b"\n#encoding\n")
        yield data, encoding.strip().decode().lower()


@pytest.mark.parametrize("name", HTML5LIB)
def test_encodings_are_those_of_html5lib(name: str, shared_data: Path) -> None:
    cases = list(html5lib_cases(shared_data / "encoding" / "html5lib" / name))
    assert len(cases) == HTML5LIB[name]
    different = {
        (name, number)
        for number, (data, encoding) in enumerate(cases, 1)
        if decode(data).encoding != encoding
    }
    assert different == {case for case in DIFFERENT_FROM_BROWSERS if case[0] == name}


SAMPLES = {
    "charset-normalizer/sample-arabic-1.txt": ("windows-1256", "بالموازاة مع ذلك"),
    "charset-normalizer/sample-arabic.txt": ("utf-8", "بالموازاة مع ذلك"),
    "charset-normalizer/sample-bulgarian.txt": ("utf-8", "Член 26"),
    "charset-normalizer/sample-chinese.txt": ("big5", "維基大典"),
    "charset-normalizer/sample-english.bom.txt": ("utf-8", "About 2 months ago"),
    "charset-normalizer/sample-french-1.txt": ("windows-1252", "MOLIÈRE"),
    "charset-normalizer/sample-french.txt": ("utf-8", "MOLIÈRE"),
    "charset-normalizer/sample-greek-2.txt": ("windows-1253", "Η ελληνική αποτελεί"),
    "charset-normalizer/sample-greek.txt": ("windows-1253", "Η ελληνική αποτελεί"),
    "charset-normalizer/sample-hebrew-2.txt": ("windows-1255", "אין כמעט ניבים"),
    "charset-normalizer/sample-hebrew-3.txt": ("windows-1255", "אין כמעט ניבים"),
    "charset-normalizer/sample-korean.txt": ("euc-kr", "역사적 예수"),
    "charset-normalizer/sample-polish.txt": ("utf-8", "SYSTEM VIDEODOMOFONOWY"),
    "charset-normalizer/sample-russian-2.txt": ("utf-8", "В гимназии он не был"),
    "charset-normalizer/sample-russian-3.txt": ("utf-8", "столица России"),
    "charset-normalizer/sample-russian.txt": ("x-mac-cyrillic", "В гимназии он не был"),
    "charset-normalizer/sample-spanish.txt": ("utf-8", "En el principio creó Dios"),
    "charset-normalizer/sample-turkish.txt": ("windows-1254", "İstanbul, Türkiye'nin"),
    "html5lib/chardet/test_big5.txt": ("big5", "老子《道德經》"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_texts_without_a_declaration(name: str, shared_data: Path) -> None:
    decoded = decode((shared_data / "encoding" / name).read_bytes())
    assert (decoded.encoding, SAMPLES[name][1] in decoded.text) == (SAMPLES[name][0], True)


def test_no_encoding_of_a_western_page_is_guessed(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guesses: list[int] = []
    monkeypatch.setattr(detection, "guess_charset", lambda data: guesses.append(len(data)))
    pages = [path for path in (shared_data / "pages").rglob("*") if path.is_file()]
    encodings = {decode(path.read_bytes()).encoding for path in pages}
    assert len(pages) > 800
    assert encodings <= {"windows-1252", "utf-8", "windows-1251"}
    assert not guesses


@pytest.mark.parametrize(
    ("page", "encoding", "source", "words"),
    [
        ("orgs/canada.html", "utf-8", "bytes (not iso-8859-1)", "Montréal and Winnipeg"),
        ("chinese/index.html", "gbk", "meta", "姆·马西"),
        ("letters/mail_1998.txt", "utf-8", "bytes (mended Macintosh quotation marks)", "MIM’s"),
    ],
)
def test_bundled_pages_with_odd_encodings(
    corpus: Path, page: str, encoding: str, source: str, words: str
) -> None:
    decoded = decode((corpus / page).read_bytes())
    assert (decoded.encoding, decoded.source) == (encoding, source)
    assert words in decoded.text
