"""The report says how components depend on each other, where the design can tell."""

import pytest

import ablation
from ablation import Component, Metric, Study, Trial, Trials
from ablation.plan import lay_out
from ablation.report.study import study_page


def trials(design: str, better: bool = True) -> Trials:
    """Two that need each other, two of which one would do; the rest adds up."""
    parts = [Component(name, switch=name) for name in "abcd"]
    study = Study(
        "toy", "t:t", parts, design, [Metric("m", better)], 4, config=dict.fromkeys("abcd", True)
    )
    sign = 1 if better else -1

    def value(config: dict[str, bool], seed: int) -> float:
        on = {name: float(config[name]) for name in "abcd"}
        return sign * (3 * on["a"] * on["b"] + 2 * max(on["c"], on["d"])) + 0.01 * seed**2

    return Trials(
        study,
        [
            Trial(
                study="toy", condition=each.condition, component=each.component, seed=each.seed,
                status="done", metrics={"m": value(each.config, each.seed + 3 * number % 5)},
            )
            for number, each in enumerate(lay_out(study).trials)
        ],
    )  # fmt: skip


@pytest.mark.parametrize("better", [True, False])
@pytest.mark.parametrize("design", ["pairs", "full-factorial", "shapley"])
def test_who_needs_whom_and_who_stands_in_for_whom_is_told(design: str, better: bool) -> None:
    page = study_page(trials(design, better)).render()
    assert "How components depend on each other: m" in page
    needs, instead = page.index(": stronger together."), page.index(": overlap.")
    assert page[:needs].rstrip().count("is worth") < page[:instead].count("is worth")
    assert "stronger together →" in page if better else "← stronger together" in page


def test_a_design_without_pairs_has_no_such_section() -> None:
    assert "depend on each other:" not in study_page(trials("leave-one-out")).render()


def test_the_interaction_index_of_shapley_is_that_of_its_definition() -> None:
    """By dividends (Harsanyi): a pair gets its own whole and 1/(s-1) of those of s that hold it."""
    index = ablation.interactions(trials("shapley")).set_index("component")["effect"]
    assert index["a x b"] == pytest.approx(3, abs=0.2)
    assert index["c x d"] == pytest.approx(-2, abs=0.2)
    assert index["a x c"] == pytest.approx(0, abs=0.2)


def test_an_interaction_of_exactly_nothing_does_not_ask_whether_the_ablation_acted() -> None:
    toy = trials("pairs")
    flat = [
        Trial(
            study="toy", condition=each.condition, component=each.component, seed=each.seed,
            status="done", metrics={"m": 1.0 + 2 * each.config["a"]},
        )
        for each in lay_out(toy.study).trials
    ]  # fmt: skip
    told = ablation.interactions(Trials(toy.study, flat)).set_index("component")["note"]
    assert told["a x b"] == "no interval: both sides are the same on every seed"
