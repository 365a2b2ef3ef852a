"""Section splitter: labelled pages in many markups, a floor of quality, and laws."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archivesearch.config import Config
from archivesearch.model.pages import Section
from archivesearch.parse.blocks import html, plain_text
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.dates.years_mentioned import years_mentioned
from archivesearch.parse.sections.organization_names import OrganizationName, parse_name
from archivesearch.parse.sections.splitter import split_into_sections

CASES = Path(__file__).parent / "cases" / "sections"
SEED = Path(__file__).parents[2] / "shared" / "data" / "seed" / "neotrot.txt"
FLOOR = 0.97


@dataclass(frozen=True, slots=True)
class Case:
    """A page and its sections as a reader sees them."""

    name: str
    page: str
    expect: list[tuple[str, str, list[tuple[str, str]]]]
    format: str
    title: str
    config: Config
    front: dict[str, list[str]]
    aliases: dict[str, list[str]]
    xfail: str
    column_labels: list[str]


def load() -> Iterator[Case]:
    for path in sorted(CASES.glob("*.toml")):
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            yield read(path.stem, case)


def read(group: str, case: dict[str, Any]) -> Case:
    return Case(
        name=f"{group}: {case['name']}",
        page=case["page"],
        expect=case["expect"],
        format=case.get("format", "html"),
        title=case.get("title", ""),
        config=Config(organizations=case.get("organizations", {})),
        front=case.get("front", {}),
        aliases=case.get("aliases", {}),
        xfail=case.get("xfail", ""),
        column_labels=case.get("column_labels", []),
    )


ALL = list(load())


def blocks_of(page: str, form: str = "html") -> list[Block]:
    return plain_text.blocks(page) if form == "text" else html.blocks(LexborHTMLParser(page))


def sections_of(case: Case) -> tuple[Section, ...]:
    return split_into_sections(blocks_of(case.page, case.format), case.title, case.config)


def words(texts: Iterator[str]) -> list[str]:
    characters = (c if c.isalnum() else " " for text in texts for c in text + " ")
    return "".join(characters).split()


def words_of(sections: tuple[Section, ...], column_labels: Sequence[str] = ()) -> list[str]:
    """Return the words of sections, without the labels of table columns."""
    return words(piece for section in sections for piece in pieces(section, column_labels))


def pieces(section: Section, column_labels: Sequence[str] = ()) -> Iterator[str]:
    yield from (section.heading, section.publication, section.address, section.price)
    for paragraph in section.paragraphs:
        yield from (
            "" if paragraph.label in column_labels else paragraph.label,
            paragraph.text,
        )


def expected_facts(case: Case) -> Counter[tuple[str, ...]]:
    """Return the facts about a page by kind: its headings, paragraphs and labels."""
    facts: Counter[tuple[str, ...]] = Counter()
    for heading, org, paragraphs in case.expect:
        facts["heading", heading, org] += 1
        for label, start in paragraphs:
            facts["paragraph", org, start] += 1
            if label:
                facts["label", label, start] += 1
    return facts


def parsed_facts(case: Case) -> Counter[tuple[str, ...]]:
    """Return the same facts as parsed; a text is named by the expected words at its start."""
    starts = [start for _, _, paragraphs in case.expect for _, start in paragraphs]
    facts: Counter[tuple[str, ...]] = Counter()
    for section in sections_of(case):
        facts["heading", section.heading, section.org] += 1
        for paragraph in section.paragraphs:
            names = [s for s in starts if s and paragraph.text.startswith(s)] or [paragraph.text]
            start = max(names, key=len)
            facts["paragraph", section.org, start] += 1
            if paragraph.label:
                facts["label", paragraph.label, start] += 1
    return facts


def as_parameter(case: Case) -> Any:
    marks = [pytest.mark.xfail(reason=case.xfail, strict=True)] if case.xfail else []
    return pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", [as_parameter(case) for case in ALL])
def test_sections_are_those_of_a_reader(case: Case) -> None:
    sections = sections_of(case)
    assert [(section.heading, section.org) for section in sections] == [
        (heading, org) for heading, org, _ in case.expect
    ]
    for section, (_, _, expected) in zip(sections, case.expect, strict=True):
        assert [p.label for p in section.paragraphs] == [label for label, _ in expected]
        for paragraph, (_, start) in zip(section.paragraphs, expected, strict=True):
            assert paragraph.text.startswith(start)
            assert paragraph.text or not start


@pytest.mark.parametrize("case", [c for c in ALL if c.front], ids=lambda c: c.name)
def test_front_matter_becomes_fields(case: Case) -> None:
    fronts = {s.heading: [s.publication, s.address, s.price] for s in sections_of(case)}
    assert {heading: fronts[heading] for heading in case.front} == case.front


@pytest.mark.parametrize("case", [c for c in ALL if c.aliases], ids=lambda c: c.name)
def test_aliases_are_extracted(case: Case) -> None:
    aliases = {s.org: sorted(s.aliases) for s in sections_of(case)}
    assert {org: aliases[org] for org in case.aliases} == {
        org: sorted(names) for org, names in case.aliases.items()
    }


@pytest.mark.parametrize("kind", ["paragraph", "label", "heading"])
def test_quality_has_a_floor(kind: str) -> None:
    right = expected_count = parsed_count = 0
    for case in ALL:
        expected = Counter({f: n for f, n in expected_facts(case).items() if f[0] == kind})
        parsed = Counter({f: n for f, n in parsed_facts(case).items() if f[0] == kind})
        right += (expected & parsed).total()
        expected_count += expected.total()
        parsed_count += parsed.total()
    f1 = 2 * right / (expected_count + parsed_count)
    assert f1 >= FLOOR, f"{kind}: F1 {f1:.4f} of {expected_count} in {len(ALL)} pages"


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_sections_have_every_word_once_and_in_order(case: Case) -> None:
    expected = words(block.text for block in blocks_of(case.page, case.format))
    assert words_of(sections_of(case), case.column_labels) == expected


LINES = st.sampled_from(
    "Harbor Workers League|Self-Description: dockers.|Comments:|Comments: lively. 2003: dead.|"
    "Open Orchard (OO)|Box 44, Salem, MA 01970|$1 a copy|Tide Table|2003 comments: gone|"
    'A sentence that ends.|*"So." --A. Quill, June 2, 1976|Notes|Updated 5/98|1. Fleet (x.org).|'
    'Also publishes songs|Comments on concept of tides:|:|::|Name: text|自我介绍：我们|(|"|- x|'
    "Northern Peace Union Comments: holds a vigil.|COMMENTS|no: capital|Self-Description".split("|")
) | st.text(alphabet='aB .:(")\n2—：é', max_size=30)


@st.composite
def random_blocks(draw: st.DrawFn) -> Block:
    lines = [" ".join(line.split()) for line in draw(st.lists(LINES, min_size=1, max_size=4))]
    joined = draw(st.sampled_from(["\n", " "])).join(line for line in lines if line) or "x"
    strong: list[tuple[int, int]] = []
    at = 0
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(at, len(joined)))
        end = draw(st.integers(start, len(joined)))
        if start < end:
            strong.append((start, end))
        at = end
    if draw(st.booleans()):
        strong = [(0, len(joined.split("\n")[0]))]
    tag = draw(st.sampled_from("p li dt dd td th pre h1 h3 text div center".split()))
    return Block(joined, tag, tuple(strong), draw(st.booleans()), draw(st.booleans()))


@settings(deadline=None, max_examples=400)
@given(st.lists(random_blocks(), max_size=12), st.sampled_from(["", "Tide Table"]))
def test_no_word_is_lost_or_doubled_whatever_the_blocks(blocks: list[Block], title: str) -> None:
    sections = split_into_sections(blocks, title, Config())
    assert words_of(sections) == words(block.text for block in blocks)


def test_the_years_of_a_paragraph_are_those_in_its_label_and_text() -> None:
    for case in ALL:
        for section in sections_of(case):
            for p in section.paragraphs:
                labelled = f"{p.label}: {p.text}" if p.label else p.text
                assert p.years_mentioned == years_mentioned(labelled)
                assert not p.repeated


NAMES = ("Harbor Workers League", "Open Orchard", "Northern Peace Union", "Tide Table Circle")
PROFILES = (
    (
        "Self-Description: A league of dock workers.",
        "Comments: Small but lively. 2003 comments: Dead.",
    ),
    ("Comments: Grows apples.", "Some of its members grow pears, which nobody minds."),
    ("Self-Description: We hold a vigil. 2003: We still hold it.",),
    ("Self-Description: A paper.", "Comments: Comes out at night."),
)
INTRODUCTION = "What follows was put together from letters, and is no judgment on anybody."
NAME_MARKUPS = (
    "<h2>{}</h2>", "<h4>{}</h4>", "<p><b>{}</b></p>", "<strong>{}</strong><br>", "<p><u>{}</u><br>",
    '<font size="5">{}</font><br>', "<big>{}</big><br><br>", '<p><a name="x">{}</a></p>',
    "<center>{}</center>", "<p>{}<br>", "<dl><dt>{}<dd>", "<ul><li>{}<p>", "<ul><b>{}</b><br>",
    '<div align="center"><font size="+1"><b>{}</b></font></div>',
    "<tr><td>{}</td><td>", "<hr><b>{}</b><br>",
)  # fmt: skip
LABEL_MARKUPS = ("{}:", "<b>{}:</b>", "<i>{}</i>:", "<strong><em>{}: </em></strong>")


@pytest.mark.parametrize("label_markup", LABEL_MARKUPS)
@pytest.mark.parametrize("name_markup", NAME_MARKUPS)
def test_one_page_in_many_markups(name_markup: str, label_markup: str) -> None:
    parts = [f"<p>{INTRODUCTION}</p>", "<table>" if "<td>" in name_markup else ""]
    for name, paragraphs in zip(NAMES, PROFILES, strict=True):
        parts.append(name_markup.format(name))
        for paragraph in paragraphs:
            label, colon, rest = paragraph.partition(": ")
            parts.append(label_markup.format(label) + " " + rest if colon else paragraph)
            parts.append("<p>")
    check(split_into_sections(blocks_of("\n".join(parts)), "A List", Config()))


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
@pytest.mark.parametrize("indent", ["", "    "])
@pytest.mark.parametrize("preformatted", [False, True])
def test_one_page_in_plain_text(separator: str, indent: str, preformatted: bool) -> None:
    entries = [
        separator.join(indent + line for line in (name, *paragraphs))
        for name, paragraphs in zip(NAMES, PROFILES, strict=True)
    ]
    page = "\n\n".join([INTRODUCTION, *entries])
    form = "html" if preformatted else "text"
    check(
        split_into_sections(
            blocks_of(f"<pre>{page}</pre>" if preformatted else page, form), "", Config()
        )
    )


def check(sections: tuple[Section, ...]) -> None:
    assert [(s.heading, s.org) for s in sections] == [("", ""), *zip(NAMES, NAMES, strict=True)]
    labels = [[p.label for p in s.paragraphs if p.label] for s in sections]
    assert labels == [
        [],
        ["Self-Description", "Comments", "2003 comments"],
        ["Comments"],
        ["Self-Description", "2003"],
        ["Self-Description", "Comments"],
    ]


@pytest.mark.skipif(not SEED.exists(), reason="the page of the archive is not beside the project")
def test_the_seed_page() -> None:
    sections = split_into_sections(
        plain_text.blocks(SEED.read_text(encoding="utf-8")), "", Config()
    )
    assert [s.org for s in sections] == [
        "",
        "Socialist Workers Party",
        "Workers World Party",
        "Campaign for a Labor Party",
        "Left Turn",
        "International Socialist Organization",
    ]
    assert [[p.label for p in s.paragraphs if p.label] for s in sections] == [
        [],
        ["Self-Description", "Comments"],
        ["Comments"],
        ["Self-Description", "Comments"],
        ["Self-Description", "Comments"],
        ["Self-Description", "2003", "Comments", "2003 comments"],
    ]


HOSTILE = {
    "colons": [Block(":" * 1_000_000, "p")],
    "labels": [Block("Comments: " * 100_000, "p")],
    "lines": [Block("Comments:\n" * 100_000, "p")],
    "capitals": [Block("Harbor League " * 70_000 + "Self-Description: x", "p")],
    "brackets": [Block("(" * 500_000 + ":" + ")" * 500_000, "p")],
    "short": [Block("a:", "p")] * 100_000,
    "names": [Block(f"League {n}" if n % 2 else "Comments: x (L)", "p") for n in range(100_000)],
    "spans": [
        Block(
            "Ab. " * 50_000 + "Comments: x", "p", tuple((n * 4, n * 4 + 2) for n in range(50_000))
        )
    ],
    "spaces": [Block("Comments" + " " * 500_000 + ":" + " " * 500_000, "p")],
    "initials": [Block("League of X", "h3"), Block("Comments: " + '"AB" (' * 150_000, "p")],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_blocks_are_split(name: str) -> None:
    assert split_into_sections(HOSTILE[name], "", Config())


@pytest.mark.parametrize(
    ("heading", "name", "aliases"),
    [
        ("FARMERS' PARTY, USA (FP-USA)", "FARMERS' PARTY, USA", ("FP-USA",)),
        ("Social Democrats, USA", "Social Democrats, USA", ()),
        ("Farmers' Labor Party, FLP", "Farmers' Labor Party", ("FLP",)),
        ("Union of Swiss Anglers, USA", "Union of Swiss Anglers", ("USA",)),
    ],
)
def test_a_country_is_no_alias(heading: str, name: str, aliases: tuple[str, ...]) -> None:
    assert parse_name(heading) == OrganizationName(name, aliases)
