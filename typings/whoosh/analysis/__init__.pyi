from collections.abc import Iterable, Iterator
from typing import Any

class CompositionError(Exception): ...

class Token:
    positions: bool
    chars: bool
    stopped: bool
    boost: float
    removestops: bool
    mode: str
    text: str
    original: str
    pos: int
    startchar: int
    endchar: int
    fieldname: str
    def __init__(
        self,
        positions: bool = False,
        chars: bool = False,
        removestops: bool = True,
        mode: str = "",
        **kwargs: Any,
    ) -> None: ...
    def copy(self) -> Token: ...

class Composable:
    is_morph: bool
    def __or__(self, other: Composable) -> CompositeAnalyzer: ...
    def has_morph(self) -> bool: ...

class Analyzer(Composable):
    def __call__(self, value: str, **kwargs: Any) -> Iterator[Token]: ...
    def clean(self) -> None: ...

class CompositeAnalyzer(Analyzer):
    items: list[Composable]
    def __init__(self, *composables: Composable) -> None: ...

# Whoosh's signatures name the keyword arguments of every tokenizer one by one. What they
# have in common is this, and what a subclass has to accept.
class Tokenizer(Composable):
    def __call__(self, value: str, **kwargs: Any) -> Iterator[Token]: ...

class IDTokenizer(Tokenizer): ...

class RegexTokenizer(Tokenizer):
    def __init__(self, expression: Any = ..., gaps: bool = False) -> None: ...

class Filter(Composable):
    def __call__(self, tokens: Iterable[Token]) -> Iterator[Token]: ...

class LowercaseFilter(Filter): ...

def IDAnalyzer(lowercase: bool = False) -> Composable: ...
def KeywordAnalyzer(lowercase: bool = False, commas: bool = False) -> Composable: ...
def StandardAnalyzer(
    expression: Any = ...,
    stoplist: Iterable[str] | None = ...,
    minsize: int = 2,
    maxsize: int | None = None,
    gaps: bool = False,
) -> Composable: ...
