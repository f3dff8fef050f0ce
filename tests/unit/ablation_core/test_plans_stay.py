"""A plan made today is the one that was made before: a store's trials are found by their keys."""

import struct
from hashlib import shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import (
    AddOneIn,
    Component,
    FractionalFactorial,
    FullFactorial,
    GroupScreening,
    LeaveOneOut,
    Mean,
    Metric,
    Pairs,
    PlackettBurman,
    RandomMasks,
    Shapley,
    ShapleySampling,
    Study,
)
from ablation.canonical import canonical
from ablation.design.lots import lots_below
from ablation.plan import lay_out

# Digests as the first versions of these designs made them; of random masks as the second did.
DIGESTS = {
    "LeaveOneOut()": ("731c23ff5c8f438dac5b6a73e226bb3e80c7c1d6a451b1f7be939de58ad912d3"),
    "AddOneIn()": ("79b3a664894a1b002e255fd8ce61c1dd63c478d9f9be296a6f91b183f8bbe89c"),
    "Pairs()": ("4ff25f37838c167822c588ab7276efd02d5a8e2e73bce80c430c362967a82318"),
    "FullFactorial()": ("b1b00cd964da2a3136e6073e157569352386b85e98fafb459ca990b399a6b2e0"),
    "FractionalFactorial(resolution=4, generators=())": (
        "8bd83ad057300ce39429e368ba4dbd2d7ed083a52b6d93efd890f7095601a286"
    ),
    "PlackettBurman(folded=False)": (
        "40013ec9b0dd854ebf563be5e7759ca60c137c478da650ac6f0d7a6c2f606e6c"
    ),
    "Shapley()": ("b1b00cd964da2a3136e6073e157569352386b85e98fafb459ca990b399a6b2e0"),
    "ShapleySampling(permutations=4, antithetic=True, block=0)": (
        "0b284c8862ed1e516473b58ee65010523b16de06db18ecf940f20df346189e86"
    ),
    "GroupScreening(groups=mappingproxy({}), size=2)": (
        "30afd0aacf58af4c311291908af9305afc7b363c72bf2b1f2e9a92a773a381ab"
    ),
    "RandomMasks(masks=9, share=0.5, block=0)": (
        "e72c97352325fdff83dec944ef6134ed74dd90e0ba1db302399dad6e8d38b57d"
    ),
    "RandomMasks(masks=20, share=0.3, block=0)": (
        "69430a681f9a8f8e9da7a4fd08a2a70eada925bb0b58c7b40f41b72507f08b9a"
    ),
}


def study(design) -> Study:
    """Seven components of every kind, nested and listed, some of them patched too."""
    config = {
        "a": True, "é": 0.5, "model": {"depth": 4, "norm": {"kind": "layer"}},
        "features": ["age", "sex", "age"],
    }  # fmt: skip
    parts = [
        Component("a", switch="a", module="blocks.*", by=Mean()),
        Component("é", procedure="é", off=0),
        Component("depth", switch="model.depth", off=1, module="head"),
        Component("norm", switch="model.norm.kind", off=None),
        Component("age", feature="age"),
        Component("sex", feature="sex"),
        Component("neck", module="neck"),
    ]
    return Study("stays", "t:t", parts, design, [Metric("m")], 3, config=config, evaluate="t:e")


DESIGNS = [
    LeaveOneOut(), AddOneIn(), Pairs(), FullFactorial(), FractionalFactorial(4), PlackettBurman(),
    Shapley(), ShapleySampling(4), GroupScreening(size=2), RandomMasks(9),
    RandomMasks(20, share=0.3),
]  # fmt: skip


@pytest.mark.parametrize("design", DESIGNS, ids=repr)
def test_the_digest_of_a_plan_stays(design) -> None:
    assert lay_out(study(design)).digest == DIGESTS[repr(design)]


@given(st.integers(0, 2**16), st.integers(1, 2000), st.integers(0, 99))
def test_what_is_below_a_limit_is_told_from_the_upper_byte_where_it_can_be(
    limit: int, count: int, key: int
) -> None:
    stream = shake_256(canonical(["mask", key]).encode()).digest(2 * count)
    lots = struct.unpack(f"<{count}H", stream)
    told = "".join("1" if each < limit else "0" for each in lots)
    assert lots_below(limit, count, "mask", key).decode() == told
