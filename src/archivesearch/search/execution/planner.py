"""From a Whoosh query tree to a plan, where its shape is one that plans can answer."""

import re
from collections.abc import Callable, Sequence
from fnmatch import translate
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from whoosh.query import And, AndNot, Every, Or, Phrase, Query, Require, Term

from archivesearch.columnar.postings.posting_lists import documents_having
from archivesearch.columnar.schema import WORD_FIELDS
from archivesearch.columnar.segment import Segment
from archivesearch.columnar.storage.array_files import Array
from archivesearch.columnar.storage.doc_sets import bits_of, numbers_of
from archivesearch.query.nodes.alternatives import Spoken, walked
from archivesearch.query.nodes.exact import Fitting, Written
from archivesearch.query.nodes.near import Near
from archivesearch.query.nodes.patterns import Fuzzy, Prefix, Wildcard, YearRange
from archivesearch.search.execution.phrases import documents_near
from archivesearch.search.execution.scorers import (
    AllOf,
    AnyOf,
    Constant,
    Listed,
    Node,
    Nothing,
    Restricted,
    Subtracted,
    Terms,
    Weighted,
    WeightedTerm,
)

if TYPE_CHECKING:
    from whoosh.searching import Searcher

# How many texts are read for one query at most, and how many words they may have together;
# two million words take about a second.
MOST_TEXTS = 20_000
MOST_WORDS = 2_000_000
# How many terms a pattern may stand for and still be ranked by them: 54,000 take 2.5 seconds.
MOST_TERMS = 4_096


def plan_of(
    query: Query,
    segment: Segment,
    searcher: "Callable[[], Searcher]",
    notes: list[str] | None = None,
    inside: Array | None = None,
) -> Node:
    """Return the plan of a query; `notes` is told of limits that it has met.

    Whatever plans have no node for, Whoosh's own matchers walk through, by a searcher
    that is only made where it is needed. `inside` are the only documents, as bits, that
    anything will be asked about: of the others no text or position is read, and the plan
    may say that they do not match.
    """
    compiler = _Compiler(segment, searcher, inside)
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
        self._texts = MOST_TEXTS
        self._words = MOST_WORDS
        self.notes: list[str] = []

    def node(self, query: Query) -> Node:
        """Return the plan of one node of the query."""
        for kind in type(query).__mro__:
            if make := self._makers.get(kind):
                return make(self, query)
        return self._walked(query)

    def _walked(self, query: Query) -> Node:
        searcher = self._searcher()
        found = list(walked(query.matcher(searcher, searcher.context())))
        return Listed(found, self._segment.blocks)

    def _or(self, query: Or) -> Node:
        if query.scale or not query.subqueries:
            return self._walked(query)
        return self._boosted(_any(self._segment, self._children(query)), query)

    def _and(self, query: And) -> Node:
        if not query.subqueries:
            return self._walked(query)
        return self._boosted(AllOf(self._children(query)), query)

    def _without(self, query: AndNot) -> Node:
        return Subtracted(self.node(query.a), self.node(query.b))

    def _require(self, query: Require) -> Node:
        """What one query finds where another does too: Whoosh's own takes where it does not."""
        node = self.node(query.a)
        return Restricted(node, node.matches & self.node(query.b).matches)

    def _every(self, query: Every) -> Node:
        if query.fieldname:
            return self._walked(query)
        return Constant(self._all(), query.boost)

    def _term(self, query: Term) -> Node:
        number = self._segment.lexicon.find(query.fieldname, _bytes(query.text))
        return self._terms(query.fieldname, [] if number is None else [number], query.boost)

    def _spoken(self, query: Spoken) -> Node:
        node = self.node(query.child)
        if isinstance(node, Nothing):
            return node
        inside = self._segment.in_languages(query.langs)
        if isinstance(node, Terms):
            return Terms(self._segment, [term.narrowed(inside) for term in node.terms])
        return Restricted(node, node.matches & inside)

    def _prefix(self, query: Prefix) -> Node:
        first, last = self._segment.lexicon.prefix(query.fieldname, _bytes(query.text))
        return self._terms(query.fieldname, range(first, last), query.boost)

    def _wildcard(self, query: Wildcard) -> Node:
        fixed = re.split(r"[*?\[]", query.text, maxsplit=1)[0]
        pattern = re.compile(translate(query.text), re.DOTALL)
        first, last = self._segment.lexicon.prefix(query.fieldname, _bytes(fixed))
        found = enumerate(self._segment.lexicon.terms(first, last), first)
        numbers = [n for n, term in found if pattern.match(_text(term))]
        return self._terms(query.fieldname, numbers, query.boost)

    def _fuzzy(self, query: Fuzzy) -> Node:
        start = query.text[: query.prefixlength]
        first, last = self._segment.lexicon.prefix(query.fieldname, _bytes(start))
        found = enumerate(self._segment.lexicon.terms(first, last), first)
        numbers = [n for n, term in found if query.is_like(_text(term))]
        return self._terms(query.fieldname, numbers, query.boost)

    def _yearrange(self, query: YearRange) -> Node:
        ends = [None if end is None else _bytes(end) for end in (query.start, query.end)]
        first, last = self._segment.lexicon.between(query.fieldname, *ends)
        return self._terms(query.fieldname, range(first, last), query.boost)

    def _phrase(self, query: Phrase) -> Node:
        if query.slop != 1:
            return self._walked(query)
        words = [Term(query.fieldname, word) for word in query.words]
        return self._row(words, 0, query.boost)

    def _near(self, query: Near) -> Node:
        return self._row(query.qs, query.gap, 1.0)

    def _fitting(self, query: Fitting) -> Node:
        """Words of a pattern: of terms that have other forms too, where these stand."""
        segment, field = self._segment, query.fieldname
        forms = segment.spellings.fitting(query.text, *segment.lexicon.field(field))
        numbers, counts = np.unique(segment.spellings.terms(forms), return_counts=True)
        mixed = counts < segment.spellings.counts(numbers)
        if len(numbers) > MOST_TERMS:
            return self._unranked(query, numbers, mixed, forms)
        node = self._terms(field, numbers.tolist(), query.boost)
        if not mixed.any():
            return node
        sure = self._terms(field, numbers[~mixed].tolist(), query.boost)
        return Restricted(node, sure.matches | self._having(field, numbers[mixed], forms))

    def _unranked(self, query: Fitting, terms: Array, mixed: Array, forms: Array) -> Node:
        """Words of a pattern that fits so many of them that they tell nothing.

        `mixed` says which of the terms have other forms too.
        """
        self.notes.append(
            f"'{query.text}' fits more than {MOST_TERMS:,} words; "
            "what has any of them is found, and scores the same"
        )
        found = self._segment.having_any(terms[~mixed])
        if mixed.any():
            found |= self._having(query.fieldname, terms[mixed], forms)
        return Constant(found, query.boost)

    def _having(self, field: str, terms: Array, forms: Array) -> Array:
        """Return where any of some terms of a field stand in some of their forms, as bits."""
        found = documents_having(self._segment, field, terms, forms)
        return bits_of(found, self._segment.blocks)

    def _written(self, query: Written) -> Node:
        if apart := query.apart():
            return self.node(apart)
        child = query.child
        node = self.node(child)
        if isinstance(child, Term | Phrase):
            terms = [child.text] if isinstance(child, Term) else child.words
            if len(terms) == len(query.tests):
                return self._passing(node, query, terms)
        return Restricted(node, self._checked(node, query, self._nothing().matches))

    def _passing(self, node: Node, query: Written, terms: "Sequence[str | bytes]") -> Node:
        """Terms in a row that pass a test each; texts are read where other forms stand too."""
        some, every = node.matches, node.matches
        for term, test in zip(terms, query.tests, strict=True):
            number = self._segment.lexicon.find(query.fieldname, _bytes(term))
            if number is None:
                return self._nothing()
            numbers = np.array([number])
            passing = self._segment.spellings.passing(numbers, test)
            others = np.setdiff1d(self._segment.spellings.forms(number), passing)
            if len(others):
                some = some & self._having(query.fieldname, numbers, passing)
                every = every & ~self._having(query.fieldname, numbers, others)
        if len(terms) == 1 or not (some & ~every).any():
            return Restricted(node, some)
        return Restricted(
            node, some & (every | self._checked(Restricted(node, some), query, every))
        )

    def _checked(self, node: Node, query: Written, known: Array) -> Array:
        """Return what a plan finds where words in a row of the stored text pass the tests.

        Of documents that are known to match the text is not read.
        """
        field = "text" if query.fieldname == "repeated" else query.fieldname
        stored = self._segment.documents.field(field)
        unknown = node.matches & ~known & self._inside
        candidates = self._within_limits(numbers_of(unknown), field)
        numbers = [n for n in candidates.tolist() if query.is_in(stored(n))]
        return bits_of(np.array(numbers, np.int64), self._segment.blocks)

    def _within_limits(self, candidates: Array, field: str) -> Array:
        """Return as many of the documents as may still be read for this query."""
        start = self._segment.length_start(field)
        words = np.cumsum(self._segment.lengths[start + candidates], dtype=np.int64)
        most = min(self._texts, int(np.searchsorted(words, self._words, "right")))
        if len(candidates) > most:
            self.notes.append(
                f"the words of {MOST_TEXTS:,} paragraphs at most, {MOST_WORDS:,} words, are read "
                "for what is written exactly so or fits a pattern; there may be more that match"
            )
        self._texts -= min(most, len(candidates))
        self._words -= int(words[:most][-1]) if len(words[:most]) else 0
        return candidates[:most]

    def _row(self, words: Sequence[Query], gap: int, boost: float) -> Node:
        """Words that stand together; their scores add up."""
        if not words:
            return self._nothing()
        made = {word: self.node(word) for word in dict.fromkeys(words)}
        nodes = [node for word in words if isinstance(node := made[word], Terms)]
        if len(nodes) < len(words):
            return self._nothing()
        every = reduce(np.bitwise_and, (node.matches for node in nodes), self._inside)
        near = documents_near(self._segment, [node.entries.terms for node in nodes], every, gap)
        terms = Terms(self._segment, [term for node in nodes for term in node.terms])
        found: Node = Restricted(terms, near) if near.any() else self._nothing()
        return found if boost == 1.0 else Weighted(found, boost)

    def _children(self, query: And | Or) -> list[Node]:
        return [self.node(child) for child in query.subqueries]

    def _boosted(self, node: Node, query: And | Or) -> Node:
        return node if query.boost == 1.0 else Weighted(node, query.boost)

    def _terms(self, field: str, numbers: Sequence[int], weight: float) -> Node:
        """Terms of a field, added up; keys and years all score the same."""
        if not numbers:
            return self._nothing()
        node = Terms(self._segment, [WeightedTerm(field, number, weight) for number in numbers])
        return node if field in WORD_FIELDS else Constant(node.matches, weight)

    def _nothing(self) -> Node:
        return Nothing(np.zeros(self._segment.blocks, np.uint32), 0.0)

    def _all(self) -> Array:
        found = np.full(self._segment.blocks, 0xFFFFFFFF, np.uint32)
        rest = self._segment.count & 31
        if rest:
            found[-1] = (1 << rest) - 1
        return found

    _makers: ClassVar[dict[type, Callable[["_Compiler", Any], Node]]] = {
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
        Fitting: _fitting,
        Written: _written,
        Spoken: _spoken,
    }


def _any(segment: Segment, nodes: Sequence[Node]) -> Node:
    """Alternatives; those that are plain terms are joined, and scored together."""
    found = [node for node in nodes if not isinstance(node, Nothing)]
    if len(found) < 2:
        return found[0] if found else nodes[0]
    plain = [node for node in found if isinstance(node, Terms)]
    if len(plain) < 2:
        return AnyOf(found)
    joined = Terms(segment, _each_once([term for node in plain for term in node.terms]))
    others = [node for node in found if not isinstance(node, Terms)]
    return AnyOf([joined, *others]) if others else joined


def _each_once(terms: Sequence[WeightedTerm]) -> list[WeightedTerm]:
    """Terms with each that is there several times as one, of the weight of all of these.

    Without it, patterns that fit most words of an archive would each bring all of them.
    """
    found: dict[tuple[int, int], WeightedTerm] = {}
    for term in terms:
        key = term.number, id(term.inside)
        before = found.get(key)
        found[key] = term if before is None else before.heavier(term.weight)
    return list(found.values())


def _bytes(text: "str | bytes") -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _text(term: bytes) -> str:
    return term.decode("utf-8", "surrogatepass")
