from typing import TypeVar

from whoosh.query import Query

_Q = TypeVar("_Q", bound=Query | None)

class QueryParserError(Exception):
    cause: object
    def __init__(self, cause: object, msg: str | None = None) -> None: ...

def attach(q: _Q, stxnode: object) -> _Q: ...
