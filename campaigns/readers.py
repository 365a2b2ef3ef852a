"""Campaign `readers`: many processes that search while another commits again and again."""

import os
import random
import sys
import time
import traceback
from argparse import Namespace
from pathlib import Path

import archivesearch
from campaigns.archives import is_tidy, tries

PAGES = 10


def run(folder: Path, arguments: Namespace) -> list[str]:
    """Commit while others search; return a message for each broken promise.

    Each answer must belong to one commit as a whole, and an open archive must not change.
    """
    site, index = folder / "site", folder / "index"
    site.mkdir()
    commit(site, index, 0)
    (folder / "reports").mkdir()
    children = [fork_reader(folder, index, number) for number in range(arguments.readers)]
    commits = 0
    for commits in tries(arguments):
        commit(site, index, commits + 1)
    (folder / "ended").touch()
    statuses = [os.waitpid(child, 0)[1] for child in children]
    broken = [f"reader {n} ended with {status}" for n, status in enumerate(statuses) if status]
    searches = opened = 0
    for path in (folder / "reports").iterdir():
        counts, _, error = path.read_text().partition("\n")
        searches += int(counts.split()[0])
        opened += int(counts.split()[1])
        broken += [error] if error else []
    commit(site, index, commits + 2)
    if not is_tidy(index):
        broken.append(f"left: {sorted(path.name for path in index.iterdir())}")
    print(
        f"{commits + 1} commits, {arguments.readers} readers, {opened:,} opened indexes, "
        f"{searches:,} searches"
    )
    return broken


def commit(site: Path, index: Path, number: int) -> None:
    """Write all pages with the number of the commit, and update the index.

    Commits 0, 1, 2, 3 have 10, 11, 12, 10 pages.
    """
    for page in range(PAGES + number % 3):
        (site / f"{page:02}.html").write_text(f"<p>Castro {page}, the state is s{number}s.</p>")
    for page in range(PAGES + number % 3, PAGES + 3):
        (site / f"{page:02}.html").unlink(missing_ok=True)
    archivesearch.update([site], index)


def fork_reader(folder: Path, index: Path, number: int) -> int:
    """Start a process that searches and at its end writes a report; return its id."""
    child = os.fork()
    if child:
        return child
    status, searches, opened, error = 1, 0, 0, ""
    try:
        searches, opened = search_until_end(folder, index, random.Random(number))
        status = 0
    except BaseException:  # noqa: BLE001 - the report has any error
        error = traceback.format_exc()
    finally:
        (folder / "reports" / str(number)).write_text(f"{searches} {opened}\n{error}")
        sys.stdout.flush()
        os._exit(status)


def search_until_end(folder: Path, index: Path, rng: random.Random) -> tuple[int, int]:
    """Search until the last commit; return how often it searched, and how often it opened."""
    searches = opened = 0
    while not (folder / "ended").exists():
        with archivesearch.open(index) as archive:
            opened += 1
            first = committed_state(archive)
            for _ in range(rng.randrange(5)):
                time.sleep(rng.uniform(0, 0.05))
                searches += 1
                if committed_state(archive) != first:
                    raise AssertionError("an open archive has changed")
            searches += 1
    return searches, opened


def committed_state(archive: archivesearch.Archive) -> tuple[str, int]:
    """Return the state that all passages name, such as `s7s.`, and the number of pages.

    Raises AssertionError if passages name several states, or pages are missing.
    """
    results = archive.search("castro", limit=50)
    texts = [hit.text for hit in results]
    states = {text.rpartition(" ")[2] for text in texts}
    if len(states) != 1:
        raise AssertionError(f"states {states}")
    (state,) = states
    number = int(state.strip("s."))
    if results.total != PAGES + number % 3 or len(archive.pages()) != results.total:
        raise AssertionError(f"state {number} with {results.total} pages")
    return state, results.total
