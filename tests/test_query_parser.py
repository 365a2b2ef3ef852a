"""Query parser: the meaning of queries, the errors and their positions, and laws for any text."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from archivesearch.analysis.analyzer import Analyzer
from archivesearch.errors import QueryError
from archivesearch.query.alias_expansion import AliasExpansion
from archivesearch.query.clauses import FIELDS
from archivesearch.query.nodes.compounds import And, AndNot, Boost, Or
from archivesearch.query.nodes.leaves import (
    Every,
    ExactForm,
    FormPattern,
    Fuzzy,
    Key,
    Near,
    Nothing,
    Phrase,
    Prefix,
    Term,
    Wildcard,
    YearRange,
)
from archivesearch.query.nodes.query import Query
from archivesearch.query.parser import (
    MAX_DEPTH,
    MAX_LENGTH,
    WEIGHT_SIGN,
    _check_delimiters,
    parse,
    parse_grammar,
    parse_unweighted,
    phrase_query,
)
from archivesearch.query.tree_builder import FIELD_WEIGHTS, MAX_WORDS, TreeBuilder
from archivesearch.query.year_ranges import parse_years

ANALYZER = Analyzer(("en",), {"Zedong": ["Tse-tung"], "America": ["Amerika"]})


def meaning(query: str) -> str:
    """Return the tree of a query as text; a clause in all default fields is written once."""
    return as_text(parse(query, ANALYZER))


def as_text(tree: Query) -> str:
    match tree:
        case Or():
            parts = alternatives(tree.clauses)
            return f"({' | '.join(parts)})" if len(parts) > 1 else parts[0]
        case And():
            return f"({' & '.join(map(as_text, tree.clauses))})"
        case AndNot():
            return f"({as_text(tree.included)} - {as_text(tree.excluded)})"
        case Boost():
            return as_text(tree.child) + boost_suffix(tree.boost)
        case Every():
            return "*"
        case YearRange():
            return f"{tree.field}[{tree.first}..{tree.last}]{boost_suffix(tree.boost)}"
    return f"{field(tree)}:{body(tree)}{boost_suffix(weight(tree))}"


def alternatives(trees: Sequence[Query]) -> list[str]:
    """Return the alternatives of an Or; four that differ only in their default field are one."""
    parts: list[str] = []
    rest = list(trees)
    while rest:
        four = rest[: len(FIELD_WEIGHTS)]
        if in_default_fields(four):
            parts.append(body(four[0]) + boost_suffix(weight(four[0])))
            del rest[: len(FIELD_WEIGHTS)]
        else:
            parts.append(as_text(rest.pop(0)))
    return parts


def in_default_fields(trees: list[Query]) -> bool:
    if [field(tree) for tree in trees] != list(FIELD_WEIGHTS):
        return False
    weights = {round(weight(t) / w, 6) for t, w in zip(trees, FIELD_WEIGHTS.values(), strict=True)}
    return len(set(map(body, trees))) == 1 and len(weights) == 1


def field(tree: Query) -> str:
    fields = {field(part) for part in tree.children()} or {tree.describe().field}
    return fields.pop() if len(fields) == 1 else ""


def weight(tree: Query) -> float:
    return tree.describe().weight


def boost_suffix(boost: float) -> str:
    return "" if boost == 1.0 else f"^{boost:g}"


def body(tree: Query) -> str:
    match tree:
        case Near():
            return f'"{" ".join(map(body, tree.parts))}"~{tree.gap}'
        case ExactForm():
            return "=" + "_".join(tree.spellings)
        case Or():
            return "/".join(map(body, tree.clauses))
        case Prefix() | Wildcard() | FormPattern() | Fuzzy() | Phrase() | Term() | Key():
            return tree.describe().text
        case _:
            return repr(tree)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("castro", "castro"),
        ("Fidel Castro", "(fidel | castro)"),
        ("workers", "worker"),
        ("", "*"),
        (" \n", "*"),
        ("*", "*"),
        ("to be or not", "(to | be | or | not)"),
        # AND, OR, NOT
        ("a AND b", "(a & b)"),
        ("a OR b", "(a | b)"),
        ("a AND b AND c", "(a & b & c)"),
        ("a AND b OR c", "((a & b) | c)"),
        ("a OR b AND c", "(a | (b & c))"),
        ("a AND (b OR c)", "(a & (b | c))"),
        ("a b AND c", "(a | (b & c))"),
        ("NOT a", "(* - a)"),
        ("a NOT b", "(a - b)"),
        ("a b NOT c", "((a | b) - c)"),
        ("NOT b a", "(a - b)"),
        ("a AND NOT b", "(a - b)"),
        ("a NOT b NOT c", "(a - (b | c))"),
        ("NOT (a b)", "(* - (a | b))"),
        ("NOT (NOT a)", "(* - (* - a))"),
        ("(a NOT b) c", "((a - b) | c)"),
        ("(a NOT b) OR c", "((a - b) | c)"),
        ("c OR (a NOT b)", "(c | (a - b))"),
        ("(a OR b) AND c", "((a | b) & c)"),
        ("* AND a", "(* & a)"),
        ("* NOT a", "(* - a)"),
        ("a\nAND\tb", "(a & b)"),
        ("a and b or not c", "(a | and | b | or | not | c)"),
        ("RAND ORB NOTHING", "(rand | orb | noth)"),
        # phrases and nearness
        ('"surplus value"', '"surplus valu"'),
        ("“surplus value”", '"surplus valu"'),
        ('"value"', "valu"),
        ('"surplus value"~3', '"surplus valu"~3'),
        ('"value"~3', "valu"),
        ('"a b" c', '("a b" | c)'),
        ('"a"b"c"', "(a | b | c)"),
        ('"a AND b"', '"a and b"'),
        ('a AND ""', "a"),
        ("Tse-tung", '"tse tung"/zedong'),
        ("Zedong", 'zedong/"tse tung"'),
        # fields
        ("org:swp", "org:swp"),
        ("org:(a b)", "(org:a | org:b)"),
        ('org:"socialist workers"', 'org:"socialist worker"'),
        ("org:a b", "(org:a | b)"),
        ("org:(a b) OR c", "(org:a | org:b | c)"),
        ("title:(NOT a)", "(* - title:a)"),
        ("section:a-b", 'section:"a b"'),
        ("year:1990", "year[1990..1990]"),
        ("year:1990s", "year[1990..1999]"),
        ("year:1990^2", "year[1990..1990]^2"),
        ("year:1990-2003", "year[1990..2003]"),
        ("year:1990..2003", "year[1990..2003]"),
        ("year:1990..", "year[1990..None]"),
        ("year:-1990", "year[None..1990]"),
        ("year:[1990 TO 2003]", "year[1990..2003]"),
        ("year:[* TO 2003]", "year[None..2003]"),
        ("year:[1990 TO ]", "year[1990..None]"),
        ("mentions:1976", "years_mentioned[1976..1976]"),
        (
            "mentions:1970-1980 AND mentions:1975-1985",
            "(years_mentioned[1970..1980] & years_mentioned[1975..1985])",
        ),
        ("lang:FR", "lang:fr"),
        ("page:a/b.html", "page:a/b.html"),
        ("page:a/*", "page:a/*"),
        # words with other signs
        ("Comments: x", "(comment | x)"),
        ("Comments:x", "(comment | x)"),
        ("Self-Description: party", '("self descript" | parti)'),
        ("C++", "c"),
        ("U.$.", "u.s."),
        ("US", "u.s."),
        ("us", "us"),
        ("RCP=CIA", '"rcp cia"'),
        ("http://a.org/b", '"http a org b"'),
        ("mailto:x@y", '(mailto | "x y")'),
        ("12:30", '"12 30"'),
        ("-a +b a|b", '(a | b | "a b")'),
        ("what?", "what"),
        ("don’t", "dont"),
        ("{a} [b] <c>", "(a | b | c)"),
        ("a & b", "(a | b)"),
        # wildcards: the forms that match, although their stems may not
        ("pr*", "pr*"),
        ("cub*", "cub*"),
        ("cast*", "cast*"),
        ("a?b", "a?b"),
        ("*ism", "*ism"),
        ("Am*ka", "am*ka"),
        # fuzzy
        ("castro~", "castro~1"),
        ("castro~2", "castro~2"),
        ("cat~2", "cat"),
        ("a~ b", "(a | b)"),
        ("a.org/~2", '"a org 2"'),
        # exact
        ("=Workers", "=workers"),
        ('="Workers of the world"', "=workers_of_the_world"),
        ("title:=Workers", "title:=workers"),
        ("=don't-go", "=don't_go"),
        # weights
        ("a^2", "a^2"),
        ("a^0.5 b", "(a^0.5 | b)"),
        ('"a b"^2', '"a b"^2'),
        ("(a b)^3", "(a | b)^3"),
        ("(a)^3", "a^3"),
        ("(a b)^3 c", "((a | b)^3 | c)"),
        ("(a b)^3 OR c", "((a | b)^3 | c)"),
        ("a^", "a"),
        ("x^2y", '"x 2y"'),
        # Chinese
        ("中国", "中国"),
        ("中国共产党", '"中国 国共 共产 产党"'),
        ("中", "中*"),
        ('"party 中"', '"parti 中*"~0'),
        ("中国 party", "(中国 | parti)"),
        ('"中国 party"', '"中国 国* parti"~0'),
    ],
)
def test_meaning(query: str, expected: str) -> None:
    assert meaning(query) == expected


@pytest.mark.parametrize(
    ("query", "position", "message"),
    [
        ('a "b', 2, "quote is never closed"),
        ('"a" "', 4, "quote is never closed"),
        ("a “b", 2, "quote is never closed"),
        ("(a", 0, "'(' is never closed"),
        ("a (b (c)", 2, "'(' is never closed"),
        ("a)", 1, "closes no bracket"),
        (")(", 0, "closes no bracket"),
        ("a foo:b", 2, "there is no field 'foo'"),
        ("(foo:b)", 1, "there is no field 'foo'"),
        ("castro year:abc", 12, "year:"),
        ("year:[abc TO 1990]", 5, "year:"),
        ("year:2003-1990", 5, "earlier year first"),
        ("mentions:99999", 9, "mentions:"),
        ("a [1990 TO 2003]", 2, "a range needs a field"),
        ("org:[1990 TO 2003]", 4, "a range needs a field"),
        ("a AND", 2, "no word follows AND"),
        ("a AND ", 2, "no word follows AND"),
        ("AND a", 0, "no word stands before AND"),
        (" OR a", 1, "no word stands before OR"),
        ("a OR OR b", 2, "no word follows OR"),
        ("a NOT", 2, "no word follows NOT"),
        ("NOT", 0, "no word follows NOT"),
        ("NOT NOT a", 0, "no word follows NOT"),
        ("(a OR) b", 3, "no word follows OR"),
        ("a AND (OR b)", 7, "no word stands before OR"),
        ("a AND OR b", 2, "no word follows AND"),
        ("a castro~3", 2, "must end in ~"),
        ("!!!", 0, "no word to search for"),
        ("!\n:", 0, "no word to search for in '! :'"),
        ("()", 0, "no word to search for"),
        ('""', 0, "no word to search for"),
        ("?", 0, "no word to search for"),
        ("a" * (MAX_LENGTH + 1), None, "longer than"),
        ("a " * (MAX_WORDS + 1), None, "more than 256 words"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), MAX_DEPTH, "deep"),
    ],
)
def test_an_invalid_query_raises_an_error_with_a_position(
    query: str, position: int | None, message: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query, ANALYZER)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.position == position


def test_limits_can_be_reached() -> None:
    parse("a" * MAX_LENGTH, ANALYZER)
    parse("a " * MAX_WORDS, ANALYZER)
    parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH, ANALYZER)


def test_a_word_has_the_weight_of_its_field() -> None:
    tree = parse("castro^2", ANALYZER)
    assert isinstance(tree, Or)
    weights = {field(part): weight(part) for part in tree.clauses}
    assert weights == {name: 2 * weight_ for name, weight_ in FIELD_WEIGHTS.items()}


def test_words_of_a_filter_are_a_phrase() -> None:
    assert as_text(phrase_query("section", "What is to be done", ANALYZER)).startswith(
        'section:"what'
    )
    assert as_text(phrase_query("section", "AND year:x (", ANALYZER)) == 'section:"and year x"'
    assert phrase_query("section", "!!!", ANALYZER) == Nothing()


@pytest.mark.parametrize(
    ("text", "span"),
    [("1990", (1990, 1990)), ("1970s", (1970, 1979)), ("5..7", (5, 7)), ("-1", (None, 1))],
)
def test_years(text: str, span: tuple[int | None, int | None]) -> None:
    assert parse_years(text, "--year") == span


@pytest.mark.parametrize("text", ["", "-", "..", "abc", "19900", "1990-1980", "1995s", "１９９０x"])
def test_an_invalid_year(text: str) -> None:
    with pytest.raises(QueryError, match="--year"):
        parse_years(text, "--year")


PIECES = [
    *"a b castro party US U.$. 中 中国 é * ? ~ ~1 ^2 ^ = \" ( ) [ ] : - ' ’ . , \n \t".split(" "),
    *(f"{name}:" for name in FIELDS),
    *"AND OR NOT TO 1990 1990s 1990..2003 pre* wi?d fuzzy~2 =x http:// foo: && || “ ”".split(),
    '"a b"', '"a b"~3', "(a b)", "[1990 TO 2003]", " ",
]  # fmt: skip


def is_valid_or_an_error(query: str) -> None:
    try:
        assert as_text(parse(query, ANALYZER))
    except QueryError as error:
        refused = error
    else:
        return
    assert refused.position is None or 0 <= refused.position < len(query)
    assert "\n" not in str(refused)


@given(st.text(max_size=60))
@example("\x00")
@example("\ud800")
def test_any_text_is_valid_or_an_error(query: str) -> None:
    is_valid_or_an_error(query)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["", " "]))
def test_any_pieces_are_valid_or_an_error(pieces: list[str], between: str) -> None:
    is_valid_or_an_error(between.join(pieces))


_leaf = st.sampled_from(
    ["a", "castro", '"a b"', '"a b"~2', "pre*", "fuzz~", "=x", "year:1990s", "org:a", "中国"]
)
_grammar = st.recursive(
    _leaf,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " ", " NOT "]), inner).map("".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"(NOT ({text}))"),
        inner.map(lambda text: f"({text})^2"),
        inner.map(lambda text: f"title:({text})"),
    ),
    max_leaves=8,
)


@given(_grammar)
def test_a_query_of_the_grammar_is_valid(query: str) -> None:
    assert as_text(parse(query, ANALYZER))


@given(_grammar)
def test_white_space_and_brackets_change_nothing(query: str) -> None:
    expected = meaning(query)
    assert meaning(f"  {query}\n") == expected
    assert meaning(f"({query})") == expected
    assert meaning(query.replace(" ", "  ")) == expected


@pytest.mark.parametrize(
    "unit",
    [
        "a ", "a", "() ", '"a" ', "a AND ", "NOT ", "OR ", "a.", "a'", "a^1 ", "^1", "a:", "text:",
        "text:a ", "a~ ", "a*", "*", "?", "?a", "[a TO ", "[", " ", "/a", "中", "\u0301",
        "a\u0301", "(a) ", "=a ", "=", "year:1990 ", "a* ", '"a b"~9 ', "year:[1 TO 2] ", "''a",
        '"a" AND ', "a OR ", "NOT a ", "a-", "~", "a~",
    ],
)  # fmt: skip
def test_long_queries_come_to_an_end(unit: str) -> None:
    for query in ((unit * MAX_LENGTH)[:MAX_LENGTH], unit * MAX_WORDS):
        is_valid_or_an_error(query[:MAX_LENGTH])


PLAIN_PIECES = [
    *("castro", "Castro's", "SWP", "Socialist", "Workers", "Party", "and", "not", "U.S.", "C++"),
    *(
        "pre*",
        "wom?n",
        "castro~",
        "castro~2",
        "=friend",
        "=",
        "*",
        "~",
        "a-b",
        "don't",
        "中国",
        "中",
    ),
    *("Tse-tung", "Amerika", "???", "x~y", "1976", "  ", "\t", "http//x", "$5", "ab~1~"),
]


NAMES = AliasExpansion([("Socialist Workers Party", "SWP"), ("Castro", "Fidel Castro")])


def result_of(
    read: Callable[[str, TreeBuilder], Query | None], text: str, languages: tuple[str, ...]
) -> Query | str | None:
    """Return the tree of a query, or the error and its position."""
    try:
        return read(text, TreeBuilder(ANALYZER, languages, NAMES))
    except QueryError as error:
        return f"{error} at {error.position}"


def check_both_parsers(text: str) -> None:
    for languages in (("en",), ("en", "fr", "de")):
        tree = result_of(parse_unweighted, text, languages)
        assert tree == result_of(parse_grammar, text, languages)


def is_unweighted(text: str) -> bool:
    """Return whether our own parser gets a query: it has no weight, and no quote is open."""
    try:
        _check_delimiters(text)
    except QueryError:
        return False
    return WEIGHT_SIGN not in text


@given(st.lists(st.one_of(st.sampled_from(PLAIN_PIECES), st.text(max_size=6)), max_size=6))
def test_words_alone_mean_the_same_to_the_grammar(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assume(text.strip() and is_unweighted(text))
    check_both_parsers(text)


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from([*PIECES, *PLAIN_PIECES]), min_size=1, max_size=12),
    st.sampled_from(["", " "]),
)
@example(['"a"', "org:x"], "")
@example(['"a"', "=", '"b"'], "")
@example(["org:", "title:", "x"], "")
@example(["org:", "(", "a ", "title:", "b", ")"], "")
@example(["(a NOT)", "b"], " ")
@example(["org:Socialist", "org:Workers", "org:Party"], " ")
@example(["org:(Socialist Workers Party)", "OR", "Socialist", "Workers", "Party"], " ")
def test_any_pieces_mean_the_same_to_the_grammar(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    assume(is_unweighted(text))
    check_both_parsers(text)


OPERANDS = st.sampled_from(
    [
        *("a", "castro", "SWP", "Socialist", "Workers", "Party", '"a b"', '"a b"~2', "pre*", "fu~"),
        *("=x", '="a b"', "year:1990s", "year:[1990 TO 2000]", "org:a", "page:a/*", "lang:FR"),
        *("中国", '""', "()", "!!!", "*", "http://a.org/b", "title:SWP", "year:x", "[1 TO 2]"),
    ]
)
OPERATORS = st.sampled_from([" AND ", " OR ", " ", " NOT ", " AND NOT ", " OR NOT ", ""])
GROUPS = st.recursive(
    OPERANDS,
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map("".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"NOT {text}"),
        inner.map(lambda text: f"title:({text})"),
    ),
    max_leaves=12,
)


@settings(max_examples=400)
@given(GROUPS)
def test_groups_mean_the_same_to_the_grammar(text: str) -> None:
    check_both_parsers(text)


@pytest.mark.parametrize(
    "query", ["a\ud800mission~", "\ud800st~", "\ud800stones", '="\ud800stones"']
)
def test_a_lone_surrogate_is_no_error(query: str) -> None:
    parse(query, ANALYZER)
