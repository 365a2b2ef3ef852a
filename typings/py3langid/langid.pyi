"""What is used of py3langid."""

from array import array
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

MODEL_FILE: str

class LanguageIdentifier:
    nb_ptc: npt.NDArray[np.float16]
    nb_pc: npt.NDArray[np.float32]
    nb_classes: list[str]
    tk_nextmove: array[int]
    tk_output: list[int]
    tk_row: array[int]

    def __init__(
        self,
        nb_ptc: npt.NDArray[Any],
        nb_pc: npt.NDArray[Any],
        nb_classes: Sequence[str],
        tk_nextmove: array[int],
        tk_output: Sequence[int],
        norm_probs: bool = ...,
        *,
        tk_row: array[int],
    ) -> None: ...
    @classmethod
    def from_model_file(cls, model_file: str, norm_probs: bool = ...) -> Self: ...
    def classify(self, instance: str | bytes) -> tuple[str, float]: ...
