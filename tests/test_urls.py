"""URLs of pages, and the keys that are equal for all URLs of one page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivesearch.urls import page_url, url_key

BASE = "http://example.org/papers/"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a b/c.html", "a%20b/c.html"),
        ("index.html", ""),
        ("letters/index.html", "letters/"),
        ("letters/index.htm", "letters/index.htm"),
        ("letters/myindex.html", "letters/myindex.html"),
        ("mn.php?issue=008&x=%2F", "mn.php?issue=008&x=%2F"),
        ("mn.php@issue=008", "mn.php?issue=008"),
        ("mn.php%3Fissue=008", "mn.php?issue=008"),
        ("review.php?f=short%2Falien3.txt", "review.php?f=short%2Falien3.txt"),
        ("letters/who@where.html", "letters/who@where.html"),
        ("100%.html", "100%25.html"),
        ("é.html", "%C3%A9.html"),
    ],
)
def test_the_url_of_a_path(path: str, expected: str) -> None:
    assert page_url(path, BASE) == BASE + expected
    assert page_url(path, "") is None


SAME = [
    ("http://example.org", "http://example.org/"),
    ("http://example.org/a", "https://www.EXAMPLE.org:443/a#b"),
    ("http://example.org:80/a", "HTTP://user:word@example.org./a"),
    ("http://example.org/a/", "http://example.org/a/index.html"),
    ("http://example.org/a/", "http://example.org/a/Index.HTM"),
    ("http://example.org/a/", "http://www.example.org/a/default.asp"),
    ("http://example.org/mn.php?issue=008", "http://example.org/mn.php@issue=008"),
    ("http://example.org/mn.php?issue=008", "http://example.org/mn.php%3Fissue=008"),
    ("http://example.org/mn.php?issue=008", "http://example.org/mn.php?issue=008.html"),
    ("http://example.org/r.php?f=a%2Fb", "http://example.org/r.php?f=a/b"),
    ("http://example.org/%7Eme/", "http://example.org/~me/"),
    ("http://example.org/a?", "http://example.org/a"),
    ("letters/index.html", "letters/"),
    ("mn.php@issue=008", "mn.php?issue=008"),
]
OTHER = [
    ("http://example.org/a", "http://example.com/a"),
    ("http://example.org/a", "http://example.org/A"),
    ("http://example.org/a", "http://example.org/a/"),
    ("http://example.org/a", "http://example.org:8080/a"),
    ("http://example.org/a?b=1", "http://example.org/a?b=2"),
    ("http://wwwexample.org/a", "http://example.org/a"),
    ("http://example.org/a/index.html?b", "http://example.org/a/"),
    ("who@where.html", "who?where.html"),
]


@pytest.mark.parametrize(("one", "two"), SAME)
def test_urls_of_one_page(one: str, two: str) -> None:
    assert url_key(one) == url_key(two)


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_urls_of_two_pages(one: str, two: str) -> None:
    assert url_key(one) != url_key(two)


@given(st.text("htps:/w.@?%#x0é[]", max_size=30) | st.text())
def test_any_text_has_a_key_and_a_url(url: str) -> None:
    assert isinstance(url_key(url), str)
    (page_url(url.encode("utf-8", "replace").decode(), BASE) or "").encode()
