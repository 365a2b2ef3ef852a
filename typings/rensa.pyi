"""What is used of rensa."""

import numpy as np
import numpy.typing as npt

class RMinHashDigestMatrix:
    def to_rows(self) -> list[list[int]]: ...

class RMinHash:
    @classmethod
    def digest_matrix_from_flat_token_hashes(
        cls,
        token_hashes: npt.NDArray[np.uint64],
        row_offsets: npt.NDArray[np.uint64],
        num_perm: int,
        seed: int,
    ) -> RMinHashDigestMatrix: ...
