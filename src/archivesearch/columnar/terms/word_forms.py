"""The forms that terms have, as they are read: how each is spelled, and which documents have it."""

import re
from collections.abc import Iterator

import numpy as np

from archivesearch.analysis.analyzer import fold, strip_accents
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, concat_ranges
from archivesearch.columnar.storage.packed_ints import PackedInts
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.lazy import lazy
from archivesearch.query.nodes.exact import WordTest


class WordForms:
    """The forms of the terms of an index; they are numbered by term, the most usual first.

    How they are kept is told in `forms.py`.
    """

    def __init__(self, arrays: ArrayFolder) -> None:
        self._strings = StringTable(arrays, "forms")
        self._firsts: Array = arrays["terms.forms"]
        self._listed: Array = arrays["forms.listed"]
        self._gaps = PackedInts(arrays, "forms.gap", bits=8)

    def __len__(self) -> int:
        return len(self._strings)

    def form_range(self, term: int) -> range:
        """Return the numbers of the forms of a term, which is given by its number."""
        return range(int(self._firsts[term]), int(self._firsts[term + 1]))

    def counts(self, terms: Array) -> Array:
        """Return how many forms some terms have."""
        found: Array = self._firsts[terms + 1] - self._firsts[terms]
        return found

    def spellings(self, term: int) -> list[str]:
        """Return how the forms of a term are spelled."""
        forms = self.form_range(term)
        return list(map(from_utf8, self._strings.between(forms.start, forms.stop)))

    def spellings_between(self, first: int, last: int) -> list[str]:
        """Return how forms are spelled, from those of one term up to those of another."""
        start, end = int(self._firsts[first]), int(self._firsts[last])
        return list(map(from_utf8, self._strings.between(start, end)))

    def terms_of(self, forms: Array) -> Array:
        """Return the terms that forms belong to."""
        at = np.searchsorted(self._firsts, forms.astype(self._firsts.dtype), "right")
        found: Array = at - 1
        return found

    def forms_passing(self, terms: Array, test: WordTest) -> Array:
        """Return the forms of some terms that pass a test."""
        found = [
            number
            for term in terms.tolist()
            for number, form in zip(self.form_range(term), self.spellings(term), strict=True)
            if test(form)
        ]
        return np.array(found, np.int64)

    def forms_matching(self, pattern: str, first: int, last: int) -> Array:
        """Return the forms of the terms from one up to another that fit a pattern, ascending.

        A form is seen without accents and signs, as `pattern` is; `*` and `?` are those of
        the query language.
        """
        joined, starts = self._joined
        low, high = int(self._firsts[first]), int(self._firsts[last])
        found = _match_starts(joined, pattern, int(starts[low]), int(starts[high]) + 1)
        at = np.array(found, np.int64)
        return np.unique(np.searchsorted(starts, at[at < starts[high]], "right") - 1)

    @lazy
    def _joined(self) -> tuple[str, Array]:
        """All forms as patterns see them, each behind a line feed, and where each begins."""
        seen = [
            form if form.isascii() and form.isalnum() else strip_accents(fold(form))
            for form in map(from_utf8, self._strings)
        ]
        starts = np.zeros(len(seen) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, seen), np.int64, len(seen)) + 1, out=starts[1:])
        return "\n".join(["", *seen, ""]), starts

    def has_any_form(self, terms: Array, chosen: Array, postings: Array) -> Array:
        """Return which postings of some terms have any of their chosen forms.

        `postings` says how many each term has; the answer is for all of them, one after
        the other. `chosen` are numbers of forms.
        """
        first, last = (self._firsts[terms + n].astype(np.int64) for n in (0, 1))
        forms, owners = (
            concat_ranges(first, last - first),
            np.repeat(np.arange(len(terms)), last - first),
        )
        is_chosen = np.zeros(len(self) + 1, bool)
        is_chosen[chosen] = True
        has = np.repeat(is_chosen[first], postings)
        # of terms whose first form is not chosen, what is kept of the others will do
        needed = is_chosen[forms] | is_chosen[first][owners]
        forms, owners = forms[needed], owners[needed]
        at, which = self.listed_postings(forms)
        at += (np.cumsum(postings) - postings)[owners[which]]
        usual = (forms == first[owners])[which]
        has[at[~usual]] = False
        has[at[is_chosen[forms][which]]] = True
        return has

    def document_counts(self, first: int, last: int, postings: Array) -> Array:
        """Return for the forms of a range of terms how many postings have each.

        `postings` says how many each of the terms has.
        """
        low, high = int(self._firsts[first]), int(self._firsts[last])
        forms = np.arange(low, high)
        starts = self._firsts[first:last].astype(np.int64) - low
        owners = np.repeat(np.arange(last - first), np.diff(self._firsts[first : last + 1]))
        at, which = self.listed_postings(forms)
        at += (np.cumsum(postings) - postings)[owners[which]]
        usual = np.zeros(len(forms), bool)
        usual[starts] = True
        counts = np.bincount(which, minlength=len(forms))
        alone = np.ones(int(postings.sum()), bool)
        alone[at[~usual[which]]] = False
        if len(starts):
            begins = np.cumsum(postings) - postings
            counts[starts] += np.add.reduceat(alone, begins, dtype=np.int64)
        return counts

    def listed_postings(self, forms: Array) -> tuple[Array, Array]:
        """Return the postings that are kept of some forms, and of which of them each is."""
        start, end = (self._listed[forms + n].astype(np.int64) for n in (0, 1))
        counts = end - start
        through = np.cumsum(self._gaps[concat_ranges(start, counts)])
        which = np.repeat(np.arange(len(forms)), counts)
        before = np.concatenate(([0], through))[np.cumsum(counts) - counts]
        return through - before[which], which


def _match_starts(joined: str, pattern: str, start: int, end: int) -> list[int]:
    """Return where in lines what fits a pattern is found, at least once for each line."""
    head, *rest = re.split(r"\*+", pattern)
    if rest == [""] and head and "?" not in head:
        return list(_finds(joined, "\n" + head, start, end))
    *middle, tail = rest or [""]
    if rest and not head and bool(middle) + bool(tail) == 1 and len(middle) < 2:
        shape = "".join(map(_fixed, middle))  # it may stand anywhere, or at the end
    else:  # where a part is found first, it need not be looked for again
        shape = "\n" + _fixed(head) + "".join(f"(?>[^\n]*?{_fixed(part)})" for part in middle)
        shape += "[^\n]*" if tail else ""
    if tail or not rest:
        shape += _fixed(tail) + "(?=\n)"
    return [match.start() for match in re.compile(shape).finditer(joined, start, end)]


def _fixed(part: str) -> str:
    """Return as a regular expression a part of a pattern that has no `*`."""
    return "".join("[^\n]" if sign == "?" else re.escape(sign) for sign in part)


def _finds(text: str, wanted: str, start: int, end: int) -> Iterator[int]:
    at = text.find(wanted, start, end)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1, end)
