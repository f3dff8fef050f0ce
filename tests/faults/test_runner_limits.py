"""Time, memory and silence: a trial over a limit is ended and recorded, and the study goes on."""

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trials, run
from ablation.errors import StudyError
from ablation.runner.family import end, family, resident_mib
from ablation.runner.limits import Limits
from ablation.store import Store
from ablation.study import Budget

HEAD = """
import os, signal, subprocess, sys, time, ctypes
from pathlib import Path
def train(config, seeds):
    tried = Path(__file__).with_name(f"tried {{config['part']}} {{seeds.seed}}")
    first = not tried.exists()
    tried.touch()
    if not config["part"] and seeds.seed == 1:
        {misdeed}
    return {{"m": seeds["init"] % 1000 + config["part"]}}
"""


def study(folder: Path, misdeed: str, budget: Budget | None = None) -> Study:
    name = f"limited_{abs(hash(str(folder)))}"
    (folder / f"{name}.py").write_text(HEAD.format(misdeed=misdeed))
    return Study(
        "toy", f"{name}:train", [Component("part", switch="part")], LeaveOneOut(), [Metric("m")],
        3, config={"part": True}, folder=folder, budget=budget or Budget(),
    )  # fmt: skip


def only_failure(trials: Trials) -> str:
    (failed,) = [each for each in trials if not each.done]
    assert (failed.condition, failed.seed) == ("without part", 1)
    assert len(trials) == 6
    return failed.error


HANGS = {
    "sleeps": "time.sleep(100)",
    "spins": "\n        while True: pass",
    "ignores SIGTERM": "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(100)",
    "waits for a child": "subprocess.run([sys.executable, '-c', 'import time; time.sleep(100)'])",
}


@pytest.mark.parametrize("kind", HANGS)
def test_a_trial_that_hangs_costs_itself(tmp_path: Path, kind: str) -> None:
    trials = run(study(tmp_path, HANGS[kind]), tmp_path / "runs.db", 2, limits=Limits(seconds=1.5))
    assert only_failure(trials) == "the trial took longer than its limit of 1.5 s"


def test_the_limits_of_the_studys_budget_hold(tmp_path: Path) -> None:
    limited = study(tmp_path, "time.sleep(100)", budget=Budget(trial_seconds=1.5, trial_gb=4))
    trials = run(limited, tmp_path / "runs.db", 2)
    assert only_failure(trials) == "the trial took longer than its limit of 1.5 s"


GREEDY = {
    "itself": "kept = bytearray(600 * 2**20); time.sleep(100)",
    "in a child": (
        "subprocess.run([sys.executable, '-c', "
        "'import time; kept = bytearray(600 * 2**20); time.sleep(100)'])"
    ),
}


@pytest.mark.parametrize("kind", GREEDY)
def test_a_trial_that_takes_too_much_memory_costs_itself(tmp_path: Path, kind: str) -> None:
    trials = run(
        study(tmp_path, GREEDY[kind]), tmp_path / "runs.db", 1, limits=Limits(memory_mib=400)
    )
    assert only_failure(trials) == "the trial took more memory than its limit of 400 MiB"


def test_a_stopped_worker_costs_its_trial(tmp_path: Path) -> None:
    misdeed = "os.kill(os.getpid(), signal.SIGSTOP); time.sleep(100)"
    trials = run(study(tmp_path, misdeed), tmp_path / "runs.db", 1, limits=Limits(silence_s=5))
    assert only_failure(trials) == "the worker gave no sign of life for 5 s"


def test_a_long_trial_that_lets_others_run_is_alive(tmp_path: Path) -> None:
    trials = run(
        study(tmp_path, "time.sleep(6)"), tmp_path / "runs.db", 1, limits=Limits(silence_s=4)
    )
    assert all(each.done for each in trials)


def test_a_trial_that_fails_is_tried_again_and_every_attempt_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    trials = run(study(tmp_path, "assert not first"), path, 2, retries=2)
    assert all(each.done for each in trials)
    (again,) = [each for each in trials if each.attempt > 1]
    assert (again.condition, again.seed, again.attempt) == ("without part", 1, 2)
    assert len(trials.attempts) == 7


def test_retries_come_to_an_end(tmp_path: Path) -> None:
    seen = []
    trials = run(
        study(tmp_path, "raise ValueError('no')"), tmp_path / "runs.db", 1, seen.append, retries=2
    )
    assert only_failure(trials).startswith("ValueError: no")
    assert [each.attempt for each in trials.attempts if each.error] == [1, 2, 3]
    assert (seen[-1].done, seen[-1].failed) == (5, 1)


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf])
def test_a_limit_is_a_number_above_zero(bad: float) -> None:
    with pytest.raises(StudyError, match="a number above 0 is needed"):
        Limits(seconds=bad)


def test_this_process_cannot_be_limited(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="pass workers=1"):
        run(study(tmp_path, "pass"), tmp_path / "runs.db", 0, limits=Limits(seconds=1))


def test_a_family_is_counted_over_sessions_and_generations() -> None:
    before = resident_mib(os.getpid())
    far = "import time; kept = bytearray(200 * 2**20); print(flush=True); time.sleep(60)"
    start = f"subprocess.run([sys.executable, '-c', {far!r}], start_new_session=True)"
    near = f"import subprocess, sys; {start}"
    child = subprocess.Popen(
        [sys.executable, "-c", near], stdout=subprocess.PIPE, start_new_session=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    members = family(child.pid)
    assert len(members) == 2
    assert resident_mib(os.getpid()) > before + 190
    end(child.pid)
    child.communicate()
    patience = time.monotonic() + 10  # a signal takes its time on a busy machine
    while not all(map(dead, members)) and time.monotonic() < patience:
        time.sleep(0.05)
    assert all(map(dead, members))
    assert resident_mib(2**22 + 5) == 0


def dead(process: int) -> bool:
    """Whether it has ended, even if nobody asked for its exit code yet."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_what_came_of_each_example_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    misdeed = "return {'m': 1.0, 'examples': {'right': [True, False, 1.0], 'loss': (0.5, 2)}}"
    run(study(tmp_path, misdeed), path, 1)
    with Store.read(path) as store:
        found = store.examples("toy")
    assert set(found) == {("without part", 1, 1)}
    assert found["without part", 1, 1]["right"].values() == (1.0, 0.0, 1.0)
    assert found["without part", 1, 1]["loss"].values() == (0.5, 2.0)


@pytest.mark.parametrize("bad", ["[float('nan')]", "3", "['x']"])
def test_examples_that_are_no_numbers_fail_the_trial(tmp_path: Path, bad: str) -> None:
    misdeed = f"return {{'m': 1.0, 'examples': {{'right': {bad}}}}}"
    error = only_failure(run(study(tmp_path, misdeed), tmp_path / "runs.db", 1))
    assert error.startswith("ValueError: `examples` must hold a finite number an example")
