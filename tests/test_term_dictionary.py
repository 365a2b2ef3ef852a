"""Term dictionary: finds terms, prefixes and ranges like a sorted list."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given
from hypothesis import strategies as st

from archivesearch.columnar.storage.array_files import ArrayFolder, ArrayWriter
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.columnar.terms.term_dictionary import TermDictionary, write_term_dictionary

# Terms that share their first eight bytes, and any others.
LIKE = st.sampled_from(["internat", "internationa", "ünterwegs", "\0\0\0\0\0\0\0\0"])
SHORT = st.text(st.characters(codec=None), max_size=4)
TERM = st.builds(str.__add__, LIKE, SHORT) | SHORT | st.text("ab\0\x7fé", max_size=12)
TERMS = st.lists(TERM, unique=True, max_size=40)


@contextmanager
def dictionary_of(*fields: list[bytes]) -> Iterator[TermDictionary]:
    """Yield a term dictionary of the fields `0`, `1` and so on with these sorted terms."""
    edges = [sum(map(len, fields[:at])) for at in range(len(fields) + 1)]
    with TemporaryDirectory() as folder:
        writer = ArrayWriter(Path(folder))
        write_term_dictionary(writer, list(chain(*fields)))
        writer.close({})
        numbers = {str(at): (edges[at], edges[at + 1]) for at in range(len(fields))}
        yield TermDictionary(ArrayFolder(Path(folder)), numbers)


@given(TERMS, TERMS, TERM)
@example([], [], "")
@example(["a", "a\0"], ["a\0"], "a")
def test_every_term_is_found_and_no_other(first: list[str], second: list[str], word: str) -> None:
    fields = [sorted(map(to_utf8, terms)) for terms in (first, second)]
    with dictionary_of(*fields) as dictionary:
        for name, terms in enumerate(fields):
            start, end = dictionary.field_range(str(name))
            assert list(dictionary.terms(start, end)) == terms
            for number, term in enumerate(terms, start):
                assert dictionary.find(str(name), term) == number
                assert dictionary[number] == term
            assert (dictionary.find(str(name), to_utf8(word)) is None) == (
                to_utf8(word) not in terms
            )
        assert dictionary.find("none", b"a") is None


@given(TERMS, TERMS, TERM)
def test_a_prefix_is_a_range(first: list[str], second: list[str], start: str) -> None:
    fields = [sorted(map(to_utf8, terms)) for terms in (first, second)]
    with dictionary_of(*fields) as dictionary:
        for name, terms in enumerate(fields):
            terms_of_range = dictionary.terms(*dictionary.prefix_range(str(name), to_utf8(start)))
            assert list(terms_of_range) == [
                term for term in terms if term.startswith(to_utf8(start))
            ]


@given(TERMS, TERMS, st.none() | TERM, st.none() | TERM)
def test_a_range_includes_both_ends(
    first: list[str], second: list[str], start: str | None, end: str | None
) -> None:
    fields = [sorted(map(to_utf8, terms)) for terms in (first, second)]
    low, high = (None if edge is None else to_utf8(edge) for edge in (start, end))
    with dictionary_of(*fields) as dictionary:
        for name, terms in enumerate(fields):
            wanted = terms[
                0 if low is None else bisect_left(terms, low) : len(terms)
                if high is None
                else bisect_right(terms, high)
            ]
            assert list(dictionary.terms(*dictionary.term_range(str(name), low, high))) == wanted
