"""A study that cannot mean what it says is refused before anything runs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import Component, LeaveOneOut, Mean, Metric, Study
from ablation.errors import (
    AlreadyOffError,
    DuplicateNameError,
    SameComponentError,
    StudyError,
    UnknownComponentError,
    UnknownSwitchError,
)
from ablation.plan import plan
from ablation.study.definition import differences

CONFIG = {"attention": True, "dropout": 0.1, "model": {"depth": 4}}


def toy(*components: Component, **stated) -> Study:
    parts = components or (Component("attention", switch="attention"),)
    said = {"metrics": [Metric("accuracy")], "seeds": 3, "config": CONFIG, **stated}
    return Study("toy", said.pop("system", "toy:train"), parts, LeaveOneOut(), **said)


def train(config, seeds):  # the system of a study stated in Python
    return {"accuracy": 1.0}


def test_a_switch_that_is_not_in_the_config_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownSwitchError) as refusal:
        toy(Component("attention", switch="atention"))
    assert refusal.value.nearest == ("attention",)


def test_two_names_for_one_change_are_refused() -> None:
    with pytest.raises(SameComponentError) as refusal:
        toy(
            Component("depth", switch="model.depth", off=1),
            Component("layers", switch="model.depth", off=1.0),
        )
    assert (refusal.value.first, refusal.value.second) == ("depth", "layers")
    with pytest.raises(SameComponentError):
        toy(Component("a", module="blocks.*"), Component("b", module="blocks.*"))


def test_one_switch_may_be_set_to_two_values() -> None:
    study = toy(
        Component("half", switch="model.depth", off=2),
        Component("one", switch="model.depth", off=1),
    )
    assert len(study.conditions) == 3
    toy(Component("a", module="blocks.*"), Component("b", module="blocks.*", by=Mean()))


def test_a_component_that_is_off_already_is_refused() -> None:
    with pytest.raises(AlreadyOffError, match=r"dropout = 0\.1"):
        toy(Component("dropout", switch="dropout", off=0.1))


@pytest.mark.parametrize(
    "stated",
    [
        {"seeds": 0},
        {"seeds": True},
        {"seeds": [0, -1]},
        {"seeds": [0.5]},
        {"seeds": [2**63]},
        {"metrics": []},
        {"system": "toy"},
        {"system": ":train"},
        {"config": {"attention": True, "rate": float("nan")}},
    ],
)
def test_nonsense_is_refused(stated: dict[str, object]) -> None:
    with pytest.raises((StudyError, ValueError), match=r"\w+"):
        toy(**stated)


def test_one_name_for_two_things_is_refused() -> None:
    with pytest.raises(DuplicateNameError, match="component"):
        toy(Component("a", switch="attention"), Component("a", switch="dropout", off=0.0))
    with pytest.raises(DuplicateNameError, match="seed"):
        toy(seeds=[1, 1])
    with pytest.raises(DuplicateNameError, match="metric"):
        toy(metrics=[Metric("m"), Metric("m")])


def test_a_component_is_found_by_name_and_a_typo_is_not() -> None:
    study = toy()
    assert study.component("attention").switch == "attention"
    with pytest.raises(UnknownComponentError, match="Did you mean attention"):
        study.component("atention")


def test_a_function_is_known_by_its_name_and_a_local_one_is_not_importable() -> None:
    assert toy(system=train).system.endswith(":train")
    assert toy(system=train).function is train
    assert not toy(system=lambda config, seeds: {}).importable
    with pytest.raises(StudyError, match="pass a function"):
        toy(system=3)


@given(
    seeds=st.lists(st.integers(0, 2**63 - 1), unique=True, min_size=1, max_size=4),
    off=st.none() | st.booleans() | st.integers(5, 9) | st.text("ab") | st.just([1, 2]),
    equivalence=st.none() | st.floats(0, 1),
    module=st.none() | st.just("blocks.*"),
)
def test_a_study_reads_back_from_its_definition(seeds, off, equivalence, module) -> None:
    study = toy(
        Component("depth", switch="model.depth", off=off, module=module, by=Mean()),
        metrics=[Metric("loss", higher_is_better=False, equivalence=equivalence)],
        seeds=seeds,
        question="Does it matter?",
    )
    again = Study.from_definition(study.definition())
    assert again.text == study.text
    assert [each.key for each in plan(again).trials] == [each.key for each in plan(study).trials]


def test_the_digest_of_a_definition_is_that_of_its_words_not_of_their_order_in_tables() -> None:
    turned = dict(reversed(CONFIG.items()))
    assert toy(config=turned) == toy()
    assert hash(toy(config=turned)) == hash(toy())
    assert toy(seeds=[2, 1, 0]) != toy()


@pytest.mark.parametrize(
    ("stated", "differing"),
    [
        ({"seeds": 4}, ("seeds",)),
        ({"config": {**CONFIG, "model": {"depth": 5}}}, ("config.model.depth",)),
        ({"config": {**CONFIG, "extra": None}}, ("config.extra",)),
        ({"metrics": [Metric("accuracy", equivalence=0.1)]}, ("metrics.accuracy.equivalence",)),
        ({"metrics": [Metric("loss")]}, ("metrics.accuracy", "metrics.loss")),
        ({"question": "Why?"}, ("question",)),
    ],
)
def test_differences_name_the_keys(stated: dict[str, object], differing: tuple[str, ...]) -> None:
    assert differences(toy().definition(), toy(**stated).definition()) == differing


def test_another_order_of_components_is_a_difference() -> None:
    parts = (Component("a", switch="attention"), Component("b", switch="dropout", off=0.0))
    there, back = toy(*parts).definition(), toy(*reversed(parts)).definition()
    assert differences(there, back) == ("the order of components",)
