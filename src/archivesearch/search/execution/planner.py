"""From a Whoosh query tree to a plan, where its shape is one that plans can answer."""

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from whoosh.query import And, AndNot, Every, Or, Phrase, Query, Require, Term

from archivesearch.columnar.postings.posting_lists import documents_with_forms
from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import bits_of, numbers_of
from archivesearch.query.nodes.alternatives import InLanguages, scored_documents
from archivesearch.query.nodes.exact import ExactForm, FormPattern
from archivesearch.query.nodes.near import Near
from archivesearch.query.nodes.patterns import Fuzzy, Prefix, Wildcard, YearRange
from archivesearch.search.execution.phrases import documents_near
from archivesearch.search.execution.scorers import (
    ConstantScore,
    Difference,
    Intersection,
    NoMatch,
    Precomputed,
    Scorer,
    TermUnion,
    Union,
    Weighted,
    WeightedTerm,
    Within,
)

if TYPE_CHECKING:
    from whoosh.searching import Searcher

# How many texts are read for one query at most, and how many words they may have together;
# two million words take about a second.
MAX_TEXTS = 20_000
MAX_WORDS = 2_000_000
# How many terms a pattern may stand for and still be ranked by them: 54,000 take 2.5 seconds.
MAX_TERMS = 4_096


def plan_of(
    query: Query,
    segment: Segment,
    searcher: "Callable[[], Searcher]",
    notes: list[str] | None = None,
    scope: Array | None = None,
) -> Scorer:
    """Return the plan of a query; `notes` is told of limits that it has met.

    Whatever plans have no node for, Whoosh's own matchers walk through, by a searcher
    that is only made where it is needed. `inside` are the only documents, as bits, that
    anything will be asked about: of the others no text or position is read, and the plan
    may say that they do not match.
    """
    compiler = _Compiler(segment, searcher, scope)
    node = compiler.node(query)
    if notes is not None:
        notes.extend(dict.fromkeys(compiler.notes))
    return node


class _Compiler:
    def __init__(
        self, segment: Segment, searcher: "Callable[[], Searcher]", inside: Array | None = None
    ) -> None:
        self._segment = segment
        self._searcher = searcher
        self._inside = self._all() if inside is None else inside
        self._texts = MAX_TEXTS
        self._words = MAX_WORDS
        self.notes: list[str] = []

    def node(self, query: Query) -> Scorer:
        """Return the plan of one node of the query."""
        for kind in type(query).__mro__:
            if make := self._makers.get(kind):
                return make(self, query)
        return self._walked(query)

    def _walked(self, query: Query) -> Scorer:
        searcher = self._searcher()
        found = list(scored_documents(query.matcher(searcher, searcher.context())))
        return Precomputed(found, self._segment.block_count)

    def _or(self, query: Or) -> Scorer:
        if query.scale or not query.subqueries:
            return self._walked(query)
        return self._boosted(_any(self._segment, self._children(query)), query)

    def _and(self, query: And) -> Scorer:
        if not query.subqueries:
            return self._walked(query)
        return self._boosted(Intersection(self._children(query)), query)

    def _without(self, query: AndNot) -> Scorer:
        return Difference(self.node(query.a), self.node(query.b))

    def _require(self, query: Require) -> Scorer:
        """What one query finds where another does too: Whoosh's own takes where it does not."""
        node = self.node(query.a)
        return Within(node, node.matches & self.node(query.b).matches)

    def _every(self, query: Every) -> Scorer:
        if query.fieldname:
            return self._walked(query)
        return ConstantScore(self._all(), query.boost)

    def _term(self, query: Term) -> Scorer:
        number = self._segment.term_dictionary.find(query.fieldname, _bytes(query.text))
        return self._terms(query.fieldname, [] if number is None else [number], query.boost)

    def _spoken(self, query: InLanguages) -> Scorer:
        node = self.node(query.child)
        if isinstance(node, NoMatch):
            return node
        inside = self._segment.documents_in(query.langs)
        if isinstance(node, TermUnion):
            return TermUnion(self._segment, [term.restricted_to(inside) for term in node.terms])
        return Within(node, node.matches & inside)

    def _prefix(self, query: Prefix) -> Scorer:
        first, last = self._segment.term_dictionary.prefix_range(
            query.fieldname, _bytes(query.text)
        )
        return self._terms(query.fieldname, range(first, last), query.boost)

    def _wildcard(self, query: Wildcard) -> Scorer:
        fixed = re.split(r"[*?\[]", query.text, maxsplit=1)[0]
        pattern = re.compile(translate(query.text), re.DOTALL)
        first, last = self._segment.term_dictionary.prefix_range(query.fieldname, _bytes(fixed))
        found = enumerate(self._segment.term_dictionary.terms(first, last), first)
        numbers = [n for n, term in found if pattern.match(_text(term))]
        return self._terms(query.fieldname, numbers, query.boost)

    def _fuzzy(self, query: Fuzzy) -> Scorer:
        start = query.text[: query.prefixlength]
        first, last = self._segment.term_dictionary.prefix_range(query.fieldname, _bytes(start))
        found = enumerate(self._segment.term_dictionary.terms(first, last), first)
        numbers = [n for n, term in found if query.matches_term(_text(term))]
        return self._terms(query.fieldname, numbers, query.boost)

    def _yearrange(self, query: YearRange) -> Scorer:
        ends = [None if end is None else _bytes(end) for end in (query.start, query.end)]
        first, last = self._segment.term_dictionary.term_range(query.fieldname, *ends)
        return self._terms(query.fieldname, range(first, last), query.boost)

    def _phrase(self, query: Phrase) -> Scorer:
        if query.slop != 1:
            return self._walked(query)
        words = [Term(query.fieldname, word) for word in query.words]
        return self._row(words, 0, query.boost)

    def _near(self, query: Near) -> Scorer:
        return self._row(query.qs, query.gap, 1.0)

    def _fitting(self, query: FormPattern) -> Scorer:
        """Words of a pattern: of terms that have other forms too, where these stand."""
        segment, field = self._segment, query.fieldname
        forms = segment.word_forms.forms_matching(
            query.text, *segment.term_dictionary.field_range(field)
        )
        numbers, counts = np.unique(segment.word_forms.terms_of(forms), return_counts=True)
        mixed = counts < segment.word_forms.counts(numbers)
        if len(numbers) > MAX_TERMS:
            return self._unranked(query, numbers, mixed, forms)
        node = self._terms(field, numbers.tolist(), query.boost)
        if not mixed.any():
            return node
        sure = self._terms(field, numbers[~mixed].tolist(), query.boost)
        return Within(node, sure.matches | self._having(field, numbers[mixed], forms))

    def _unranked(self, query: FormPattern, terms: Array, mixed: Array, forms: Array) -> Scorer:
        """Words of a pattern that fits so many of them that they tell nothing.

        `mixed` says which of the terms have other forms too.
        """
        self.notes.append(
            f"'{query.text}' fits more than {MAX_TERMS:,} words; "
            "what has any of them is found, and scores the same"
        )
        found = self._segment.documents_with_any(terms[~mixed])
        if mixed.any():
            found |= self._having(query.fieldname, terms[mixed], forms)
        return ConstantScore(found, query.boost)

    def _having(self, field: str, terms: Array, forms: Array) -> Array:
        """Return where any of some terms of a field stand in some of their forms, as bits."""
        found = documents_with_forms(self._segment, field, terms, forms)
        return bits_of(found, self._segment.block_count)

    def _written(self, query: ExactForm) -> Scorer:
        if apart := query.distribute():
            return self.node(apart)
        child = query.child
        node = self.node(child)
        if isinstance(child, Term | Phrase):
            terms = [child.text] if isinstance(child, Term) else child.words
            if len(terms) == len(query.tests):
                return self._passing(node, query, terms)
        return Within(node, self._checked(node, query, self._nothing().matches))

    def _passing(self, node: Scorer, query: ExactForm, terms: "Sequence[str | bytes]") -> Scorer:
        """Terms in a row that pass a test each; texts are read where other forms stand too."""
        some, every = node.matches, node.matches
        for term, test in zip(terms, query.tests, strict=True):
            number = self._segment.term_dictionary.find(query.fieldname, _bytes(term))
            if number is None:
                return self._nothing()
            numbers = np.array([number])
            passing = self._segment.word_forms.forms_passing(numbers, test)
            others = np.setdiff1d(self._segment.word_forms.form_range(number), passing)
            if len(others):
                some = some & self._having(query.fieldname, numbers, passing)
                every = every & ~self._having(query.fieldname, numbers, others)
        if len(terms) == 1 or not (some & ~every).any():
            return Within(node, some)
        return Within(node, some & (every | self._checked(Within(node, some), query, every)))

    def _checked(self, node: Scorer, query: ExactForm, known: Array) -> Array:
        """Return what a plan finds where words in a row of the stored text pass the tests.

        Of documents that are known to match the text is not read.
        """
        field = "text" if query.fieldname == "repeated" else query.fieldname
        stored = self._segment.documents.field_reader(field)
        unknown = node.matches & ~known & self._inside
        candidates = self._within_limits(numbers_of(unknown), field)
        numbers = [n for n in candidates.tolist() if query.occurs_in(stored(n))]
        return bits_of(np.array(numbers, np.int64), self._segment.block_count)

    def _within_limits(self, candidates: Array, field: str) -> Array:
        """Return as many of the documents as may still be read for this query."""
        start = self._segment.length_start(field)
        words = np.cumsum(self._segment.lengths[start + candidates], dtype=np.int64)
        most = min(self._texts, int(np.searchsorted(words, self._words, "right")))
        if len(candidates) > most:
            self.notes.append(
                f"the words of {MAX_TEXTS:,} paragraphs at most, {MAX_WORDS:,} words, are read "
                "for what is written exactly so or fits a pattern; there may be more that match"
            )
        self._texts -= min(most, len(candidates))
        self._words -= int(words[:most][-1]) if len(words[:most]) else 0
        return candidates[:most]

    def _row(self, words: Sequence[Query], gap: int, boost: float) -> Scorer:
        """Words that stand together; their scores add up."""
        if not words:
            return self._nothing()
        made = {word: self.node(word) for word in dict.fromkeys(words)}
        nodes = [node for word in words if isinstance(node := made[word], TermUnion)]
        if len(nodes) < len(words):
            return self._nothing()
        every = reduce(np.bitwise_and, (node.matches for node in nodes), self._inside)
        near = documents_near(self._segment, [node.entries.terms for node in nodes], every, gap)
        terms = TermUnion(self._segment, [term for node in nodes for term in node.terms])
        found: Scorer = Within(terms, near) if near.any() else self._nothing()
        return found if boost == 1.0 else Weighted(found, boost)

    def _children(self, query: And | Or) -> list[Scorer]:
        return [self.node(child) for child in query.subqueries]

    def _boosted(self, node: Scorer, query: And | Or) -> Scorer:
        return node if query.boost == 1.0 else Weighted(node, query.boost)

    def _terms(self, field: str, numbers: Sequence[int], weight: float) -> Scorer:
        """Terms of a field, added up; keys and years all score the same."""
        if not numbers:
            return self._nothing()
        node = TermUnion(self._segment, [WeightedTerm(field, number, weight) for number in numbers])
        return node if field in WORD_FIELDS else ConstantScore(node.matches, weight)

    def _nothing(self) -> Scorer:
        return NoMatch(np.zeros(self._segment.block_count, np.uint32), 0.0)

    def _all(self) -> Array:
        found = np.full(self._segment.block_count, 0xFFFFFFFF, np.uint32)
        rest = self._segment.document_count & 31
        if rest:
            found[-1] = (1 << rest) - 1
        return found

    _makers: ClassVar[dict[type, Callable[["_Compiler", Any], Scorer]]] = {
        And: _and,
        Or: _or,
        AndNot: _without,
        Require: _require,
        Every: _every,
        Term: _term,
        Prefix: _prefix,
        Wildcard: _wildcard,
        Fuzzy: _fuzzy,
        YearRange: _yearrange,
        Phrase: _phrase,
        Near: _near,
        FormPattern: _fitting,
        ExactForm: _written,
        InLanguages: _spoken,
    }


def _any(segment: Segment, nodes: Sequence[Scorer]) -> Scorer:
    """Alternatives; those that are plain terms are joined, and scored together."""
    found = [node for node in nodes if not isinstance(node, NoMatch)]
    if len(found) < 2:
        return found[0] if found else nodes[0]
    plain = [node for node in found if isinstance(node, TermUnion)]
    if len(plain) < 2:
        return Union(found)
    joined = TermUnion(segment, _each_once([term for node in plain for term in node.terms]))
    others = [node for node in found if not isinstance(node, TermUnion)]
    return Union([joined, *others]) if others else joined


def _each_once(terms: Sequence[WeightedTerm]) -> list[WeightedTerm]:
    """Terms with each that is there several times as one, of the weight of all of these.

    Without it, patterns that fit most words of an archive would each bring all of them.
    """
    found: dict[tuple[int, int], WeightedTerm] = {}
    for term in terms:
        key = term.number, id(term.inside)
        before = found.get(key)
        found[key] = term if before is None else before.add_weight(term.weight)
    return list(found.values())


def _bytes(text: "str | bytes") -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _text(term: bytes) -> str:
    return term.decode("utf-8", "surrogatepass")
