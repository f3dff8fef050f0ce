"""One runner a study: a second one is told so, a stopped one is replaced and cannot come back."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, load, run
from ablation.errors import FencedRunnerError, StudyBusyError
from ablation.store import Store, lease, verify

STUDY = Study(
    "toy", "toy_system:train", [Component("a", switch="a")], LeaveOneOut(), [Metric("m")], 20,
    config={"a": True},
)  # fmt: skip
SYSTEM = """
import time
def train(config, seeds):
    time.sleep(0.05)
    return {"m": seeds["init"] % 1000 + config["a"]}
"""
RUNNER = """
import ablation
def acknowledge(progress):
    print(progress.done, flush=True)
study = ablation.Study(
    "toy", "toy_system:train", [ablation.Component("a", switch="a")], ablation.LeaveOneOut(),
    [ablation.Metric("m")], 20, config={"a": True}, folder=".",
)
ablation.run(study, "runs.db", 2, acknowledge)
"""


def study(folder: Path) -> Study:
    return Study(
        "toy", "toy_system:train", [Component("a", switch="a")], LeaveOneOut(), [Metric("m")], 20,
        config={"a": True}, folder=folder,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "toy_system.py").write_text(SYSTEM)
    return tmp_path


def started(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER], cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def acknowledged(runner: subprocess.Popen[str], trials: int) -> None:
    assert runner.stdout is not None
    while int(runner.stdout.readline()) < trials:
        pass


def trial(seed: int, *, attempt: int = 1) -> Trial:
    return Trial(
        study="toy", condition="baseline", component=None, seed=seed, status="done",
        metrics={"m": 1.0}, attempt=attempt,
    )  # fmt: skip


def test_a_second_runner_is_told_who_works_and_changes_nothing(folder: Path) -> None:
    first = started(folder)
    acknowledged(first, 2)
    with pytest.raises(StudyBusyError, match=rf"process {first.pid} on"):
        run(study(folder), folder / "runs.db", 1)
    said = first.communicate(timeout=60)[1]
    assert first.returncode == 0, said
    trials = load(folder / "runs.db")
    assert len(trials.attempts) == len(trials.planned) == 40


def test_a_stopped_runner_that_wakes_up_is_fenced_and_nothing_is_doubled(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "PATIENCE_S", 0.5)
    first = started(folder)
    acknowledged(first, 4)
    os.kill(first.pid, signal.SIGSTOP)
    try:
        trials = run(study(folder), folder / "runs.db", 1)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    said = first.communicate(timeout=60)[1]
    assert first.returncode == 1
    assert "FencedRunnerError" in said.splitlines()[-1]
    assert len(load(folder / "runs.db").attempts) == len(trials) == 40
    assert load(folder / "runs.db") == trials
    assert verify(folder / "runs.db").sound


def test_a_runner_that_is_gone_is_replaced_at_once(folder: Path) -> None:
    first = started(folder)
    acknowledged(first, 3)
    first.kill()
    first.communicate(timeout=60)
    with Store.open(folder / "runs.db") as store:
        began = time.monotonic()
        store.hold("toy")
        assert time.monotonic() - began < 1


def test_a_far_runner_that_beats_is_left_its_study_and_a_silent_one_is_not(
    tmp_path: Path,
) -> None:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        store.register(STUDY)
    far = sqlite3.connect(path, isolation_level=None)
    far.execute("INSERT INTO runners VALUES ('toy', 7, 0, 'elsewhere', '12 34')")
    with Store.open(path) as store:
        far.execute("UPDATE runners SET beat = beat + 1")
        first = store._held("toy")
        far.execute("UPDATE runners SET beat = beat + 1")
        with pytest.raises(StudyBusyError, match="process 12 on elsewhere"):
            store._taken("toy", first, silent=True)
        with pytest.raises(StudyBusyError):
            store.append(trial(0))
        store.hold("toy", patience_s=0.3)
        store.append(trial(0))
        assert far.execute("SELECT token FROM runners").fetchone() == (8,)
    far.close()


def test_whoever_lost_the_study_cannot_append_and_may_not_give_back_what_is_anothers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "runs.db"
    with Store.open(path) as first, Store.open(path) as second:
        first.register(STUDY)
        first.hold("toy")
        first.append(trial(0))
        with sqlite3.connect(path) as edited:
            edited.execute("UPDATE runners SET process = '999999999 0'")
        second.hold("toy")
        second.append(trial(1))
        with pytest.raises(FencedRunnerError):
            first.append(trial(2))
        second.append(trial(2))
    assert [each.seed for each in load(path)] == [0, 1, 2]


def test_tokens_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with Store.open(path) as store:
        store.register(STUDY)
    for expected in (1, 2, 3):
        with Store.open(path) as store:
            store.hold("toy")
            assert store._held("toy").token == expected
    with Store.read(path) as store:
        assert store._held("toy").free


def test_two_studies_of_one_store_have_a_runner_each(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    other = Study(
        "yot", "toy_system:train", [Component("a", switch="a")], LeaveOneOut(), [Metric("m")], 2,
        config={"a": True},
    )  # fmt: skip
    with Store.open(path) as first, Store.open(path) as second:
        first.register(STUDY)
        second.register(other)
        first.hold("toy")
        second.hold("yot")
        first.append(trial(0))
