"""URLs of pages, and keys that are equal for all URLs of one page."""

import re
from urllib.parse import quote, unquote

_SCRIPT = r"\.(?:php\d?|phtml|aspx?|jsp|cfm|cgi|pl)"
_SAVED_SCRIPT = re.compile(
    rf"(?P<script>[^?]*{_SCRIPT})(?:@|%3F|\?)(?P<query>.*)", re.IGNORECASE | re.DOTALL
)
_ENDING = re.compile(rf"({_SCRIPT}\?[^/]*?)\.html?$", re.IGNORECASE | re.DOTALL)
_INDEX = re.compile(
    r"(?:^|(?<=/))(?:index|default)\.(?:x?html?|shtml?|php\d?|aspx?|jsp|cfm)$", re.IGNORECASE
)
_WEB = re.compile(r"https?://([^/?#]*)([^#]*)", re.IGNORECASE | re.DOTALL)
_PORT = re.compile(r":(?:80|443)?$")
_SAFE = "/~!$&'()*+,;=:@"


def page_url(path: str, base_url: str) -> str | None:
    """Return the URL that a page had, from its path; None without a `base_url`.

    `base_url` is the URL of the top folder and ends in a slash. The `index.html` of a
    folder has the URL of the folder. The file name of a saved script contains the query
    string, after `?`, `@` or `%3F`:

        >>> page_url("a b/index.html", "http://example.org/")
        'http://example.org/a%20b/'
        >>> page_url("mn.php@issue=008", "http://example.org/")
        'http://example.org/mn.php?issue=008'
    """
    if not base_url:
        return None
    if saved := _SAVED_SCRIPT.fullmatch(path):
        path, query = saved["script"], saved["query"]
        return f"{base_url}{quote(path, safe=_SAFE)}?{quote(query, safe=_SAFE + '?%')}"
    if path == "index.html" or path.endswith("/index.html"):
        path = path.removesuffix("index.html")
    return base_url + quote(path, safe=_SAFE)


def url_key(url: str) -> str:
    """Return a key of a URL or path; all URLs of one page have the same key.

    The key has no scheme, user, `www.`, standard port, fragment, nor `index.html` or the like
    at the end. The query of a saved script is as on its server:

        >>> url_key("https://www.EXAMPLE.org:443/a/index.html#top")
        'example.org/a/'
        >>> url_key("http://example.org/mn.php@issue=008")
        'example.org/mn.php?issue=008'
    """
    site, rest = "", url.partition("#")[0]
    if web := _WEB.match(url):
        site, rest = web[1].rpartition("@")[2].lower(), web[2] or "/"
        site = _PORT.sub("", site).rstrip(".").removeprefix("www.")
    if saved := _SAVED_SCRIPT.fullmatch(rest):
        rest = f"{saved['script']}?{saved['query']}"
        rest = _ENDING.sub(r"\1", rest)
    return site + _INDEX.sub("", unquote(rest, errors="surrogateescape").removesuffix("?"))
