from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from whoosh.fields import Schema
from whoosh.qparser.plugins import Plugin, TaggingPlugin
from whoosh.qparser.syntax import GroupNode
from whoosh.qparser.taggers import Tagger
from whoosh.query import Query

class QueryParser:
    fieldname: str | None
    schema: Schema | None
    termclass: Callable[..., Query]
    phraseclass: Callable[..., Query]
    group: type[GroupNode]
    plugins: list[Plugin | TaggingPlugin]
    def __init__(
        self,
        fieldname: str | None,
        schema: Schema | None,
        plugins: Sequence[Plugin | TaggingPlugin | type[Plugin | TaggingPlugin]] | None = None,
        termclass: Callable[..., Query] = ...,
        phraseclass: Callable[..., Query] = ...,
        group: type[GroupNode] = ...,
    ) -> None: ...
    def default_set(self) -> list[Plugin | TaggingPlugin]: ...
    def add_plugins(self, pins: Iterable[Plugin | TaggingPlugin]) -> None: ...
    def add_plugin(self, pin: Plugin | TaggingPlugin | type[Plugin | TaggingPlugin]) -> None: ...
    def remove_plugin(self, pi: Plugin | TaggingPlugin) -> None: ...
    def remove_plugin_class(self, cls: type) -> None: ...
    def replace_plugin(self, plugin: Plugin | TaggingPlugin) -> None: ...
    def multitoken_query(
        self,
        spec: str,
        texts: list[str],
        fieldname: str,
        termclass: Callable[..., Query],
        boost: float,
    ) -> Query: ...
    def term_query(
        self,
        fieldname: str,
        text: str,
        termclass: Callable[..., Query],
        boost: float = 1.0,
        tokenize: bool = True,
        removestops: bool = True,
    ) -> Query | None: ...
    def taggers(self) -> list[Tagger]: ...
    def filters(self) -> list[Callable[[QueryParser, GroupNode], GroupNode]]: ...
    def tag(self, text: str, pos: int = 0, debug: bool = False) -> GroupNode: ...
    def filterize(self, nodes: GroupNode, debug: bool = False) -> GroupNode: ...
    def process(self, text: str, pos: int = 0, debug: bool = False) -> GroupNode: ...
    def parse(self, text: str, normalize: bool = True, debug: bool = False) -> Query: ...

def MultifieldParser(
    fieldnames: Sequence[str],
    schema: Schema | None,
    fieldboosts: Mapping[str, float] | None = None,
    **kwargs: Any,
) -> QueryParser: ...
