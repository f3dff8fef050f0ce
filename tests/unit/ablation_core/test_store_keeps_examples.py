"""What a trial did on every example rests beside its row, packed, and damage to it is found."""

import math
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import Component, LeaveOneOut, Metric, Study, Trial, examples
from ablation.errors import DamagedStoreError
from ablation.outcomes import Outcomes
from ablation.store import Store, verify

STUDY = Study(
    "toy", "toy:train", [Component("a", switch="a")], LeaveOneOut(), [Metric("m")], 2,
    config={"a": True},
)  # fmt: skip


@given(st.lists(st.one_of(st.booleans(), st.floats(allow_nan=False, allow_infinity=False))))
def test_outcomes_come_back_bit_for_bit(values: list[float]) -> None:
    packed = Outcomes.read(Outcomes.of(values).written())
    assert packed.count == len(values)
    assert [math.copysign(1, x) for x in packed.values()] == [math.copysign(1, x) for x in values]
    assert list(packed.values()) == [float(value) for value in values]


def test_ten_thousand_answers_rest_in_two_kilobytes() -> None:
    right = [float(hash(str(index)) % 10 > 0) for index in range(10_000)]
    assert len(Outcomes.of(right).packed) < 2_500


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_no_finite_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="is not a finite number"):
        Outcomes.of([1.0, bad])


def recorded(path: Path) -> Path:
    with Store.open(path) as store:
        store.register(STUDY)
        for seed in (0, 1):
            given = {"right": Outcomes.of([1, 0, seed]), "loss": Outcomes.of([0.5, 0.25, seed])}
            store.append(
                Trial(
                    study="toy", condition="baseline", component=None, seed=seed, status="done",
                    metrics={"m": 0.5},
                ),
                given,
            )  # fmt: skip
    return path


def test_examples_are_read_by_trial_and_name(tmp_path: Path) -> None:
    path = recorded(tmp_path / "runs.db")
    with Store.read(path) as store:
        found = store.examples("toy")
        assert store.examples("another") == {}
    assert set(found) == {("baseline", 0, 1), ("baseline", 1, 1)}
    assert found["baseline", 1, 1]["right"].values() == (1.0, 0.0, 1.0)
    assert found["baseline", 0, 1]["loss"].values() == (0.5, 0.25, 0.0)
    assert verify(path).sound


def test_examples_are_a_table(tmp_path: Path) -> None:
    table = examples(recorded(tmp_path / "runs.db"))
    assert table.columns.tolist() == ["condition", "seed", "attempt", "name", "example", "outcome"]
    right = table[(table["name"] == "right") & (table["seed"] == 1)]
    assert right["outcome"].tolist() == [1.0, 0.0, 1.0]
    assert right["example"].tolist() == [0, 1, 2]
    assert len(table) == 12
    with Store.open(tmp_path / "none.db") as store:
        store.register(STUDY)
    assert len(examples(tmp_path / "none.db")) == 0


EDITS = {
    "UPDATE examples SET outcomes = (SELECT outcomes FROM examples WHERE id = 2) WHERE id = 1":
        "row 1 of outcomes is not what was written",
    "UPDATE examples SET trial = 7 WHERE id = 1": "row 1 of outcomes is not what was written",
    "DELETE FROM examples WHERE id = 4": "4 rows of outcomes were written and 3 are there",
    "DELETE FROM examples WHERE id = 2": "row 2 of outcomes is missing",
}  # fmt: skip


@pytest.mark.parametrize("edit", EDITS)
def test_a_changed_or_lost_outcome_is_found(tmp_path: Path, edit: str) -> None:
    path = recorded(tmp_path / "runs.db")
    connection = sqlite3.connect(path)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(edit)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()
    assert any(EDITS[edit] in problem for problem in verify(path).problems)
    with Store.read(path) as store, pytest.raises(DamagedStoreError):
        store.examples("toy")
