"""A real browser, controlled by WebDriver, to see where an address scrolls it."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=800,600"]
_SCROLL_POSITION = """
const box = document.querySelector(arguments[0]).getBoundingClientRect();
return [window.scrollY, box.top >= -1 && box.bottom <= window.innerHeight + 1];
"""


def browser() -> str | None:
    """Return the path of a browser if its driver is installed too, otherwise None."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    return path if path and shutil.which("chromedriver") else None


class Browser:
    """A session of a browser, controlled by the WebDriver protocol."""

    def __init__(self, address: str, path: str) -> None:
        self._address = address
        options = {"binary": path, "args": _ARGUMENTS}
        capabilities = {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}}
        session = self._request("/session", capabilities)["sessionId"]
        self._session = f"/session/{session}"

    def seen(self, url: str, selector: str) -> tuple[float, bool]:
        """Open an address; return the scroll position, and whether an element is in view."""
        self._request(f"{self._session}/url", {"url": "about:blank"})
        self._request(f"{self._session}/url", {"url": url})
        for _ in range(20):
            time.sleep(0.05)
            script = {"script": _SCROLL_POSITION, "args": [selector]}
            scrolled, inside = self._request(f"{self._session}/execute/sync", script)
            if scrolled:
                break
        return scrolled, inside

    def _request(self, path: str, value: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 - the driver runs on this machine
            self._address + path, json.dumps(value).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.load(answer)["value"]


@contextmanager
def browsing(folder: Path) -> Iterator[tuple[Browser, str]]:
    """Serve a folder over HTTP; yield a browser and the address of the folder."""
    handler = partial(_QuietHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    port = _free_port()
    driver = subprocess.Popen(["chromedriver", f"--port={port}"], stdout=subprocess.DEVNULL)
    try:
        yield _connect(f"http://127.0.0.1:{port}"), f"http://127.0.0.1:{server.server_port}"
    finally:
        driver.terminate()
        driver.wait(20)
        server.shutdown()
        server.server_close()


def _connect(address: str) -> Browser:
    path = browser()
    assert path
    for _ in range(100):
        try:
            return Browser(address, path)
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError("the browser's driver does not answer")


def _free_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler) as server:
        return server.server_port


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Do not log requests."""
