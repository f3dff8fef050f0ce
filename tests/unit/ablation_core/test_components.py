"""A component changes its own switch and nothing else; nonsense is refused with a hint."""

import pytest

import ablation
from ablation import Component, Mean, Noise, Skip, Zero
from ablation.errors import StudyError, UnknownNameError, UnknownSwitchError
from ablation.operators import operator


def test_switching_off_changes_one_key_and_leaves_the_configuration_alone() -> None:
    config = {"attention": True, "model": {"depth": 4, "width": 8}}
    depth = Component("depth", switch="model.depth", off=1)
    assert depth.switched_off(config) == {"attention": True, "model": {"depth": 1, "width": 8}}
    assert config == {"attention": True, "model": {"depth": 4, "width": 8}}


def test_a_key_with_a_dot_in_it_comes_before_a_nested_one() -> None:
    config = {"a.b": 1, "a": {"b": 2}}
    assert Component("x", switch="a.b", off=0).switched_off(config) == {"a.b": 0, "a": {"b": 2}}


def test_an_unknown_switch_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownSwitchError, match=r"Did you mean model\.depth"):
        Component("depth", switch="model.depht").switched_off({"model": {"depth": 4}})


def test_a_component_is_off_when_its_switch_says_so_in_any_number_type() -> None:
    dropout = Component("dropout", switch="dropout", off=0)
    assert dropout.is_off({"dropout": 0.0})
    assert not dropout.is_off({"dropout": 0.1})
    assert not dropout.is_off({"dropout": False})


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "switch": "a"},
        {"name": " a", "switch": "a"},
        {"name": "a\nb", "switch": "a"},
        {"name": "a"},
        {"name": "a", "switch": ""},
    ],
)
def test_a_component_needs_a_name_and_something_to_switch_off(wrong: dict[str, str]) -> None:
    with pytest.raises(StudyError):
        Component(**wrong)


def test_both_realisations_are_printed() -> None:
    both = Component("attention", switch="attention", module="blocks.*.attn", by=Mean())
    assert str(both) == "attention (attention = false, mean in blocks.*.attn)"
    assert both.retrains
    assert not Component("attention", module="blocks.*.attn").retrains


@pytest.mark.parametrize("each", [Zero(), Mean(), Skip(), Noise(), Noise(scale=0.25)])
def test_an_operator_reads_back_from_what_it_prints(each) -> None:
    assert operator(str(each)) == each


@pytest.mark.parametrize("text", ["noise(0)", "noise(-1)", "noise(e)", "noise(1e999)"])
def test_noise_needs_a_scale(text: str) -> None:
    with pytest.raises(StudyError):
        operator(text)


def test_an_unknown_operator_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean resample"):
        operator("resampel")


@pytest.mark.parametrize("make", [ablation.Constant, ablation.Scale, ablation.Noise])
def test_an_operator_with_a_number_takes_nothing_else(make):
    with pytest.raises(StudyError, match="needs a number, not 'much'"):
        make("much")


@pytest.mark.parametrize("make", [ablation.ReplaceBy, ablation.OptimalConstant])
def test_an_operator_with_a_function_takes_nothing_else(make):
    with pytest.raises(StudyError, match="needs a module or a function, not 3"):
        make(3)
