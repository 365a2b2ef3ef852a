"""A short run of the fuzz harness in `tests/fuzz/`."""

import pytest

from fuzz.mutations import make
from fuzz.trial import attempt


@pytest.mark.parametrize("part", range(4))
def test_any_input_is_read_or_skipped(part: int) -> None:
    outcomes = [attempt(2, number) for number in range(100 * part, 100 * part + 100)]
    assert [outcome.fault for outcome in outcomes if outcome.fault] == []
    assert sum(outcome.pages for outcome in outcomes) > 50
    assert sum(outcome.skipped + outcome.refused for outcome in outcomes) > 10


def test_a_number_always_makes_the_same_input() -> None:
    assert all(make(1, number) == make(1, number) for number in range(50))
