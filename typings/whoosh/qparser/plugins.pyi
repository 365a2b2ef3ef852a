import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from whoosh.qparser.default import QueryParser
from whoosh.qparser.syntax import (
    FieldnameNode,
    GroupNode,
    Operator,
    SyntaxNode,
    TextNode,
    WordNode,
)
from whoosh.qparser.taggers import RegexTagger, Tagger

_Taggers = Sequence[tuple[Tagger, int]]
_Filters = Sequence[tuple[Callable[[QueryParser, GroupNode], GroupNode], int]]
_Pattern = str | re.Pattern[str]

class Plugin:
    def taggers(self, parser: QueryParser) -> _Taggers: ...
    def filters(self, parser: QueryParser) -> _Filters: ...

class TaggingPlugin(RegexTagger):
    priority: int
    nodetype: Callable[..., SyntaxNode]
    # A subclass may give a pattern as a string; `__init__` compiles it.
    expr: _Pattern  # type: ignore[assignment]
    def __init__(self, expr: _Pattern | None = None) -> None: ...
    def taggers(self, parser: QueryParser) -> _Taggers: ...
    def filters(self, parser: QueryParser) -> _Filters: ...

class WhitespacePlugin(TaggingPlugin):
    def __init__(self, expr: _Pattern = r"\s+") -> None: ...

class SingleQuotePlugin(TaggingPlugin): ...

class PrefixPlugin(TaggingPlugin):
    class PrefixNode(TextNode): ...

class WildcardPlugin(TaggingPlugin):
    qmarks: ClassVar[str]
    class WildcardNode(TextNode): ...

    def do_wildcards(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...

class RegexPlugin(TaggingPlugin):
    class RegexNode(TextNode): ...

class BoostPlugin(TaggingPlugin):
    class BoostNode(SyntaxNode):
        original: str
        def __init__(self, original: str, boost: float) -> None: ...

    def clean_boost(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...
    def do_boost(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...

class GroupPlugin(Plugin):
    class OpenBracket(SyntaxNode): ...
    class CloseBracket(SyntaxNode): ...

    openexpr: _Pattern
    closeexpr: _Pattern
    def __init__(self, openexpr: _Pattern = "[(]", closeexpr: _Pattern = "[)]") -> None: ...
    def do_groups(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...

class EveryPlugin(TaggingPlugin):
    class EveryNode(SyntaxNode): ...

class FieldsPlugin(TaggingPlugin):
    class FieldnameTagger(RegexTagger):
        def create(self, parser: QueryParser, match: re.Match[str]) -> FieldnameNode: ...

    removeunknown: bool
    def __init__(
        self, expr: _Pattern = r"(?P<text>\w+|[*]):", remove_unknown: bool = True
    ) -> None: ...
    def do_fieldnames(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...

class FuzzyTermPlugin(TaggingPlugin):
    class FuzzinessNode(SyntaxNode):
        maxdist: int
        prefixlength: int
        original: str
        def __init__(self, maxdist: int, prefixlength: int, original: str) -> None: ...

    class FuzzyTermNode(TextNode):
        maxdist: int
        prefixlength: int
        def __init__(self, wordnode: WordNode, maxdist: int, prefixlength: int) -> None: ...

    def do_fuzzyterms(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...

class PhrasePlugin(Plugin):
    wordexpr: ClassVar[re.Pattern[str]]

    class PhraseNode(TextNode):
        textstartchar: int
        slop: int
        def __init__(self, text: str, textstartchar: int, slop: int = 1) -> None: ...

    class PhraseTagger(RegexTagger): ...

    expr: _Pattern
    def __init__(self, expr: _Pattern = ...) -> None: ...

class SequencePlugin(Plugin):
    def __init__(self, expr: _Pattern = ...) -> None: ...

class RangePlugin(Plugin):
    class RangeTagger(RegexTagger):
        excl_start: str
        excl_end: str
        def __init__(self, expr: re.Pattern[str], excl_start: str, excl_end: str) -> None: ...

    expr: _Pattern
    excl_start: str
    excl_end: str
    def __init__(
        self, expr: _Pattern | None = None, excl_start: str = "{", excl_end: str = "}"
    ) -> None: ...

class OperatorsPlugin(Plugin):
    class OpTagger(RegexTagger):
        grouptype: type[GroupNode]
        optype: type[Operator]
        leftassoc: bool
        memo: str
        def __init__(
            self,
            expr: _Pattern,
            grouptype: type[GroupNode],
            optype: type[Operator] = ...,
            leftassoc: bool = True,
            memo: str = "",
        ) -> None: ...

    ops: list[tuple[OpTagger, int]]
    def __init__(
        self,
        ops: Sequence[tuple[OpTagger, int]] | None = None,
        clean: bool = False,
        And: _Pattern | None = ...,
        Or: _Pattern | None = ...,
        AndNot: _Pattern | None = ...,
        AndMaybe: _Pattern | None = ...,
        Not: _Pattern | None = ...,
        Require: _Pattern | None = ...,
    ) -> None: ...
    def do_operators(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...

class PlusMinusPlugin(Plugin):
    def __init__(self, plusexpr: _Pattern = r"\+", minusexpr: _Pattern = "-") -> None: ...

class MultifieldPlugin(Plugin):
    fieldnames: Sequence[str]
    boosts: Mapping[str, float]
    group: type[GroupNode]
    def __init__(
        self,
        fieldnames: Sequence[str],
        fieldboosts: Mapping[str, float] | None = None,
        group: type[GroupNode] = ...,
    ) -> None: ...
    def do_multifield(self, parser: QueryParser, group: GroupNode) -> GroupNode: ...

class FieldAliasPlugin(Plugin):
    def __init__(self, fieldmap: Mapping[str, Sequence[str]]) -> None: ...
