"""What is used of py3langid."""

from collections.abc import Sequence
from typing import Self

MODEL_FILE: str

class LanguageIdentifier:
    @classmethod
    def from_model_file(cls, model_file: str, norm_probs: bool = ...) -> Self: ...
    @property
    def labels(self) -> list[str]: ...
    def set_languages(self, langs: Sequence[str] | None = ...) -> None: ...
    def classify(self, instance: str | bytes) -> tuple[str, float]: ...
