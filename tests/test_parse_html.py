"""HTML parser: a table of markups and their blocks, and large pages in linear time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from archivesearch.parse.blocks import html, inline
from archivesearch.parse.blocks.block import Block
from archivesearch.parse.blocks.head import read_head
from archivesearch.parse.blocks.nesting import limit_nesting

# Markup, and the tag and the text of each of its blocks.
CUT: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "nothing": ("", []),
    "text alone": ("some words", [("body", "some words")]),
    "unclosed paragraphs": ("<p>one<p>two<p>three", [("p", "one"), ("p", "two"), ("p", "three")]),
    "unclosed lists": (
        "<ul><li>one<li>two<p>three<h3>four",
        [("li", "one"), ("li", "two"), ("p", "three"), ("h3", "four")],
    ),
    "unclosed definitions": (
        "<dl><dt>one<dd>two<dt>three",
        [("dt", "one"), ("dd", "two"), ("dt", "three")],
    ),
    "unclosed cells": (
        "<table><tr><td>one<td>two<tr><th>three</table>four",
        [("td", "one"), ("td", "two"), ("th", "three"), ("body", "four")],
    ),
    "one break is a newline": ("<p>one<br>two", [("p", "one\ntwo")]),
    "two breaks are a paragraph": (
        "<p>one<br><br>two<br>\n<br>\n<br>three",
        [("p", "one"), ("p", "two"), ("p", "three")],
    ),
    "breaks at the edges": ("<p><br>one<br></p><br><br>", [("p", "one")]),
    "breaks in bold": ("<p><b>one<br><br>two</b> three", [("p", "one"), ("p", "two three")]),
    "nested tables": (
        "<table><tr><td>one<table><tr><td>two</table>three</table>",
        [("td", "one"), ("td", "two"), ("td", "three")],
    ),
    "text in a table outside its cells": (
        "<table>one<tr><td>two</table>",
        [("body", "one"), ("td", "two")],
    ),
    "center and font": (
        "<center><font size=5>one</font></center>two",
        [("center", "one"), ("body", "two")],
    ),
    "white space": ("<p>\n one \t two\r\n three\n</p>", [("p", "one two three")]),
    "white space between elements": (
        "<p><b>one</b> <i>two</i><i>three</i>",
        [("p", "one twothree")],
    ),
    "no-break spaces": ("<p>one&nbsp;&nbsp; two&#160;three\xa0", [("p", "one two three")]),
    "other spaces": ("<p>one\u2003two\u3000three", [("p", "one two three")]),
    "entities": (
        "<p>A&amp;B &lt;c&gt; &eacute; &#233; &#xe9; &copy AT&T",
        [("p", "A&B <c> é é é © AT&T")],
    ),
    "windows characters": ("<p>it&#146;s", [("p", "it’s")]),
    "a drop cap": ("<p><font size=7>T</font>he party", [("p", "The party")]),
    "a drop cap in bold": ("<p><b><big>T</big></b>HE PARTY", [("p", "THE PARTY")]),
    "comments": ("<p>one<!-- two --> three<!--> four", [("p", "one three four")]),
    "an unclosed comment": ("<p>one<!-- two <p>three", [("p", "one")]),
    "a CDATA section is a comment": ("<p>one<![CDATA[two]]>three", [("p", "onethree")]),
    "scripts and styles": (
        "<p>one<script>two<p></script><style>three</style>four",
        [("p", "onefour")],
    ),
    "a template": ("<p>one</p><template><p>two</template>", [("p", "one")]),
    "the head is left out": ("<title>one</title><p>two", [("p", "two")]),
    "noscript in the body": ("<p>one</p><noscript><p>two</noscript>", [("p", "one"), ("p", "two")]),
    "noscript in the head": (
        "<head><noscript><p>one</noscript></head><p>two",
        [("p", "one"), ("p", "two")],
    ),
    "a frameset with noframes": (
        "<frameset><frame><noframes><body><p>one<p>two</body></noframes></frameset>",
        [("p", "one"), ("p", "two")],
    ),
    "noframes in a body": (
        "one<noframes><b>two</b></noframes>three",
        [("body", "one"), ("body", "two"), ("body", "three")],
    ),
    "an iframe": (
        "one<iframe src=x>two</iframe>three",
        [("body", "one"), ("body", "two"), ("body", "three")],
    ),
    "forms": (
        "<form>one<select><option>two<option>three</select><textarea>four\n<p>five</textarea>",
        [("form", "one"), ("option", "two"), ("option", "three"), ("textarea", "four <p>five")],
    ),
    "preformatted text": (
        "<pre>one\ntwo\n\n  three\n</pre>",
        [("pre", "one\ntwo"), ("pre", "three")],
    ),
    "preformatted text with inline markup": (
        "<pre><b>one</b>\n<a href=x>two</a>\n\nthree<br>four</pre>",
        [("pre", "one\ntwo"), ("pre", "three\nfour")],
    ),
    "pre never closed": (
        "<pre>one\ntwo<p>three\nfour<h2>five</h2>",
        [("pre", "one\ntwo"), ("p", "three\nfour"), ("h2", "five")],
    ),
    "xmp": ("<xmp>one\n<b>two</b></xmp>", [("xmp", "one\n<b>two</b>")]),
    "plaintext": (
        "one<plaintext>two\n</plaintext> <p>three",
        [("body", "one"), ("plaintext", "two\n</plaintext> <p>three")],
    ),
    "invented tags": ("<p>one<foo>two</foo><o:p>three</o:p>", [("p", "onetwothree")]),
    "end tags that end nothing": ("</b></p>one</div></i>two", [("body", "onetwo")]),
    "text after the end": ("<html><body><p>one</body></html>two", [("p", "onetwo")]),
    "misplaced blocks in inline markup": (
        "<b><p>one</b>two<p>three",
        [("p", "onetwo"), ("p", "three")],
    ),
}


def blocks(markup: str) -> list[Block]:
    return html.blocks(LexborHTMLParser(markup))


@pytest.mark.parametrize("name", CUT)
def test_blocks_are_those_of_a_browser(name: str) -> None:
    markup, expected = CUT[name]
    assert [(block.tag, block.text) for block in blocks(markup)] == expected


STRONG: dict[str, tuple[str, list[tuple[str, ...]]]] = {
    "bold": ("<p>one <b>two</b> three", [("two",)]),
    "strong, underlined, big": (
        "<p><strong>one</strong> <u>two</u> <big>three</big>",
        [("one two three",)],
    ),
    "italic is not": ("<p><i>one</i> <em>two</em>", [()]),
    "headings": ("<h2>one</h2>two", [("one",), ()]),
    "heading cells": ("<table><tr><th>one<td>two", [("one",), ()]),
    "larger fonts": (
        "<font size=+1>one</font> <font size=5>two</font> <font size=3>three</font>",
        [("one two",)],
    ),
    "fonts without size": (
        "<font color=red>one</font> <font size=x>two</font> <font size=-1>three</font>",
        [()],
    ),
    "nested": ("<b>one <font size=4>two</font></b> three", [("one two",)]),
    "bold that is never closed": ("<p><b>one<p>two", [("one",), ("two",)]),
    "bold over a break": ("<b>one<br>two</b><br>three", [("one\ntwo",)]),
    "bold in bold": ("<b>one <b>two</b> three</b> four", [("one two three",)]),
    "part of a heading": ("<h2>one</h2><p>two <b>three</b></p>", [("one",), ("three",)]),
    "in preformatted text": (
        "<pre><b>one two</b>\nthree\n-----\n\nfour <b>(five)</b></pre>",
        [("one two",), ("(five)",)],
    ),
}


@pytest.mark.parametrize("name", STRONG)
def test_strong_spans(name: str) -> None:
    markup, expected = STRONG[name]
    texts = [tuple(b.text[start:end] for start, end in b.strong) for b in blocks(markup)]
    assert texts == expected


def test_anchors_count_where_a_block_begins() -> None:
    cut = blocks(
        "<p><a name=x></a>one<p>two<a name=y>three</a><a name=z></a><p>four<h2 id=w>five</h2>"
    )
    assert [block.anchor for block in cut] == [True, False, False, True]
    cut = blocks("<a name=x></a><p>one<br><br><a name=y></a>two<p><a href=u>three</a>")
    assert [block.anchor for block in cut] == [True, True, False]


def test_rules_and_indents() -> None:
    cut = blocks("one<hr>two<ul><li>three<blockquote>four</blockquote></ul><hr><hr><p>five")
    assert [block.rule for block in cut] == [False, True, False, False, True]
    assert [block.indent for block in cut] == [0, 0, 1, 2, 0]


def test_heading_levels_and_strong_blocks() -> None:
    cut = blocks("<h1>one</h1><h6>two</h6><p><b>three</b><p><b>four</b> five<hr>six")
    assert [block.level for block in cut] == [1, 6, 0, 0, 0]
    assert [block.all_strong for block in cut] == [True, True, True, False, False]


def test_the_head_has_title_language_and_author() -> None:
    markup = """<html lang=" en-GB"><head><meta name="Author" content=" A.  Byron ">
        <title>One</title><title>Two</title></head><body><title>Three</title>"""
    head = read_head(LexborHTMLParser(markup))
    assert (head.title, head.lang, head.author) == ("One", "en", "A. Byron")


LARGE = {
    "deep nesting": "<div>" * 100_000 + "x",
    "deep inline nesting": "<span>" * 100_000 + "x",
    "deep lists": "<ul><li>" * 50_000 + "x",
    "deep tables": "<table><tr><td>" * 30_000 + "x",
    "one long line": "word " * 200_000,
    "one long word": "x" * 1_000_000,
    "a paragraph each": "<p>x" * 100_000,
    "a break each": "x<br>" * 100_000,
    "bold each": "<b>x</b> " * 100_000,
    "bold each in preformatted text": "<pre>" + "<b>x</b>\n" * 100_000,
    "spaces": "<p>x" + " " * 1_000_000 + "<b>y</b>",
    "anchors": "<a name=x></a>" * 100_000 + "x",
    "bold before each paragraph": "<b><p>x" * 20_000,
    "links never closed": "<a href=x><p>x" * 20_000,
    "fonts never closed": "<p>" + "".join(f"<font size={n}>x" for n in range(2_000)) + "<p>y" * 100,
    "nested iframes": "<iframe>" * 100_000 + "x",
    "entities": "&#0;&amp;" * 100_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_pages_are_parsed(name: str) -> None:
    assert html.blocks(LexborHTMLParser(limit_nesting(LARGE[name])))


@given(st.text(st.sampled_from("a \n\t\xa0\u2003\u3000.\r\f")))
def test_white_space_is_collapsed_as_python_does(text: str) -> None:
    assert inline.collapse_whitespace(text) == " ".join(text.split())
