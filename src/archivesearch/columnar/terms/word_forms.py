"""Word forms: the spellings of the terms of an index, and the postings that have each.

`word_forms_writer.py` says which postings are listed.
"""

import re
from collections.abc import Iterator

import numpy as np

from archivesearch.analysis.analyzer import fold, spelling_key, strip_accents
from archivesearch.columnar.storage.array_files import Array, ArrayFolder, concat_ranges, offsets
from archivesearch.columnar.storage.packed_ints import PackedInts
from archivesearch.columnar.storage.string_table import StringTable, from_utf8
from archivesearch.lazy import lazy


class WordForms:
    """Reads the forms of terms by number.

    Forms are numbered by term. The first form of a term is the one that most of its
    postings have, the others follow sorted by bytes.
    """

    def __init__(self, arrays: ArrayFolder) -> None:
        self._strings = StringTable(arrays, "forms")
        self._form_starts: Array = arrays["terms.forms"]
        self._gap_starts: Array = arrays["forms.listed"]
        self._gaps = PackedInts(arrays, "forms.gap", bits=8)

    def __len__(self) -> int:
        return len(self._strings)

    def form_range(self, term: int) -> range:
        """Return the numbers of the forms of a term, given by number."""
        return range(int(self._form_starts[term]), int(self._form_starts[term + 1]))

    def counts(self, terms: Array) -> Array:
        """Return the number of forms of each term."""
        counts: Array = self._form_starts[terms + 1] - self._form_starts[terms]
        return counts

    def spellings(self, term: int) -> list[str]:
        """Return the forms of a term, the first form first."""
        return self.spellings_between(term, term + 1)

    def spellings_between(self, first: int, end: int) -> list[str]:
        """Return the forms of the terms with the numbers `first:end`."""
        first_form, end_form = int(self._form_starts[first]), int(self._form_starts[end])
        return list(map(from_utf8, self._strings.between(first_form, end_form)))

    def terms_of(self, forms: Array) -> Array:
        """Return the term of each form."""
        starts = self._form_starts
        terms: Array = np.searchsorted(starts, forms.astype(starts.dtype), "right") - 1
        return terms

    def forms_with_spelling(self, term: int, spelling: str) -> Array:
        """Return the numbers of the forms of a term that have a spelling: int64.

        Forms that differ in case, or in the kind of an apostrophe, have the same spelling.
        """
        forms = zip(self.form_range(term), self.spellings(term), strict=True)
        return np.array([n for n, form in forms if spelling_key(form) == spelling], np.int64)

    def forms_matching(self, pattern: str, first: int, end: int) -> Array:
        """Return the forms of the terms `first:end` that match a pattern.

        The form numbers are int64, ascending. `*` in the pattern stands for any characters, `?`
        for one. Pattern and forms are compared without accents and signs; the pattern must
        come without them.
        """
        joined, starts = self._searchable
        low, high = int(self._form_starts[first]), int(self._form_starts[end])
        matches = _match_starts(joined, pattern, int(starts[low]), int(starts[high]) + 1)
        at = np.array(matches, np.int64)
        return np.unique(np.searchsorted(starts, at[at < starts[high]], "right") - 1)

    @lazy
    def _searchable(self) -> tuple[str, Array]:
        """All forms without accents and signs, each after a line feed, and the start of each."""
        plain = [
            form if form.isascii() and form.isalnum() else strip_accents(fold(form))
            for form in map(from_utf8, self._strings)
        ]
        sizes = np.fromiter(map(len, plain), np.int64, len(plain)) + 1
        return "\n".join(["", *plain, ""]), offsets(sizes)

    def has_any_form(self, terms: Array, chosen: Array, posting_counts: Array) -> Array:
        """Return for each posting of the terms whether it has any of the chosen forms: bool.

        `chosen` are numbers of forms. `posting_counts` has the number of postings of each
        term; the result is for all of them, term by term. For "parti" in three documents,
        "party parties", "parties" and "parties", and its form "party", it is
        [True, False, False].
        """
        first, end = (self._form_starts[terms + n].astype(np.int64) for n in (0, 1))
        forms = concat_ranges(first, end - first)
        owners = np.repeat(np.arange(len(terms)), end - first)
        is_chosen = np.zeros(len(self) + 1, bool)
        is_chosen[chosen] = True
        has_chosen = np.repeat(is_chosen[first], posting_counts)
        # Where the first form is not chosen, only the postings of chosen forms are needed.
        needed = is_chosen[forms] | is_chosen[first][owners]
        forms, owners = forms[needed], owners[needed]
        postings, form_indices = self.listed_postings(forms)
        postings += (np.cumsum(posting_counts) - posting_counts)[owners[form_indices]]
        is_first = (forms == first[owners])[form_indices]
        has_chosen[postings[~is_first]] = False  # unless one of the forms there is chosen
        has_chosen[postings[is_chosen[forms][form_indices]]] = True
        return has_chosen

    def document_counts(self, first: int, end: int, posting_counts: Array) -> Array:
        """Return the number of postings of each form of the terms `first:end`: int64.

        `posting_counts` has the number of postings of each of these terms.
        """
        form_starts = self._form_starts[first : end + 1].astype(np.int64)
        first_forms = form_starts[:-1] - form_starts[0]
        forms = np.arange(form_starts[0], form_starts[-1])
        owners = np.repeat(np.arange(end - first), np.diff(form_starts))
        posting_starts = np.cumsum(posting_counts) - posting_counts
        postings, form_indices = self.listed_postings(forms)
        postings += posting_starts[owners[form_indices]]
        is_first = np.zeros(len(forms), bool)
        is_first[first_forms] = True
        counts = np.bincount(form_indices, minlength=len(forms))
        has_first_alone = np.ones(int(posting_counts.sum()), bool)
        has_first_alone[postings[~is_first[form_indices]]] = False
        if len(first_forms):
            counts[first_forms] += np.add.reduceat(has_first_alone, posting_starts, dtype=np.int64)
        return counts

    def listed_postings(self, forms: Array) -> tuple[Array, Array]:
        """Return the listed postings of forms, and for each the index of its form in `forms`.

        A posting is its index among the postings of the term: int64, ascending in each form.
        """
        start, end = (self._gap_starts[forms + n].astype(np.int64) for n in (0, 1))
        counts = end - start
        sums = np.cumsum(self._gaps[concat_ranges(start, counts)])
        form_indices = np.repeat(np.arange(len(forms)), counts)
        sums_before = np.concatenate(([0], sums))[np.cumsum(counts) - counts]
        return sums - sums_before[form_indices], form_indices


def _match_starts(lines: str, pattern: str, start: int, end: int) -> list[int]:
    """Return at least one offset in each line that matches a pattern, ascending.

    The line feed before a line counts as part of it. Only `lines[start:end]` is searched.
    """
    head, *rest = re.split(r"\*+", pattern)
    if rest == [""] and head and "?" not in head:
        return list(_offsets_of(lines, "\n" + head, start, end))
    *middle, tail = rest or [""]
    if rest and not head and bool(middle) + bool(tail) == 1 and len(middle) < 2:
        shape = "".join(map(_regex, middle))  # `*part*`, `*part`: anywhere in a line
    else:  # atomic groups: the first match of each part is as good as any later one
        shape = "\n" + _regex(head) + "".join(f"(?>[^\n]*?{_regex(part)})" for part in middle)
        shape += "[^\n]*" if tail else ""
    if tail or not rest:
        shape += _regex(tail) + "(?=\n)"
    return [match.start() for match in re.compile(shape).finditer(lines, start, end)]


def _regex(part: str) -> str:
    """Return a regular expression for a part of a pattern, which has no `*`."""
    return "".join("[^\n]" if sign == "?" else re.escape(sign) for sign in part)


def _offsets_of(text: str, string: str, start: int, end: int) -> Iterator[int]:
    """Yield the offset of each occurrence of a string; occurrences may overlap."""
    at = text.find(string, start, end)
    while at >= 0:
        yield at
        at = text.find(string, at + 1, end)
