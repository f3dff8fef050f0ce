"""A system that misbehaves costs one trial; the study goes on and says what happened."""

import os
import random
import time
from dataclasses import replace
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Seeds, Study, Trials, load, run
from ablation.errors import StudyError, SystemNotFoundError, UnreturnedMetricError, WorkerError
from ablation.plan import plan
from ablation.runner import messages, session
from ablation.runner.messages import read, written
from ablation.systems import Outcome

HEAD = """
import ctypes, os, signal, subprocess, sys, tempfile, time
def train(config, seeds):
    if not config["part"] and seeds.seed == 1:
        {misdeed}
    return {{"m": seeds["init"] % 1000 + config["part"]}}
"""


def study(folder: Path, source: str, seeds: int = 3) -> Study:
    name = f"system_{abs(hash(str(folder)))}"
    (folder / f"{name}.py").write_text(source)
    parts = [Component("part", switch="part")]
    config = {"part": True}
    return Study(
        "toy", f"{name}:train", parts, LeaveOneOut(), [Metric("m")], seeds,
        config=config, folder=folder,
    )  # fmt: skip


def outcome(folder: Path, misdeed: str, workers: int = 1) -> Trials:
    return run(study(folder, HEAD.format(misdeed=misdeed)), folder / "runs.db", workers)


MISDEEDS = {
    "raise ValueError('no')": "ValueError: no",
    "raise MemoryError": "MemoryError",
    "train(config, seeds)": "RecursionError: ",
    "return {'m': float('nan')}": "the metric 'm' is nan, not a finite number",
    "return {'n': 1}": "the metric 'm' was not returned, but n.",
    "return [1]": "the system returned list, not a mapping",
    "return {'m': object()}": "the metric 'm' is <object",
    "sys.exit(3)": "SystemExit: 3",
    "os._exit(3)": "the worker process died: exit code 3",
    "os.kill(os.getpid(), signal.SIGKILL)": "the worker process died: killed by SIGKILL",
    "os.kill(os.getpid(), 40)": "the worker process died: killed by 40",
    "ctypes.string_at(0)": "the worker process died: killed by SIGSEGV",
    "raise KeyboardInterrupt": "the worker process died: killed by SIGINT",
    # Its child leaves the process group and holds the pipes open.
    "os.fork() or [os.setsid(), time.sleep(9), os._exit(0)]; os._exit(5)": (
        "the worker process died: exit code 5"
    ),
}


@pytest.mark.parametrize("misdeed", MISDEEDS)
def test_a_failure_is_a_row_that_says_what_and_every_other_trial_is_done(
    tmp_path: Path, misdeed: str
) -> None:
    trials = outcome(tmp_path, misdeed)
    failed = [each for each in trials if not each.done]
    assert [(each.condition, each.seed) for each in failed] == [("without part", 1)]
    assert failed[0].error.startswith(MISDEEDS[misdeed])
    assert failed[0].metrics == {}
    assert len(trials) == 6


HARMLESS = [
    'print(\'{"kind": "Outcome"}\' * 10)',
    "[print('x' * 10**6) for _ in range(1000)]",  # a gigabyte
    "sys.stdout.write('half a line')",
    "os.write(1, b'straight to the pipe\\n')",
    "sys.stdin.read()",
    "os.chdir('/')",
    "sys.stdout.close()",
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "subprocess.Popen(['sleep', '600'])",
    "os.environ.clear()",
    "os.fork() or time.sleep(600)",
    "directory = tempfile.mkdtemp(); os.chdir(directory); os.rmdir(directory)",
    "os.close(0); os.close(1); os.close(2)",
    "sys.modules.clear(); sys.path.clear()",
    "return {'m': seeds['init'] % 1000, 'not a name \\udcff': 1.0}",
]


@pytest.mark.parametrize("deed", HARMLESS)
def test_what_a_system_does_to_its_process_does_not_reach_the_study(
    tmp_path: Path, deed: str
) -> None:
    trials = outcome(tmp_path, deed)
    assert len(trials) == 6
    for each in trials:
        expected = Seeds("toy", each.seed)["init"] % 1000 + (each.condition == "baseline")
        assert (each.done, each.metrics) == (True, {"m": expected})


def test_a_dead_worker_leaves_its_last_words(tmp_path: Path) -> None:
    trials = outcome(tmp_path, "print('about to die'); ctypes.string_at(0)")
    (failed,) = [each for each in trials if not each.done]
    assert "about to die" in failed.error
    assert "Segmentation fault" in failed.error
    assert "in train" in failed.error


def test_processes_that_a_system_started_die_with_the_study(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    deed = f"open({str(note)!r}, 'w').write(str(subprocess.Popen(['sleep', '600']).pid))"
    outcome(tmp_path, deed)
    deadline = time.monotonic() + 5
    while _alive(int(note.read_text())) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(int(note.read_text()))


def test_a_copy_that_a_system_forked_and_that_comes_back_answers_for_no_trial(
    tmp_path: Path,
) -> None:
    deed = "if os.fork() == 0: time.sleep(0.15)"  # so that it comes back in the middle of another
    source = HEAD.format(misdeed=deed).replace("    return", "    time.sleep(0.1)\n    return")
    trials = run(study(tmp_path, source, seeds=5), tmp_path / "runs.db", 1)
    for each in trials:
        expected = Seeds("toy", each.seed)["init"] % 1000 + (each.condition == "baseline")
        assert each.metrics == {"m": expected}


DAEMON = """
        if not os.fork():
            os.setsid()
            if os.fork():
                os._exit(0)
            open({note!r}, 'w').write(str(os.getpid()))
            time.sleep(600)
        os.wait()
        while not os.path.exists({note!r}): time.sleep(0.01)
        {last}"""


@pytest.mark.parametrize("last", ["pass", "os._exit(5)"])
def test_daemons_that_left_the_family_die_with_the_study(tmp_path: Path, last: str) -> None:
    note = tmp_path / "pid"
    outcome(tmp_path, DAEMON.format(note=str(note), last=last))
    deadline = time.monotonic() + 5
    while _alive(int(note.read_text())) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(int(note.read_text()))


def test_what_is_too_long_for_a_row_is_refused_in_a_line(tmp_path: Path) -> None:
    trials = outcome(tmp_path, "import ablation; ablation.record(note='x' * 10**8)")
    (failed,) = [each for each in trials if not each.done]
    assert failed.error.splitlines()[0] == (
        "ablation.errors.AblationError: record(note=...) takes 100,000,011 characters: "
        "at most 100,000 are kept."
    )


def test_a_result_that_no_message_holds_costs_its_trial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "LONGEST", 2_000)
    assert read(written(Outcome(metrics={"m": 1.0}))) == Outcome(metrics={"m": 1.0})
    (said,) = [read(written(Outcome(metrics={f"m{n}": 1.0 for n in range(1000)})))]
    assert isinstance(said, Outcome)
    assert said.error.startswith("what the trial gave takes 0 MB")


def _alive(pid: int) -> bool:
    """Whether a process runs; one that is dead but not yet reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_failed_trials_are_run_again_only_when_asked(tmp_path: Path) -> None:
    source = HEAD.format(misdeed=f"assert os.path.exists({str(tmp_path / 'mended')!r})")
    stated, store = study(tmp_path, source), tmp_path / "runs.db"
    assert sum(not each.done for each in run(stated, store, 1)) == 1
    (tmp_path / "mended").touch()
    assert sum(not each.done for each in run(stated, store, 1)) == 1
    again = run(stated, store, 1, retry_failed=True)
    assert all(each.done for each in again)
    assert [each.attempt for each in again.attempts if each.condition == "without part"] == [
        1, 1, 1, 2,
    ]  # fmt: skip


def test_what_is_done_is_not_run_again(tmp_path: Path) -> None:
    source = HEAD.format(misdeed="pass") + f"\nopen({str(tmp_path / 'imports')!r}, 'a').write('x')"
    stated = study(tmp_path, source)
    first = run(stated, tmp_path / "runs.db", 1)
    assert run(stated, tmp_path / "runs.db", 1) == first
    assert (tmp_path / "imports").read_text() == "x"


def same(trials: Trials) -> list[tuple[object, ...]]:
    return [(each.condition, each.seed, each.key, each.metrics, each.status) for each in trials]


@pytest.mark.parametrize("workers", [0, 2, 4])
def test_the_number_of_workers_changes_no_number(tmp_path: Path, workers: int) -> None:
    stated = study(tmp_path, HEAD.format(misdeed="raise ValueError('no')"), seeds=6)
    one = run(stated, tmp_path / "one.db", 1)
    assert same(run(stated, tmp_path / "other.db", workers)) == same(one)


def test_the_order_of_trials_changes_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = study(tmp_path, HEAD.format(misdeed="raise ValueError('no')"), seeds=6)
    one = run(stated, tmp_path / "one.db", 1)
    laid = plan(stated)
    shuffled = random.Random(1).sample(laid.trials, len(laid.trials))
    monkeypatch.setattr(session, "plan", lambda _: replace(laid, trials=tuple(shuffled)))
    other = run(stated, tmp_path / "other.db", 2)
    assert [each.key for each in other.attempts] != [each.key for each in one.attempts]
    assert same(other) == same(one)


def test_a_metric_that_never_comes_stops_the_study_at_its_first_trial(tmp_path: Path) -> None:
    stated = study(tmp_path, "def train(config, seeds): return {'acc': 1}", seeds=50)
    store = tmp_path / "runs.db"
    with pytest.raises(UnreturnedMetricError, match="'m'; the system returns acc"):
        run(stated, store, 1)
    assert not load(store).attempts  # the study was wrong, not the trial
    mended = Study(
        stated.name, stated.system, stated.components, stated.design, ["acc"], stated.seeds,
        config=stated.config, folder=tmp_path,
    )  # fmt: skip
    trials = run(mended, store, 1)
    assert (len(trials), len(trials.attempts)) == (100, 100)
    assert all(each.done for each in trials)


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ("def trian(config, seeds): ...", SystemNotFoundError, "Did you mean trian"),
        ("import no_such_thing", SystemNotFoundError, "no_such_thing"),
        ("import os; os._exit(4)", WorkerError, "exit code 4"),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_system_that_is_not_there_stops_the_study_before_a_store_is_made(
    tmp_path: Path, source: str, error: type[Exception], says: str, workers: int
) -> None:
    with pytest.raises(error, match=says):
        run(study(tmp_path, source), tmp_path / "runs.db", workers)
    assert not (tmp_path / "runs.db").exists()


def test_a_function_that_no_worker_can_import_needs_this_process(tmp_path: Path) -> None:
    def train(config, seeds):
        return {"m": 1.0}

    parts = [Component("part", switch="part")]
    here = Study("toy", train, parts, LeaveOneOut(), [Metric("m")], 2, config={"part": True})
    with pytest.raises(StudyError, match="workers=0"):
        run(here, tmp_path / "runs.db")
    assert all(each.done for each in run(here, tmp_path / "runs.db", workers=0))
    with pytest.raises(StudyError, match="workers is -1"):
        run(here, tmp_path / "other.db", workers=-1)


def test_progress_is_told_to_whoever_listens(tmp_path: Path) -> None:
    told = []
    stated = study(tmp_path, HEAD.format(misdeed="raise ValueError('no')"))
    run(stated, tmp_path / "runs.db", 1, told.append)
    assert (told[0].done, told[0].total, len(told[0].running)) == (0, 6, 1)
    assert told[0].left_s is None
    assert (told[-1].done, told[-1].failed, told[-1].running) == (5, 1, ())
    assert told[-1].left_s == 0
    assert [each.done for each in told] == sorted(each.done for each in told)


def test_progress_knows_how_long_the_oldest_trial_has_run(tmp_path: Path) -> None:
    told = []
    slow = study(tmp_path, HEAD.format(misdeed="time.sleep(2.5)"))
    run(slow, tmp_path / "runs.db", 2, told.append)
    late = max(told, key=lambda each: each.oldest_s)
    assert late.running[0] == "without part, seed 1"
    assert 1.5 < late.oldest_s < 4
    assert 0 < late.typical_s < 1
    assert told[-1].oldest_s == 0


def test_a_worker_sees_one_numeric_thread_and_its_parents_path(tmp_path: Path) -> None:
    source = (
        "import os, sys\n"
        "def train(config, seeds):\n"
        "    return {'m': int(os.environ['OMP_NUM_THREADS']), 'path': len(sys.path)}"
    )
    (first, *_) = run(study(tmp_path, source), tmp_path / "runs.db", 1)
    assert first.metrics["m"] == 1
    assert first.environment["python"] == ".".join(map(str, os.sys.version_info[:3]))
