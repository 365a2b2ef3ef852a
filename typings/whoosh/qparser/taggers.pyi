import re
from collections.abc import Callable

from whoosh.qparser.default import QueryParser
from whoosh.qparser.syntax import SyntaxNode

class Tagger:
    def match(self, parser: QueryParser, text: str, pos: int) -> SyntaxNode | None: ...

class RegexTagger(Tagger):
    expr: re.Pattern[str]
    def __init__(self, expr: str | re.Pattern[str]) -> None: ...
    def create(self, parser: QueryParser, match: re.Match[str]) -> SyntaxNode | None: ...

class FnTagger(RegexTagger):
    def __init__(
        self, expr: str | re.Pattern[str], fn: Callable[..., SyntaxNode], memo: str = ""
    ) -> None: ...
