"""Which addresses are one: of a page that was reached, or saved, in more than one way."""

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
    """Return the address a page had by its path, where the address of its folder is known.

    A folder's `index.html` is the folder; a name saved from a script (`mn.php?issue=008`,
    or `mn.php@issue=008`) holds the query of its address.
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
    """Return what all addresses of one page have in common; also of paths without a site.

    That is the address without its scheme, `www.`, port and fragment, without `index.html`
    and its like at the end, and with the query of a saved script as its server had it.
    """
    site, rest = "", url.partition("#")[0]
    if web := _WEB.match(url):
        site, rest = web[1].rpartition("@")[2].lower(), web[2] or "/"
        site = _PORT.sub("", site).rstrip(".").removeprefix("www.")
    if saved := _SAVED_SCRIPT.fullmatch(rest):
        rest = f"{saved['script']}?{saved['query']}"
        rest = _ENDING.sub(r"\1", rest)
    return site + _INDEX.sub("", unquote(rest, errors="surrogateescape").removesuffix("?"))
