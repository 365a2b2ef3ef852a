"""Query planner: from a query tree to a plan, a tree of scorers."""

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import translate
from functools import reduce
from typing import Any, ClassVar

import numpy as np

from archivesearch.analysis.analyzer import spelling_key, year_term
from archivesearch.analysis.tokenizer import split_words
from archivesearch.columnar.postings.posting_lists import documents_with_forms
from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import bits_of, numbers_of
from archivesearch.columnar.storage.string_table import to_utf8
from archivesearch.query.nodes.compounds import And, AndNot, Boost, InLanguages, Or
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
from archivesearch.query.nodes.query import Leaf, Query
from archivesearch.search.execution.phrases import documents_near
from archivesearch.search.execution.scorers import (
    ConstantScore,
    Intersection,
    NoMatch,
    Scorer,
    TermUnion,
    Union,
    Weighted,
    WeightedTerm,
    Within,
)

# How many texts one query may read, and how many words these may have together. Two
# million words take about a second.
MAX_TEXTS = 20_000
MAX_WORDS = 2_000_000
# With more terms a pattern is not ranked by them: 54,000 terms take 2.5 seconds.
MAX_TERMS = 4_096


def plan_of(
    query: Query,
    segment: Segment,
    notes: list[str] | None = None,
    scope: Array | None = None,
) -> Scorer:
    """Return the plan of a query. Raises TypeError for a class of nodes without a plan.

    Sentences about limits that the query has met are appended to `notes`. `scope` are the
    documents, as bits, for which the plan is used. Texts and positions of other documents
    are not read, and the plan may miss these documents.
    """
    planner = _Planner(segment, scope)
    plan = planner.plan(query)
    if notes is not None:
        notes.extend(dict.fromkeys(planner.notes))
    return plan


class _Planner:
    """Makes the plan of one query; `_makers` has a method for each kind of node."""

    def __init__(self, segment: Segment, scope: Array | None) -> None:
        self._segment = segment
        self._scope = self._all_documents() if scope is None else scope
        self._texts_left = MAX_TEXTS
        self._words_left = MAX_WORDS
        self.notes: list[str] = []

    def plan(self, query: Query) -> Scorer:
        """Return the scorer of one node of the query, with those of the nodes below it."""
        for kind in type(query).__mro__:
            if make := self._makers.get(kind):
                return make(self, query)
        raise TypeError(f"there is no plan for {type(query).__name__}")

    def _or(self, query: Or) -> Scorer:
        return _union(self._segment, self._clauses(query)) if query.clauses else self._no_match()

    def _and(self, query: And) -> Scorer:
        return Intersection(self._clauses(query)) if query.clauses else self._no_match()

    def _and_not(self, query: AndNot) -> Scorer:
        scorer = self.plan(query.included)
        return Within(scorer, scorer.matches & ~self.plan(query.excluded).matches)

    def _boost(self, query: Boost) -> Scorer:
        return _boosted(self.plan(query.child), query.boost)

    def _every(self, _: Every) -> Scorer:
        return ConstantScore(self._all_documents(), 1.0)

    def _nothing(self, _: Nothing) -> Scorer:
        return self._no_match()

    def _term(self, query: Term) -> Scorer:
        number = self._segment.term_dictionary.find(query.field, to_utf8(query.text))
        return self._terms(query.field, [] if number is None else [number], query.boost)

    def _key(self, query: Key) -> Scorer:
        return self._term(Term(query.field, query.text))

    def _in_languages(self, query: InLanguages) -> Scorer:
        scorer = self.plan(query.child)
        if isinstance(scorer, NoMatch):
            return scorer
        documents = self._segment.documents_in_languages(query.langs)
        if isinstance(scorer, TermUnion):
            return TermUnion(self._segment, [t.restricted_to(documents) for t in scorer.terms])
        return Within(scorer, scorer.matches & documents)

    def _prefix(self, query: Prefix) -> Scorer:
        first, last = self._segment.term_dictionary.prefix_range(query.field, to_utf8(query.text))
        return self._terms(query.field, range(first, last), query.boost)

    def _wildcard(self, query: Wildcard) -> Scorer:
        prefix = re.split(r"[*?\[]", query.text, maxsplit=1)[0]
        pattern = re.compile(translate(query.text), re.DOTALL)
        return self._terms_with(query, prefix, lambda term: pattern.match(term) is not None)

    def _fuzzy(self, query: Fuzzy) -> Scorer:
        return self._terms_with(query, query.text[:1], query.matches)

    def _terms_with(
        self, query: Wildcard | Fuzzy, prefix: str, test: Callable[[str], bool]
    ) -> Scorer:
        """Match the terms of the query's field that have a prefix and pass a test."""
        dictionary = self._segment.term_dictionary
        first, last = dictionary.prefix_range(query.field, to_utf8(prefix))
        terms = enumerate(dictionary.terms(first, last), first)
        numbers = [n for n, term in terms if test(term.decode("utf-8", "surrogatepass"))]
        return self._terms(query.field, numbers, query.boost)

    def _year_range(self, query: YearRange) -> Scorer:
        years = query.first, query.last
        ends = [None if year is None else to_utf8(year_term(year)) for year in years]
        first, last = self._segment.term_dictionary.term_range(query.field, *ends)
        return self._terms(query.field, range(first, last), query.boost)

    def _phrase(self, query: Phrase) -> Scorer:
        words = [Term(query.field, term) for term in query.terms]
        return _boosted(self._words_together(words, 0), query.boost)

    def _near(self, query: Near) -> Scorer:
        return self._words_together(query.parts, query.gap)

    def _form_pattern(self, query: FormPattern) -> Scorer:
        """Match documents with a form that fits the pattern, scored by the terms of the forms.

        The pattern `part?es` fits the form `parties` of the term `parti`. The term has other forms
        (`party`), so its postings are narrowed to the documents that have `parties`.
        """
        segment, field = self._segment, query.field
        forms = segment.word_forms.forms_matching(
            query.text, *segment.term_dictionary.field_range(field)
        )
        terms, counts = np.unique(segment.word_forms.terms_of(forms), return_counts=True)
        has_other_forms = counts < segment.word_forms.counts(terms)
        if len(terms) > MAX_TERMS:
            return self._unranked_pattern(query, terms, has_other_forms, forms)
        scorer = self._terms(field, terms.tolist(), query.boost)
        if not has_other_forms.any():
            return scorer
        matches = self._terms(field, terms[~has_other_forms].tolist(), query.boost).matches
        narrowed = self._documents_with_forms(field, terms[has_other_forms], forms)
        return Within(scorer, matches | narrowed)

    def _unranked_pattern(
        self, query: FormPattern, terms: Array, has_other_forms: Array, forms: Array
    ) -> Scorer:
        """Match a pattern that fits too many words to rank by them.

        `has_other_forms`: bool, one per term; whether it has forms that do not fit.
        """
        self.notes.append(
            f"'{query.text}' fits more than {MAX_TERMS:,} words; "
            "every paragraph with one of them is found, all with the same score"
        )
        matches = self._segment.documents_with_any(terms[~has_other_forms])
        if has_other_forms.any():
            matches |= self._documents_with_forms(query.field, terms[has_other_forms], forms)
        return ConstantScore(matches, query.boost)

    def _documents_with_forms(self, field: str, terms: Array, forms: Array) -> Array:
        """Return, as bits, the documents that have any of the terms in any of the forms."""
        documents = documents_with_forms(self._segment, field, terms, forms)
        return bits_of(documents, self._segment.block_count)

    def _exact_form(self, query: ExactForm) -> Scorer:
        child, spellings = query.child, query.spellings
        if isinstance(child, Or):
            return self.plan(Or(tuple(ExactForm(each, spellings) for each in child.clauses)))
        if isinstance(child, InLanguages):
            return self.plan(InLanguages(ExactForm(child.child, spellings), child.langs))
        if not isinstance(child, Leaf):
            raise TypeError(f"there is no plan for the exact form of {type(child).__name__}")
        scorer = self.plan(child)
        terms = child.row()
        if len(terms) == len(spellings):
            return self._exact_terms(scorer, query, terms)
        return Within(scorer, self._check_texts(scorer, query, self._no_match().matches))

    def _exact_terms(self, scorer: Scorer, query: ExactForm, terms: Sequence[str]) -> Scorer:
        """Match terms in a row, each in the form that has its spelling.

        The index knows which forms of a term a document has, but not at which positions. So
        a text is read only where a term has forms with the spelling and forms without.
        """
        field = query.describe().field
        possible, certain = scorer.matches, scorer.matches
        for term, spelling in zip(terms, query.spellings, strict=True):
            number = self._segment.term_dictionary.find(field, to_utf8(term))
            if number is None:
                return self._no_match()
            numbers = np.array([number])
            passing = self._segment.word_forms.forms_with_spelling(number, spelling)
            failing = np.setdiff1d(self._segment.word_forms.form_range(number), passing)
            if len(failing):
                possible = possible & self._documents_with_forms(field, numbers, passing)
                certain = certain & ~self._documents_with_forms(field, numbers, failing)
        if len(terms) == 1 or not (possible & ~certain).any():
            return Within(scorer, possible)
        checked = self._check_texts(Within(scorer, possible), query, certain)
        return Within(scorer, possible & (certain | checked))

    def _check_texts(self, scorer: Scorer, query: ExactForm, certain: Array) -> Array:
        """Return, as bits, the matches of `scorer` whose stored text has the exact words.

        The texts of `certain` documents are not read, and these are not returned.
        """
        field = query.describe().field
        field = "text" if field == "repeated" else field
        read_text = self._segment.documents.field_reader(field)
        uncertain = scorer.matches & ~certain & self._scope
        candidates = self._take_within_limits(numbers_of(uncertain), field)
        keys = _SpellingKeys()
        numbers = [n for n in candidates.tolist() if keys.has_row(read_text(n), query.spellings)]
        return bits_of(np.array(numbers, np.int64), self._segment.block_count)

    def _take_within_limits(self, candidates: Array, field: str) -> Array:
        """Return the first candidates, as many as the query may still read; count them as read."""
        start = self._segment.length_start(field)
        words = np.cumsum(self._segment.lengths[start + candidates], dtype=np.int64)
        size = min(self._texts_left, int(np.searchsorted(words, self._words_left, "right")))
        if len(candidates) > size:
            self.notes.append(
                f"to check exact words and patterns, at most {MAX_TEXTS:,} paragraphs with "
                f"{MAX_WORDS:,} words are read; there may be more matches"
            )
        self._texts_left -= min(size, len(candidates))
        self._words_left -= int(words[:size][-1]) if len(words[:size]) else 0
        return candidates[:size]

    def _words_together(self, words: Sequence[Query], gap: int) -> Scorer:
        """Match words that are together, as in `documents_near`; their scores add up."""
        if not words:
            return self._no_match()
        plans = {word: self.plan(word) for word in dict.fromkeys(words)}
        for word, scorer in plans.items():
            if not isinstance(scorer, TermUnion | NoMatch):
                raise TypeError(f"there is no plan for {type(word).__name__} beside other words")
        scorers = [scorer for word in words if isinstance(scorer := plans[word], TermUnion)]
        if len(scorers) < len(words):
            return self._no_match()
        with_all = reduce(np.bitwise_and, (scorer.matches for scorer in scorers), self._scope)
        postings = [scorer.posting_lists.terms for scorer in scorers]
        matches = documents_near(self._segment, postings, with_all, gap)
        if not matches.any():
            return self._no_match()
        terms = [term for scorer in scorers for term in scorer.terms]
        return Within(TermUnion(self._segment, terms), matches)

    def _clauses(self, query: And | Or) -> list[Scorer]:
        return [self.plan(clause) for clause in query.clauses]

    def _terms(self, field: str, numbers: Sequence[int], weight: float) -> Scorer:
        """Match any of the terms of a field. Words are scored by BM25, keys and years equally."""
        if not numbers:
            return self._no_match()
        scorer = TermUnion(self._segment, [WeightedTerm(field, n, weight) for n in numbers])
        return scorer if field in WORD_FIELDS else ConstantScore(scorer.matches, weight)

    def _no_match(self) -> Scorer:
        return NoMatch(np.zeros(self._segment.block_count, np.uint32), 0.0)

    def _all_documents(self) -> Array:
        """Return all documents as bits; the bits after the last document are 0."""
        bits = np.full(self._segment.block_count, 0xFFFFFFFF, np.uint32)
        in_last_block = self._segment.document_count & 31
        if in_last_block:
            bits[-1] = (1 << in_last_block) - 1
        return bits

    _makers: ClassVar[dict[type, Callable[["_Planner", Any], Scorer]]] = {
        And: _and,
        Or: _or,
        AndNot: _and_not,
        Boost: _boost,
        Every: _every,
        Nothing: _nothing,
        Term: _term,
        Key: _key,
        Prefix: _prefix,
        Wildcard: _wildcard,
        Fuzzy: _fuzzy,
        YearRange: _year_range,
        Phrase: _phrase,
        Near: _near,
        FormPattern: _form_pattern,
        ExactForm: _exact_form,
        InLanguages: _in_languages,
    }


def _boosted(scorer: Scorer, boost: float) -> Scorer:
    return scorer if boost == 1.0 or isinstance(scorer, NoMatch) else Weighted(scorer, boost)


def _union(segment: Segment, scorers: Sequence[Scorer]) -> Scorer:
    """Return the union of scorers, with all their plain terms in one `TermUnion`."""
    matching = [scorer for scorer in scorers if not isinstance(scorer, NoMatch)]
    if len(matching) < 2:
        return matching[0] if matching else scorers[0]
    plain = [scorer for scorer in matching if isinstance(scorer, TermUnion)]
    if len(plain) < 2:
        return Union(matching)
    joined = TermUnion(segment, _merge_terms(term for scorer in plain for term in scorer.terms))
    composite = [scorer for scorer in matching if not isinstance(scorer, TermUnion)]
    return Union([joined, *composite]) if composite else joined


def _merge_terms(terms: Iterable[WeightedTerm]) -> list[WeightedTerm]:
    """Return each term once, with the sum of the weights that it has in `terms`.

    Several patterns that fit most words of an archive thus cost no more than one.
    """
    merged: dict[tuple[int, int], WeightedTerm] = {}
    for term in terms:
        key = term.number, id(term.allowed)
        before = merged.get(key)
        merged[key] = term if before is None else before.add_weight(term.weight)
    return list(merged.values())


class _SpellingKeys(dict[str, str]):
    """The spelling keys of words, computed at their first use."""

    def __missing__(self, word: str) -> str:
        key = self[word] = spelling_key(word)
        return key

    def has_row(self, text: str, spellings: tuple[str, ...]) -> bool:
        """Return whether a text has words with these spellings in a row."""
        keys = tuple([self[word] for word in split_words(text)])
        size = len(spellings)
        return any(
            key == spellings[0] and keys[start : start + size] == spellings
            for start, key in enumerate(keys)
        )
