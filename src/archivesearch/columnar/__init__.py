"""Passages in flat arrays; and `ColumnarCodec`, the same arrays for indexes of Whoosh's own."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archivesearch.columnar.whoosh_api.codec import ColumnarCodec

__all__ = ["ColumnarCodec"]


def __getattr__(name: str) -> Any:
    """Import the codec when it is asked for: a search never needs it."""
    if name != "ColumnarCodec":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from archivesearch.columnar.whoosh_api.codec import ColumnarCodec

    return ColumnarCodec
