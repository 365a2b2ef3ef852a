"""Which passages of few words are copies: those that stand beside copies, in all their pages.

`Comments: None.` says the same wherever it stands and is nobody's copy. But between two
paragraphs of an article that are copies of those in the magazine's issue, a short line
that says the same there is one as well.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from archivesearch.model.passages import Copies


def with_companions(
    copies: Copies,
    said: npt.NDArray[np.uint64],
    first: Sequence[int],
    weights: npt.NDArray[np.int64],
) -> Copies:
    """Return the groups of copies with those of short passages that stand beside them.

    `said` has a number for each passage, the same for the same words, and 0 for those that
    are in a group or say nothing themselves. `first` are the numbers of the first
    passages of pages, and of what would come next; `weights` are what representatives are
    chosen by. Groups are in the order that they had, by their first passages.
    """
    begins = np.zeros(len(said) + 1, bool)
    begins[np.asarray(first, np.int64)] = True
    groups: dict[int, list[int]] = {}
    waiting: deque[Sequence[int]] = deque(copies)
    while waiting:
        group = waiting.popleft()
        for step in (-1, 1):
            beside: dict[int, list[int]] = defaultdict(list)
            for number in group:
                companion = number + step
                if not begins[max(number, companion)] and said[companion]:
                    beside[int(said[companion])].append(companion)
            for alike in beside.values():
                if len(alike) > 1 and (new := [n for n in alike if n not in groups]):
                    known = next((groups[n] for n in alike if n in groups), [])
                    waiting.append([*known[:1], *new])
                    known += new
                    groups.update(dict.fromkeys(new, known))
    found = {id(group): group for group in groups.values()}.values()
    ordered = (sorted(group, key=lambda n: (int(weights[n]), n)) for group in found)
    return tuple(sorted((*copies, *map(tuple, ordered)), key=min))
