"""The forest of effects: what is in the table is in the picture, at its place."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.handmade_trials import made

from ablation import Metric
from ablation.errors import AblationError, UnknownNameError
from ablation.pages.inert import inert
from ablation.report.forest import forest_plot
from ablation.statistics import effects

BASE = [0.90, 0.92, 0.91, 0.93, 0.90]
RUNS = {
    "baseline": BASE,
    "attention": [0.7, 0.72, 0.69, 0.75, 0.71],
    "noise": [0.95, 0.96, 0.97, 0.97, 0.95],
    "dead": [None] * 5,
    "mlp": [0.89, None, 0.93, 0.92, 0.9],
}
SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("width", [740, 340])
def test_a_forest_has_every_component_from_the_largest_loss_to_the_gain(width: float) -> None:
    table = effects(made(RUNS, seeds=5))
    svg = forest_plot(table, width=width)
    shown = [text for text in texts(svg) if text in RUNS]
    assert shown == ["attention", "mlp", "noise", "dead"]
    assert "not estimated" in texts(svg)
    assert "n = 4, 1 failed" in texts(svg)
    assert inert(svg) == svg == forest_plot(table, width=width)


def test_a_forest_has_one_dot_a_seed_and_one_mark_a_component() -> None:
    root = ET.fromstring(forest_plot(effects(made(RUNS, seeds=5))))
    dots = [c for c in root.iter(f"{SVG}circle") if c.get("r") == "2.3"]
    assert len(dots) == 5 + 5 + 4


def test_a_metric_where_lower_is_better_turns_the_words_not_the_numbers() -> None:
    loss = Metric("loss", higher_is_better=False, equivalence=0.01)
    svg = forest_plot(effects(made(RUNS, loss, seeds=5)))
    assert [t for t in texts(svg) if t in RUNS] == ["noise", "mlp", "attention", "dead"]
    assert texts(svg).index("← worse without") < texts(svg).index("better without →")


def test_an_interval_off_the_scale_ends_in_an_arrow_and_the_rest_stays_legible() -> None:
    wild = {"baseline": [0.9, 0.92], "a": [0.7, 0.9], "b": [0.85, 0.86]}
    svg = forest_plot(effects(made(wild, seeds=2)))
    assert svg.count('fill="none" stroke-width="2"') == 2


def test_a_forest_of_nothing_is_still_a_picture() -> None:
    svg = forest_plot(effects(made({"baseline": [], "a": [], "b": []}, seeds=2)))
    assert texts(svg).count("not estimated") == 2


def test_a_table_without_its_facts_is_refused_and_an_unknown_metric_named() -> None:
    table = effects(made(RUNS, seeds=5))
    with pytest.raises(UnknownNameError, match="accuracy"):
        forest_plot(table, "accurcy")
    with pytest.raises(AblationError, match="attrs"):
        forest_plot(pd.DataFrame(table.to_dict()))


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(
        st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=3), min_size=2, max_size=4
    ),
    width=st.sampled_from([740.0, 340.0]),
)
def test_whatever_finished_can_be_drawn(cells: list[list[float | None]], width: float) -> None:
    runs = {"baseline": cells[0], **{f"c{k}": row for k, row in enumerate(cells[1:])}}
    inert(forest_plot(effects(made(runs, seeds=3)), width=width))
