"""Columnar index: segments of flat arrays, and `ColumnarCodec`, the same arrays for Whoosh."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archivesearch.columnar.whoosh_api.codec import ColumnarCodec

__all__ = ["ColumnarCodec"]


def __getattr__(name: str) -> Any:
    """Import the codec on first access: a search never needs it."""
    if name != "ColumnarCodec":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from archivesearch.columnar.whoosh_api.codec import ColumnarCodec

    return ColumnarCodec
