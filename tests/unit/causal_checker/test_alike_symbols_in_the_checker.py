"""Bound values that may change places are numbered the same way, whatever order sets have."""

import os
import subprocess
import sys

import pytest

from causal.checker.reading import meaning, normal, read

# Two copies of one ratio stand in a sum: (V0, V2) of one and of the other may change places.
ASKED = """
from causal import ADMG, identify
graph = "V0 -> V1; V1 -> V3; V3 -> V5; V0 <-> V3; V0 <-> V4; V0 <-> V5; V2 <-> V3"
print(type(identify(ADMG.parse(graph), "P(V2, V5 | do(V0), V3)")).__name__)
"""


@pytest.mark.parametrize("seed", range(4))
def test_no_order_of_sets_makes_a_true_answer_be_refused(seed: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ASKED], env=os.environ | {"PYTHONHASHSEED": str(seed)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout == "Identified\n", ended.stderr


def test_pairs_that_change_places_together_are_one_formula_and_mixed_pairs_another() -> None:
    together = "Σ_{A, A', B, B'} P(A, B) P(A', B') P(C | A, B) P(C | A', B')"
    swapped = "Σ_{A, A', B, B'} P(A', B') P(A, B) P(C | A', B') P(C | A, B)"
    crossed = "Σ_{A, A', B, B'} P(A, B) P(A', B') P(C | A, B') P(C | A', B)"
    forms = [normal(meaning(read(each))) for each in (together, swapped, crossed)]
    assert forms[0] == forms[1]
    assert forms[0] != forms[2]
