"""Configurations made fast are those that switching off one component after another makes."""

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ablation import Component, FullFactorial, LeaveOneOut, Metric, Study
from ablation.canonical import canonical, digest
from ablation.design.condition import condition
from ablation.plan import plan
from ablation.plan.altering import Configurations

FLAT = [Component(name, switch=name, off=off) for name, off in (("a", False), ("b", [1, 2]))]
NESTED = [
    Component("depth", switch="model.depth", off=1),
    Component("norm", switch="model.norm.kind", off={"eps": 0.0}),
    Component("rate", procedure="rate", off=0.1),
]
FEATURES = [Component(name, feature=name) for name in ("age", "sex", "income")]
WHOLE = [Component("norm", switch="model.norm", off=None), NESTED[0]]
REACHING = [Component("model", switch="model", off={"depth": 0}), Component("flat", switch="a")]
CONFIG = {
    "a": True,
    "b": 3,
    "rate": 1,
    "model": {"depth": 4, "norm": {"kind": "layer", "eps": 1e-5}, "width": [3, 3]},
    "features": ["age", "sex", "age", "income"],
}


def study(parts: list[Component], **stated: object) -> Study:
    return Study("toy", "t:t", parts, FullFactorial(), [Metric("m")], 2, config=CONFIG, **stated)


@pytest.mark.parametrize(
    "parts", [FLAT, NESTED, FEATURES, WHOLE, REACHING, [*FLAT, *NESTED, *FEATURES]], ids=len
)
def test_every_subset_is_off_as_if_its_members_were_switched_off_one_by_one(
    parts: list[Component],
) -> None:
    known = Configurations(study(parts))
    for mask in range(1 << len(parts)):
        slow = dict(CONFIG)
        for place, each in enumerate(parts):
            if mask >> place & 1:
                slow = each.switched_off(slow)
        made = known.without(mask)
        assert canonical(made) == canonical(slow) == known.text(mask).decode()
        assert dict(made) == dict(known.made(mask))
        assert pickle.loads(pickle.dumps(made)) == slow  # made a line above


@settings(max_examples=30)
@given(st.data())
def test_the_text_of_a_long_configuration_is_that_of_its_parts(data) -> None:
    """Long lists, long texts and many switches: stretches of all kinds, some known by heart."""
    items = [f"item {index}" for index in range(20)]
    config = {
        "features": items, "short": items[:3], "long": "x" * 10_000,
        **{f"c{index}": {"on": True, "text": "é" * index} for index in range(30)},
    }  # fmt: skip
    parts = [
        *(Component(each, feature=each) for each in items),
        *(Component(f"{each} too", switch="short", feature=each) for each in items[:3]),
        *(Component(f"c{index}", switch=f"c{index}.on") for index in range(30)),
        Component("long", switch="long", off="\u2028"),
    ]
    stated = Study("toy", "t:t", parts, LeaveOneOut(), [Metric("m")], 2, config=config)
    known = Configurations(stated)
    for mask in data.draw(st.lists(st.integers(0, 2 ** len(parts) - 1), min_size=1, max_size=5)):
        slow = condition(parts, mask).configured(stated.config)
        assert known.text(mask).decode() == canonical(slow) == canonical(known.made(mask))


@pytest.mark.parametrize("parts", [FLAT, NESTED, [*NESTED, *FEATURES]], ids=len)
def test_the_key_of_a_trial_is_the_digest_of_what_decides_it(parts: list[Component]) -> None:
    laid = plan(study(parts))
    for each in laid.trials:
        asked = {"study": "toy", "system": "t:t", "seed": each.seed, "config": each.config}
        assert each.key == digest(asked)
    rows = [[each.condition, each.seed, each.key] for each in laid.trials]
    assert laid.digest == digest(rows)


def test_components_that_reach_into_each_other_are_still_switched_off_in_turn() -> None:
    within = [Component("depth", switch="model.depth", off=1), Component("model", switch="model")]
    known = Configurations(study(within))
    assert canonical(known.without(0b11)) == canonical({**CONFIG, "model": False})
