from collections.abc import Callable, Iterable, Iterator
from typing import Any

from whoosh.analysis import Composable, Token
from whoosh.columns import Column
from whoosh.formats import Format
from whoosh.query import Query
from whoosh.reading import IndexReader

class FieldConfigurationError(Exception): ...
class UnknownFieldError(Exception): ...

class FieldType:
    analyzer: Callable[..., Iterator[Token]] | None
    format: Format | None
    scorable: bool
    stored: bool
    unique: bool
    vector: Format | None
    indexed: bool
    multitoken_query: str
    sortable_typecode: str | None
    column_type: Column | None
    def __init__(
        self,
        format: Format,
        analyzer: Composable,
        scorable: bool = False,
        stored: bool = False,
        unique: bool = False,
        multitoken_query: str = "default",
        sortable: bool | Column = False,
        vector: bool | Format | None = None,
    ) -> None: ...
    def index(self, value: Any, **kwargs: Any) -> Iterable[tuple[bytes, int, float, bytes]]: ...
    def tokenize(self, value: str, **kwargs: Any) -> Iterator[Token]: ...
    def process_text(
        self, qstring: str, mode: str = "", **kwargs: Any
    ) -> Iterable[str | bytes]: ...
    def to_bytes(self, value: Any) -> bytes: ...
    def from_bytes(self, bs: bytes) -> Any: ...
    def to_column_value(self, value: Any) -> Any: ...
    def from_column_value(self, value: Any) -> Any: ...
    def set_sortable(self, sortable: bool | Column) -> None: ...
    def sortable_terms(self, ixreader: IndexReader, fieldname: str) -> Iterable[bytes]: ...
    def default_column(self) -> Column: ...
    def self_parsing(self) -> bool: ...
    def parse_query(self, fieldname: str, qstring: str, boost: float = 1.0) -> Query: ...
    def parse_range(
        self,
        fieldname: str,
        start: str | None,
        end: str | None,
        startexcl: bool,
        endexcl: bool,
        boost: float = 1.0,
    ) -> Query | None: ...
    def supports(self, name: str) -> bool: ...
    def clean(self) -> None: ...

class ID(FieldType):
    def __init__(
        self,
        stored: bool = False,
        unique: bool = False,
        field_boost: float = 1.0,
        sortable: bool | Column = False,
        analyzer: Composable | None = None,
    ) -> None: ...

class NUMERIC(FieldType):
    numtype: type[int | float]
    bits: int
    decimal_places: int
    shift_step: int
    signed: bool
    min_value: float
    max_value: float
    default: float
    def __init__(
        self,
        numtype: type[int | float] = ...,
        bits: int = 32,
        stored: bool = False,
        unique: bool = False,
        field_boost: float = 1.0,
        decimal_places: int = 0,
        shift_step: int = 4,
        signed: bool = True,
        sortable: bool | Column = False,
        default: float | None = None,
    ) -> None: ...
    def is_valid(self, x: Any) -> bool: ...
    def to_bytes(self, value: Any, shift: int = 0) -> bytes: ...

class STORED(FieldType):
    def __init__(self) -> None: ...

class COLUMN(FieldType):
    def __init__(self, columnobj: Column | None = None) -> None: ...

class KEYWORD(FieldType):
    def __init__(
        self,
        stored: bool = False,
        lowercase: bool = False,
        commas: bool = False,
        scorable: bool = False,
        unique: bool = False,
        field_boost: float = 1.0,
        sortable: bool | Column = False,
        vector: bool | Format | None = None,
        analyzer: Composable | None = None,
    ) -> None: ...

class TEXT(FieldType):
    spelling: bool
    spelling_prefix: str
    def __init__(
        self,
        analyzer: Composable | None = None,
        phrase: bool = True,
        chars: bool = False,
        stored: bool = False,
        field_boost: float = 1.0,
        multitoken_query: str = "default",
        spelling: bool = False,
        sortable: bool | Column = False,
        lang: str | None = None,
        vector: bool | Format | None = None,
        spelling_prefix: str = "spell_",
    ) -> None: ...

class Schema:
    def __init__(self, **fields: FieldType | type[FieldType]) -> None: ...
    def copy(self) -> Schema: ...
    def __iter__(self) -> Iterator[FieldType]: ...
    def __getitem__(self, name: str) -> FieldType: ...
    def __len__(self) -> int: ...
    def __contains__(self, fieldname: str) -> bool: ...
    def items(self) -> list[tuple[str, FieldType]]: ...
    def names(self, check_names: Iterable[str] | None = None) -> list[str]: ...
    def add(
        self, name: str, fieldtype: FieldType | type[FieldType], glob: bool = False
    ) -> None: ...
    def remove(self, fieldname: str) -> None: ...
    def stored_names(self) -> list[str]: ...
    def scorable_names(self) -> list[str]: ...

class DATETIME(NUMERIC): ...

class BOOLEAN(FieldType):
    def __init__(self, stored: bool = False, field_boost: float = 1.0) -> None: ...

class NGRAM(FieldType):
    def __init__(self, minsize: int = 2, maxsize: int = 4, stored: bool = False) -> None: ...
