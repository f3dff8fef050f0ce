"""A store gives back what was put in, in order, once, and only to the study that stated it."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ablation import Component, LeaveOneOut, Metric, Study, Trial, load
from ablation.errors import (
    StoreError,
    StudyBusyError,
    StudyChangedError,
    TrialRecordedError,
    UnknownStudyError,
)
from ablation.store import Store, verify
from ablation.store.schema import create


def study(name: str = "toy", seeds: int = 3) -> Study:
    parts = [Component("a", switch="a")]
    return Study(name, "toy:train", parts, LeaveOneOut(), [Metric("m")], seeds, config={"a": True})


def trial(seed: int = 0, **said) -> Trial:
    facts = {"study": "toy", "condition": "baseline", "component": None}
    return Trial(seed=seed, **{**facts, "status": "done", "metrics": {"m": 0.5}, **said})


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
trials = st.builds(
    trial,
    metrics=st.dictionaries(texts, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    config=st.dictionaries(texts, st.none() | st.integers() | texts, max_size=3),
    wall_s=st.floats(0, 1e9),
    key=texts,
    environment=st.dictionaries(texts, texts, max_size=2),
)


@given(st.lists(trials, min_size=1, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_appended_is_read_back_whole(tmp_path_factory, given_trials) -> None:
    path = tmp_path_factory.mktemp("store") / "runs.db"
    numbered = [
        Trial(**{name: getattr(each, name) for name in each.__dataclass_fields__ if name != "seed"},
              seed=seed)
        for seed, each in enumerate(given_trials)
    ]  # fmt: skip
    with Store.open(path) as store:
        store.register(study())
        for each in numbered:
            store.append(each)
    with Store.read(path) as store:
        assert list(store.trials("toy")) == numbered
    assert verify(path).sound


def test_an_attempt_is_recorded_once(tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study())
        store.append(trial())
        with pytest.raises(TrialRecordedError):
            store.append(trial(metrics={"m": 0.7}))
        store.append(trial(attempt=2))
        assert [each.attempt for each in store.trials("toy")] == [1, 2]


def test_many_attempts_are_recorded_all_or_none(tmp_path: Path) -> None:
    one, two = tmp_path / "one.db", tmp_path / "two.db"
    for path in (one, two):
        with Store.open(path) as store:
            store.register(study())
    with Store.open(one) as store:
        for seed in range(3):
            store.append(trial(seed))
    with Store.open(two) as store:
        store.append_all(trial(seed) for seed in range(2))
        with pytest.raises(TrialRecordedError) as refusal:
            store.append_all([trial(2), trial(1)])
        assert refusal.value.seed == 1
        assert len(store.trials("toy")) == 2
        store.append_all([])
        store.append_all([trial(2)])
    assert load(one).attempts == load(two).attempts
    assert verify(two).sound


def test_a_trial_of_a_study_that_was_not_stated_is_refused(tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs.db") as store, pytest.raises(StoreError, match="FOREIGN KEY"):
        store.append(trial())


@pytest.mark.parametrize(
    "change",
    ["UPDATE trials SET metrics = '{}'", "DELETE FROM trials", "UPDATE studies SET name = 'x'",
     "DELETE FROM studies"],
)  # fmt: skip
def test_the_file_itself_refuses_to_be_edited(tmp_path: Path, change: str) -> None:
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study())
        store.append(trial())
    connection = sqlite3.connect(tmp_path / "runs.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(change)
    connection.close()


def renamed(metric: str = "n", seeds: int = 3) -> Study:
    parts = [Component("a", switch="a")]
    config = {"a": True}
    return Study("toy", "toy:train", parts, LeaveOneOut(), [Metric(metric)], seeds, config=config)


def test_a_study_says_something_else_only_until_something_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        store.register(study())
        store.register(study(seeds=4))
        assert store.study() == study(seeds=4)
        store.append(trial(status="failed", metrics={}, error="no m"))
        with pytest.raises(StudyChangedError, match="seeds differs"):
            store.register(study())
        store.register(renamed(seeds=4))
        assert store.study() == renamed(seeds=4)
        store.append(trial(metrics={"n": 1.0}, attempt=2))
        with pytest.raises(StudyChangedError, match="metrics"):
            store.register(study(seeds=4))
        assert [each.attempt for each in store.trials("toy")] == [1, 2]
    assert verify(path).sound


def test_the_words_of_a_study_that_another_runner_works_on_stay(tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs.db") as first, Store.open(tmp_path / "runs.db") as second:
        first.register(study())
        first.hold("toy")
        with pytest.raises(StudyBusyError):
            second.register(renamed())
        assert second.study() == study()


def test_stating_a_study_again_is_nothing_and_changing_it_is_refused(tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study())
        store.append(trial())
        store.register(study())
        store.register(study("another", seeds=9))
        assert store.studies() == ("toy", "another")
        with pytest.raises(StudyChangedError) as refusal:
            store.register(study(seeds=4))
        assert refusal.value.differing == ("seeds",)
        assert store.study("toy") == study()


def test_a_study_is_found_by_name_or_by_being_the_only_one(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        store.register(study())
        store.append(trial())
        assert store.study() == study()
        store.register(study("another"))
        with pytest.raises(UnknownStudyError, match="toy and another"):
            store.study()
        with pytest.raises(UnknownStudyError, match="Did you mean another"):
            store.study("anther")
    assert len(load(path, "toy")) == 1
    assert len(load(path, "another")) == 0


def test_reading_makes_no_file_and_leaves_none_behind(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        Store.read(tmp_path / "runs.db")
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study())
    before = (tmp_path / "runs.db").read_bytes()
    load(tmp_path / "runs.db")
    verify(tmp_path / "runs.db")
    assert [each.name for each in tmp_path.iterdir()] == ["runs.db"]
    assert (tmp_path / "runs.db").read_bytes() == before


def test_a_reader_sees_what_a_writer_has_committed(tmp_path: Path) -> None:
    with Store.open(tmp_path / "runs.db") as writer:
        writer.register(study())
        for seed in range(3):
            writer.append(trial(seed))
            assert len(load(tmp_path / "runs.db")) == seed + 1


def no_links(*_: object) -> None:
    raise PermissionError(1, "no hard links here")


def test_a_store_can_be_made_where_there_are_no_hard_links(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("os.link", no_links)
    with Store.open(tmp_path / "runs.db") as store:
        store.register(study())
    assert [each.name for each in tmp_path.iterdir()] == ["runs.db"]


def test_a_store_that_appears_meanwhile_is_used_and_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        store.register(study())
    create(path)
    with Store.open(path) as store:
        assert store.studies() == ("toy",)
    assert [each.name for each in tmp_path.iterdir()] == ["runs.db"]


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used: unable to open"):
        Store.open(tmp_path / "nowhere" / "runs.db")


def test_names_with_marks_of_other_languages_are_only_names(tmp_path: Path) -> None:
    name = "x'; DROP TABLE trials; --?#%"
    path = tmp_path / "a?b#c%20.db"
    with Store.open(path) as store:
        store.register(study(name))
        store.append(trial(study=name, error="boom\x00\n'", status="failed", metrics={}))
    assert path.exists()
    assert load(path, name)[0].error == "boom\x00\n'"
