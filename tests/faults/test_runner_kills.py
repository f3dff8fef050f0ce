"""kill -9, Ctrl-C, two runners at once: no acknowledged trial is lost, none is doubled."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from strategies.toy_study import STUDY

from ablation import Study, Trial, load, run
from ablation.plan import plan
from ablation.runner.local import Local
from ablation.runner.messages import Hello
from ablation.store import Store, verify

SYSTEM = """\
import random, time
def train(config, seeds):
    time.sleep({sleep})
    return {{"accuracy": random.Random(seeds["init"]).random() + config["dropout"]}}
"""
# Acknowledges on its standard output, one line a trial, that it is recorded.
RUNNER = """\
import sys, ablation
def acknowledge(progress):
    print(progress.done, flush=True)
ablation.run(ablation.Study.from_toml("study.toml"), "runs.db", 2, acknowledge)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, seeds=10, sleep=0.004)
    return tmp_path


def written(folder: Path, *, seeds: int, sleep: float) -> None:
    (folder / "study.toml").write_text(STUDY.format(seeds=seeds))
    (folder / "toy_system.py").write_text(SYSTEM.format(sleep=sleep))


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *(arguments or ("-c", RUNNER))],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def recorded(folder: Path) -> tuple[Trial, ...]:
    """Every attempt in the store, which may not be there yet, or hold no study yet."""
    if not (folder / "runs.db").exists():
        return ()
    with Store.read(folder / "runs.db") as store:
        return store.trials("toy")


def table(folder: Path, store: str = "runs.db") -> pd.DataFrame:
    return load(folder / store).frame().drop(columns=["wall_s", "cpu_s"])


def undisturbed(folder: Path) -> pd.DataFrame:
    run(Study.from_toml(folder / "study.toml"), folder / "undisturbed.db", 1)
    return table(folder, "undisturbed.db")


def disturbed(folder: Path, kills: int, rng: random.Random) -> int:
    """Kill the runner that often while it records, then let it end; count what it lost."""
    lost = struck = 0
    while struck < kills:
        runner = started(folder)
        acknowledged = 0
        strike = rng.randrange(1, 12)
        for line in runner.stdout:
            acknowledged = int(line)
            strike -= 1
            if strike == 0:
                time.sleep(rng.random() * 0.01)
                runner.kill()
        runner.communicate()
        struck += runner.returncode == -signal.SIGKILL
        attempts = recorded(folder)
        lost += max(0, acknowledged - sum(each.done for each in attempts))
        doubled = Counter((each.condition, each.seed) for each in attempts)
        assert set(doubled.values()) <= {1}
        if attempts and not load(folder / "runs.db").missing:
            (folder / "runs.db").rename(folder / f"whole{struck}.db")
    runner = started(folder)
    assert runner.wait(60) == 0, runner.stderr.read()
    runner.communicate()
    return lost


def test_a_runner_killed_while_it_records_loses_and_doubles_nothing(folder: Path) -> None:
    assert disturbed(folder, 3, random.Random(1)) == 0
    assert verify(folder / "runs.db").sound
    pd.testing.assert_frame_equal(table(folder), undisturbed(folder))


@pytest.mark.torture
def test_a_runner_killed_five_hundred_times_loses_and_doubles_nothing(tmp_path: Path) -> None:
    written(tmp_path, seeds=100, sleep=0.002)
    assert disturbed(tmp_path, 500, random.Random(2)) == 0
    truth = undisturbed(tmp_path)
    for store in ["runs.db", *(whole.name for whole in tmp_path.glob("whole*.db"))]:
        assert verify(tmp_path / store).sound
        pd.testing.assert_frame_equal(table(tmp_path, store), truth)


def workers_of(runner: int) -> list[int]:
    children = Path(f"/proc/{runner}/task/{runner}/children").read_text().split()
    return [int(each) for each in children]


def strike_workers(folder: Path, kills: int, rng: random.Random) -> None:
    """Kill workers under a runner until it ends, then let it retry what failed with them."""
    runner = started(folder)
    next(runner.stdout)
    while runner.poll() is None and not recorded(folder):
        time.sleep(0.05)  # until some worker has started: a study that none can start is given up
    while kills and runner.poll() is None:
        if workers := workers_of(runner.pid):
            try:
                os.kill(rng.choice(workers), signal.SIGKILL)
                kills -= 1
            except ProcessLookupError:
                pass
        time.sleep(0.05 + rng.random() * 0.3)
    _, said = runner.communicate(timeout=600)
    assert (kills, runner.returncode) == (0, 0), said


def test_a_worker_that_is_killed_costs_its_trial_and_a_retry_mends_it(folder: Path) -> None:
    written(folder, seeds=25, sleep=0.05)
    strike_workers(folder, 5, random.Random(1))
    study = Study.from_toml(folder / "study.toml")
    first = load(folder / "runs.db")
    failed = [each for each in first if not each.done]
    assert len(first) == len(first.planned)
    assert 0 < len(failed) <= 5
    assert all(each.error.startswith("the worker process died: killed by") for each in failed)
    mended = run(study, folder / "runs.db", 2, retry_failed=True)
    assert len(mended.attempts) == len(first) + len(failed)
    written(folder, seeds=25, sleep=0)
    columns = ["condition", "seed", "status", "accuracy"]
    pd.testing.assert_frame_equal(table(folder)[columns], undisturbed(folder)[columns])


def test_an_idle_worker_that_is_found_dead_gets_no_trial(folder: Path) -> None:
    [planned, *_] = plan(Study.from_toml(folder / "study.toml")).trials
    local = Local(Hello("toy", "toy_system:train", str(folder), ("accuracy",)), workers=1)
    [dead] = local._workers
    os.kill(dead._process.pid, signal.SIGKILL)
    dead._process.wait()
    dead.notice()  # as `finished` does before it hands over, while the news still wait in its queue
    assert local.room() == 0
    while not local.room():
        assert local.finished(timeout_s=1.0) == []
    local.start(planned)
    while not (ended := local.finished(timeout_s=1.0)):
        pass
    local.close()
    assert [each.outcome.error for each in ended] == [None]


@pytest.mark.torture
def test_five_hundred_killed_workers_lose_and_double_nothing(tmp_path: Path) -> None:
    written(tmp_path, seeds=2000, sleep=0.05)
    strike_workers(tmp_path, 500, random.Random(2))
    study = Study.from_toml(tmp_path / "study.toml")
    run(study, tmp_path / "runs.db", 2, retry_failed=True)
    written(tmp_path, seeds=2000, sleep=0)
    columns = ["condition", "seed", "status", "accuracy"]
    pd.testing.assert_frame_equal(table(tmp_path)[columns], undisturbed(tmp_path)[columns])


def test_workers_and_what_they_started_end_when_their_runner_is_killed(folder: Path) -> None:
    (folder / "toy_system.py").write_text(
        "import pathlib, subprocess, time\n"
        "def train(config, seeds):\n"
        "    sleeper = subprocess.Popen(['sleep', '600'])\n"
        "    pathlib.Path(f'{sleeper.pid}.pid').touch()\n"
        "    time.sleep(600)\n"
    )
    runner = started(folder)
    while len(list(folder.glob("*.pid"))) < 2:
        time.sleep(0.02)
    processes = workers_of(runner.pid) + [int(note.stem) for note in folder.glob("*.pid")]
    assert len(processes) == 4
    assert all(_runs(each) for each in processes)
    runner.kill()
    runner.communicate()
    deadline = time.monotonic() + 5
    while any(_runs(each) for each in processes) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(_runs(each) for each in processes)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_ctrl_c_stops_with_130_says_how_to_go_on_and_the_same_command_does(folder: Path) -> None:
    """So does SIGTERM, which batch systems send when a job's time is over."""
    written(folder, seeds=10, sleep=0.05)
    command = ("-m", "ablation", "run", "study.toml", "--store", "runs.db", "--workers", "2")
    kept = pd.DataFrame()
    for how, trials in {signal.SIGINT: 3, signal.SIGTERM: 10}.items():
        runner = started(folder, *command)
        while len(recorded(folder)) < trials:
            time.sleep(0.02)
        workers = workers_of(runner.pid)
        runner.send_signal(how)
        _, said = runner.communicate(timeout=10)
        assert runner.returncode == 130
        assert "of 30 trials are recorded in runs.db; the same command continues" in said
        assert "Traceback" not in said
        assert not any(_runs(each) for each in workers)
        before, kept = kept, table(folder)
        assert trials <= len(kept) < 30
        assert len(before) == 0 or kept.merge(before).equals(before)
    again = started(folder, *command)
    again.communicate(timeout=60)
    assert again.returncode == 0
    whole = table(folder)
    assert len(whole) == 30
    pd.testing.assert_frame_equal(whole.merge(kept), kept)
    pd.testing.assert_frame_equal(whole, undisturbed(folder))


def test_ctrl_c_at_any_moment_of_the_start_is_one_line(folder: Path) -> None:
    written(folder, seeds=2, sleep=0.5)
    command = ("-m", "ablation", "run", "study.toml", "--workers", "1")
    for moment in (0.3, 0.9):
        runner = started(folder, *command)
        time.sleep(moment)
        runner.send_signal(signal.SIGINT)
        runner.send_signal(signal.SIGINT)  # and once more, impatiently
        _, said = runner.communicate(timeout=10)
        assert runner.returncode in {130, -signal.SIGINT}
        assert "Error" not in said


def test_two_runners_of_one_study_double_nothing(folder: Path) -> None:
    runners = [started(folder), started(folder)]
    said = [runner.communicate(timeout=60)[1] for runner in runners]
    codes = [runner.returncode for runner in runners]
    assert 0 in codes
    assert all(
        code == 0 or "StudyBusyError" in text for code, text in zip(codes, said, strict=True)
    )
    assert verify(folder / "runs.db").sound
    recorded = load(folder / "runs.db")
    assert len(recorded.attempts) == len(recorded.planned)
    pd.testing.assert_frame_equal(table(folder), undisturbed(folder))


FULL = {
    # SQLite's own limit fails as a full disk does; the limit on a file's size as a quota does.
    "database or disk is full": """
import sqlite3
connect = sqlite3.connect
def small(*given, **said):
    connection = connect(*given, **said)
    connection.execute("PRAGMA max_page_count = 20")
    return connection
sqlite3.connect = small
""",
    "disk I/O error": """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
""",
}


def test_clocks_that_jump_change_nothing(folder: Path) -> None:
    jumping = """
import datetime, random, time
import ablation.store.record
wall, rng = time.time, random.Random(0)
def off():
    return rng.choice([-86_400.0, 0.0, 3.2e8])
class Jumping(datetime.datetime):
    @classmethod
    def now(cls, zone=None):
        return super().now(zone) + datetime.timedelta(seconds=off())
ablation.store.record.datetime, time.time = Jumping, lambda: wall() + off()
"""
    runner = started(folder, "-c", jumping + RUNNER)
    said = runner.communicate(timeout=60)[1]
    assert runner.returncode == 0, said
    with closing(sqlite3.connect(folder / "runs.db")) as store:
        years = {row[0][:4] for row in store.execute("SELECT recorded FROM trials")}
    assert len(years) > 1  # so the clock did jump
    assert verify(folder / "runs.db").sound
    pd.testing.assert_frame_equal(table(folder), undisturbed(folder))


def test_a_store_that_cannot_be_written_to_stops_cleanly_and_goes_on_when_it_can(
    folder: Path,
) -> None:
    """The superuser may write everywhere, so SQLite itself says no here."""
    refusing = """
import sqlite3
connect = sqlite3.connect
def read_only(*given, **said):
    connection = connect(*given, **said)
    connection.execute("PRAGMA query_only = ON")
    return connection
sqlite3.connect = read_only
"""
    first = started(folder)
    assert first.stdout is not None
    while int(first.stdout.readline()) < 5:
        pass
    first.kill()
    first.communicate()
    before = load(folder / "runs.db").attempts
    runner = started(folder, "-c", refusing + RUNNER)
    said = runner.communicate(timeout=60)[1]
    assert "StoreError: runs.db: cannot be used: attempt to write" in said.splitlines()[-1]
    assert load(folder / "runs.db").attempts == before
    assert len(run(Study.from_toml(folder / "study.toml"), folder / "runs.db", 1)) == 30
    pd.testing.assert_frame_equal(table(folder), undisturbed(folder))


def full_at(folder: Path, pages: int) -> None:
    """Fill the disk once the store has so many pages; then go on with more room."""
    few = FULL["database or disk is full"].replace("= 20", f"= {pages}")
    runner = started(folder, "-c", few + RUNNER)
    acknowledged, said = runner.communicate(timeout=60)
    if runner.returncode:
        assert "StoreError: runs.db: cannot be" in said.splitlines()[-1]
    done = [int(line) for line in acknowledged.splitlines()]
    kept = load(folder / "runs.db") if (folder / "runs.db").exists() and done else []
    assert max(done, default=0) <= len(kept)
    if (folder / "runs.db").exists():
        assert verify(folder / "runs.db").sound
    assert len(run(Study.from_toml(folder / "study.toml"), folder / "runs.db", 1)) == 60


@pytest.mark.parametrize("pages", [11, 16, 27])
def test_a_disk_that_is_full_somewhere_loses_nothing(folder: Path, pages: int) -> None:
    written(folder, seeds=20, sleep=0)
    full_at(folder, pages)
    pd.testing.assert_frame_equal(table(folder), undisturbed(folder))


@pytest.mark.torture
def test_a_disk_that_is_full_at_fifty_points_loses_nothing(folder: Path) -> None:
    written(folder, seeds=20, sleep=0)
    expected = undisturbed(folder)
    for pages in random.Random(7).choices(range(8, 60), k=50):
        (folder / "runs.db").unlink(missing_ok=True)
        full_at(folder, pages)
        pd.testing.assert_frame_equal(table(folder), expected)


@pytest.mark.parametrize("complaint", FULL)
def test_a_full_disk_stops_the_study_cleanly_and_it_goes_on_with_more_room(
    folder: Path, complaint: str
) -> None:
    written(folder, seeds=60, sleep=0)
    runner = started(folder, "-c", FULL[complaint] + RUNNER)
    acknowledged, said = runner.communicate(timeout=60)
    assert said.splitlines()[-1].startswith("ablation.errors.StoreError: runs.db: cannot be used:")
    assert complaint in said
    kept = load(folder / "runs.db")
    assert int(acknowledged.splitlines()[-1]) <= len(kept) < len(kept.planned)
    assert verify(folder / "runs.db").sound
    assert len(run(Study.from_toml(folder / "study.toml"), folder / "runs.db", 1)) == 180
    pd.testing.assert_frame_equal(table(folder), undisturbed(folder))
