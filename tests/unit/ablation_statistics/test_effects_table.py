"""What the table of effects promises, row by row."""

import math

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies.handmade_trials import made

import ablation
from ablation import Metric
from ablation.errors import AblationError, UnknownNameError
from ablation.statistics import ModeratedPairedT, PairedT, Welch, effects
from ablation.statistics.effects import NOT_AMONG_SO_MANY, NOT_RUN
from ablation.statistics.methods import IDENTICAL, NO_SEED, NO_SPREAD, ONE_SEED
from ablation.statistics.moderated import APART, BORROWED, TOO_FEW

COLUMNS = [
    "component", "metric", "n", "failed", "baseline", "ablated", "effect", "lower", "upper",
    "p", "p_holm", "cohens_d", "hedges_g", "method", "verdict",
]  # fmt: skip
BASE = [0.90, 0.92, 0.91, 0.93, 0.90]
SEEDED = st.lists(
    st.lists(st.floats(0.1, 0.9).map(lambda x: round(x, 3)), min_size=3, max_size=3),
    min_size=4,
    max_size=6,
)


def test_the_promised_columns_come_first_and_every_component_has_a_row() -> None:
    table = effects(made({"baseline": BASE, "b": BASE, "a": []}, seeds=5))
    assert table.columns[: len(COLUMNS)].tolist() == COLUMNS
    assert table["component"].tolist() == ["b", "a"]


def test_the_effect_is_what_is_lost_and_equals_the_difference_of_the_printed_means() -> None:
    row = effects(made({"baseline": BASE, "a": [0.8, 0.8, 0.83, 0.8, 0.8]}, seeds=5)).loc[0]
    assert row["effect"] == row["baseline"] - row["ablated"]
    assert row["lower"] < row["effect"] < row["upper"]
    assert (row["verdict"], row["n"], row["worst_seed"]) == ("matters", 5, 0)


def test_a_component_that_does_harm_is_said_to_hurt_in_either_direction() -> None:
    better, worse = [0.95, 0.96, 0.97, 0.97, 0.95], [0.8, 0.82, 0.81, 0.84, 0.8]
    runs = {"baseline": BASE, "up": better, "down": worse}
    loss = Metric("loss", higher_is_better=False, equivalence=0.01)
    assert effects(made(runs, seeds=5))["verdict"].tolist() == ["hurts", "matters"]
    table = effects(made(runs, loss, seeds=5))
    assert table["verdict"].tolist() == ["matters", "hurts"]
    assert table["worst_seed"].tolist() == [2, 3]


def test_equivalence_needs_a_region_and_the_whole_interval_in_it() -> None:
    runs = {"baseline": BASE, "a": [0.901, 0.919, 0.911, 0.929, 0.9]}
    assert effects(made(runs, seeds=5)).loc[0, "verdict"] == "equivalent"
    assert effects(made(runs, Metric("m"), seeds=5)).loc[0, "verdict"] == "undecided"
    narrow = Metric("m", equivalence=0.0001)
    assert effects(made(runs, narrow, seeds=5)).loc[0, "verdict"] == "undecided"


def test_a_claim_that_does_not_survive_the_number_of_components_stays_undecided() -> None:
    noise = {f"n{k}": [v + 0.1 * (-1) ** (k + i) for i, v in enumerate(BASE)] for k in range(20)}
    runs = {"baseline": BASE, "a": [0.85, 0.90, 0.86, 0.91, 0.88], **noise}
    alone = {name: runs[name] for name in ("baseline", "a")}
    assert effects(made(alone, seeds=5), by=PairedT()).loc[0, "verdict"] == "matters"
    row = effects(made(runs, seeds=5), by=PairedT()).loc[0]
    assert row["lower"] > 0.01
    assert row["p"] < 0.05 < row["p_holm"]
    assert row["verdict"] == "undecided"
    assert row["note"] == NOT_AMONG_SO_MANY


def test_a_difference_that_is_sure_is_not_yet_sure_to_exceed_the_region() -> None:
    lost = [0.0105, 0.0140, 0.0135, 0.0110, 0.0120]
    runs = {"baseline": BASE, "a": [v - d for v, d in zip(BASE, lost, strict=True)]}
    runs |= {f"n{k}": [v + 0.1 * (-1) ** (k + i) for i, v in enumerate(BASE)] for k in range(20)}
    row = effects(made(runs, seeds=5), by=PairedT()).loc[0]
    assert row["lower"] > 0.01
    assert row["p_holm"] < 0.05 < row["p_beyond"]
    assert (row["verdict"], row["note"]) == ("undecided", NOT_AMONG_SO_MANY)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whoever_is_said_to_matter_or_hurt_passes_every_weaker_test_too(
    data: st.DataObject,
) -> None:
    cells = data.draw(SEEDED)
    runs = {"baseline": cells[0], **{f"c{k}": row for k, row in enumerate(cells[1:])}}
    for _, row in effects(made(runs, seeds=3), by=PairedT()).iterrows():
        claimed = row["verdict"] in {"matters", "hurts"}
        assert claimed == (row["p_beyond"] <= 0.05)
        if claimed:
            assert min(abs(row["lower"]), abs(row["upper"])) > 0.01
            assert row["p_holm"] <= 0.05


def test_only_seeds_that_finished_both_conditions_count_and_the_rest_is_said() -> None:
    runs = {"baseline": [None, *BASE[1:]], "a": [0.8, 0.83, None, 0.8, 0.84]}
    row = effects(made(runs, seeds=5)).loc[0]
    assert (row["n"], row["failed"]) == (3, 1)
    assert row["baseline"] == pytest.approx((BASE[1] + BASE[3] + BASE[4]) / 3)
    assert "seed 0, 2" in row["note"]


@pytest.mark.parametrize("by", [ModeratedPairedT(), PairedT(), Welch()])
@pytest.mark.parametrize(
    ("ablated", "n", "note"),
    [([], 0, NOT_RUN), ([None] * 5, 0, NO_SEED), ([0.8], 1, ONE_SEED)],
)
def test_too_few_seeds_give_a_reason_and_no_interval(
    by: PairedT, ablated: list[float | None], n: int, note: str
) -> None:
    row = effects(made({"baseline": BASE, "a": ablated}, seeds=5), by=by).loc[0]
    assert (row["n"], row["verdict"]) == (n, "undecided")
    assert row["note"].startswith(note)
    assert all(math.isnan(row[name]) for name in ("lower", "upper", "p", "p_holm", "cohens_d"))


def test_a_baseline_that_never_finished_leaves_every_component_unestimated() -> None:
    table = effects(made({"baseline": [None] * 3, "a": BASE[:3], "b": BASE[:3]}, seeds=3))
    assert table["n"].tolist() == [0, 0]
    assert table["effect"].isna().all()


def test_a_run_that_diverged_is_left_out_and_named() -> None:
    row = effects(made({"baseline": BASE, "a": [0.8, 1e200, 0.83, 0.8, 0.82]}, seeds=5)).loc[0]
    assert row["n"] == 4
    assert "diverged to 1e+200: seed 1" in row["note"]


def test_differences_without_spread_get_no_interval_of_their_own() -> None:
    shifted = [value - 0.1 for value in BASE]
    table = effects(made({"baseline": BASE, "a": BASE, "b": shifted}, seeds=5), by=PairedT())
    assert table["note"].tolist() == [IDENTICAL, NO_SPREAD]
    assert table[["lower", "upper", "p"]].isna().all(axis=None)
    assert table["verdict"].tolist() == ["undecided", "undecided"]


def test_differences_without_spread_borrow_one_and_say_so() -> None:
    noisy = {f"n{k}": [v - 0.1 - 0.01 * ((i * k) % 3) for i, v in enumerate(BASE)] for k in (1, 2)}
    noisy["n3"] = [0.8, 0.83, 0.8, 0.81, 0.79]
    shifted = [value - 0.1 for value in BASE]
    table = effects(made({"baseline": BASE, "a": BASE, "b": shifted, **noisy}, seeds=5))
    assert table["note"].tolist() == [IDENTICAL, BORROWED, "", "", ""]
    assert (table["lower"] < table["upper"]).all()


def test_an_unstable_component_leaves_the_pool_and_two_seeds_never_enter_it() -> None:
    steady = {f"s{k}": [v - 0.1 + 0.002 * ((i * k) % 5) for i, v in enumerate(BASE)]
              for k in (1, 2, 3)}  # fmt: skip
    wild = [0.9, 0.5, 0.8, 0.2, 0.85]
    runs = {"baseline": BASE, "wild": wild, "short": [0.8, 0.81], **steady}
    table = effects(made(runs, seeds=5)).set_index("component")
    alone = effects(made(runs, seeds=5), by=PairedT()).set_index("component")
    assert table.loc["wild", "note"] == APART
    assert table.loc["short", "note"].startswith(TOO_FEW)
    for name in ("wild", "short"):
        assert table.loc[name, "lower"] == alone.loc[name, "lower"]
        assert table.loc[name, "method"] == "paired t"
    assert set(table.loc[list(steady), "method"]) == {"moderated paired t"}
    apart = effects(made({"baseline": BASE, **steady}, seeds=5)).set_index("component")
    assert table.loc[list(steady), "lower"].equals(apart["lower"])


def test_two_components_are_too_few_to_share_anything() -> None:
    runs = made({"baseline": BASE, "a": [0.8, 0.83, 0.8, 0.81, 0.79], "b": [0.7] * 5}, seeds=5)
    assert effects(runs).equals(effects(runs, by=PairedT()))


def test_welch_uses_every_seed_of_both_conditions() -> None:
    row = effects(made({"baseline": BASE, "a": [None, 0.8, 0.82]}, seeds=5), by=Welch()).loc[0]
    assert (row["n"], row["baseline"]) == (2, pytest.approx(sum(BASE) / 5))
    assert row["note"] == ""


def test_every_metric_has_its_own_family() -> None:
    runs = {"baseline": BASE, "a": [0.8, 0.83, 0.8, 0.81, 0.79], "b": [0.91, 0.9, 0.9, 0.92, 0.9]}
    both = made(runs, Metric("m", equivalence=0.01), Metric("k", higher_is_better=False), seeds=5)
    table = effects(both)
    assert table["metric"].tolist() == ["m", "m", "k", "k"]
    assert table[table["metric"] == "m"]["p_holm"].equals(effects(both, "m")["p_holm"])
    assert set(table.attrs["metrics"]) == {"m", "k"}


def test_the_facts_beside_the_table_hold_the_differences_by_seed() -> None:
    facts = effects(made({"baseline": BASE, "a": [0.8, None, 0.8]}, seeds=5)).attrs["metrics"]
    assert list(facts["accuracy"]["differences"]["a"]) == [0, 2]
    assert facts["accuracy"]["differences"]["a"][0] == pytest.approx(0.1)


def test_an_unknown_metric_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean accuracy"):
        effects(made({"baseline": BASE, "a": BASE}, seeds=5), "acuracy")


@pytest.mark.parametrize("given", ["runs.db", pd.DataFrame({"accuracy": [0.9]}), None])
def test_what_is_no_trials_is_refused_in_a_line(given: object) -> None:
    for asked in (effects, ablation.interactions, ablation.variance_sources, ablation.report):
        with pytest.raises(AblationError, match=r"^trials of a study were expected.*load.*$"):
            asked(given)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, float("nan")])
def test_a_level_that_is_no_share_is_refused(level: float) -> None:
    with pytest.raises(AblationError, match="level"):
        effects(made({"baseline": BASE, "a": BASE}, seeds=5), level=level)


CELL = st.one_of(st.none(), st.floats(-1e6, 1e6, width=32), st.sampled_from([0.0, 0.5, 1.0]))
CELLS = st.lists(st.lists(CELL, max_size=4), min_size=2, max_size=6)


@pytest.mark.parametrize("by", [ModeratedPairedT(), PairedT(), Welch()])
@settings(max_examples=40, deadline=None)
@given(cells=CELLS)
@example(cells=[[0.0, 1.8e-28], [0.5, 0.5]])
@example(cells=[[1e300, -1e300, 1.0], [1.0, 1e-300, 0.0], [1e-200, 0.0, 3e-200]])
def test_whatever_finished_each_row_has_an_interval_or_a_reason(
    by: PairedT, cells: list[list[float | None]]
) -> None:
    runs = {f"c{k}": row for k, row in enumerate(cells[1:])}
    for _, row in effects(made({"baseline": cells[0], **runs}, seeds=4), by=by).iterrows():
        has_interval = row["lower"] < row["effect"] < row["upper"]
        assert has_interval or row["note"]
        assert has_interval == (not math.isnan(row["p"]))
        assert not has_interval or 0 <= row["p"] <= row["p_holm"] <= 1


@settings(max_examples=40, deadline=None)
@given(cells=SEEDED, luck=st.lists(st.integers(-8, 8), min_size=3, max_size=3))
def test_luck_that_a_seed_brings_to_all_conditions_moves_no_paired_effect(
    cells: list[list[float]], luck: list[int]
) -> None:
    names = ["baseline", *(f"c{k}" for k in range(1, len(cells)))]
    plain = dict(zip(names, cells, strict=True))
    lucky = {k: [v + 0.25 * x for v, x in zip(row, luck, strict=True)] for k, row in plain.items()}
    columns = ["effect", "lower", "upper", "p"]
    one, two = (effects(made(runs, seeds=3))[columns] for runs in (plain, lucky))
    assert one.to_numpy() == pytest.approx(two.to_numpy(), rel=1e-6, abs=1e-9, nan_ok=True)


@settings(max_examples=40, deadline=None)
@given(cells=SEEDED, power=st.integers(-6, 6))
def test_other_units_change_the_raw_effects_and_nothing_else(
    cells: list[list[float]], power: int
) -> None:
    names = ["baseline", *(f"c{k}" for k in range(1, len(cells)))]
    plain = dict(zip(names, cells, strict=True))
    scaled = {name: [v * 2.0**power for v in row] for name, row in plain.items()}
    raw, free = ["effect", "lower", "upper"], ["p", "p_holm", "cohens_d", "g_upper", "df"]
    one, two = (effects(made(runs, seeds=3)) for runs in (plain, scaled))
    assert two[raw].to_numpy() == pytest.approx(one[raw].to_numpy() * 2.0**power, nan_ok=True)
    assert two[free].to_numpy() == pytest.approx(one[free].to_numpy(), rel=1e-6, nan_ok=True)
