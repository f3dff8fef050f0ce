"""Disks that are full and folders that are read-only, as the system makes them: nothing is lost.

A file system of our own is mounted in a namespace of its own, where the system allows that.
"""

import json
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

STUDY = """\
name = "toy"
system = "toy_system:train"
seeds = 20
[config]
attention = true
[components]
attention = { switch = "attention" }
[metrics.accuracy]
"""
SYSTEM = """\
import random
def train(config, seeds):
    return {"accuracy": random.Random(seeds["init"]).random() + config["attention"]}
"""
# Runs the study on a file system of so many KiB, or on one that is read-only half way, then again
# on one where there is room, and says what came of it.
DISTURBED = """
import json, subprocess, sys
from pathlib import Path
import ablation
from ablation.store import verify

place, mode, *sizes = sys.argv[1:]
RUNNER = '''
import sys, ablation
def acknowledge(progress):
    print(progress.done, flush=True)
ablation.run(ablation.Study.from_toml("study.toml"), "runs.db", 1, acknowledge)
'''

def mounted(*options):
    subprocess.run(["mount", *options, place], check=True)

def started():
    return subprocess.Popen([sys.executable, "-c", RUNNER], cwd=place, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

def ended(runner):
    told, said = runner.communicate(timeout=60)
    last = said.splitlines()[-1] if runner.returncode else ""
    return max(map(int, told.split()), default=0), last

def kept():
    return ablation.load(store).frame() if store.exists() else []

store = Path(place, "runs.db")
for size in sizes:
    mounted("-t", "tmpfs", "-o", f"size={size}k", "none")
    for name in ("study.toml", "toy_system.py"):
        Path(place, name).write_bytes(Path(name).read_bytes())
    if mode == "full":
        acknowledged, said = ended(started())
        before = len(kept()) if acknowledged else 0
    else:
        runner = started()
        while (acknowledged := int(runner.stdout.readline())) < int(size) % 37:
            pass
        runner.kill()
        runner.communicate()
        mounted("-o", "remount,ro")
        before = len(kept())
        refused, said = ended(started())
        assert refused == before or "Error" in said
        assert verify(store).sound and len(kept()) == before
    mounted("-o", "remount,rw,size=16384k")
    _, complaint = ended(started())
    whole = kept().drop(columns=["wall_s", "cpu_s"]).to_csv() if not complaint else complaint
    print(json.dumps({"acknowledged": acknowledged, "before": before, "said": said,
                      "sound": store.exists() and verify(store).sound, "whole": whole}), flush=True)
    subprocess.run(["umount", place], check=True)
"""


def _namespaces() -> bool:
    if which("unshare") is None:
        return False
    asked = ["unshare", "--mount", "--map-root-user", "mount", "-t", "tmpfs", "none", "/mnt"]
    return not subprocess.run(asked, capture_output=True, check=False).returncode


def disturbed(folder: Path, mode: str, sizes: list[int]) -> list[dict[str, object]]:
    """What came of the study on file systems of these sizes."""
    (folder / "study.toml").write_text(STUDY)
    (folder / "toy_system.py").write_text(SYSTEM)
    (folder / "place").mkdir()
    ended = subprocess.run(
        ["unshare", "--mount", "--map-root-user", sys.executable, "-c", DISTURBED,
         str(folder / "place"), mode, *map(str, sizes)],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return [json.loads(line) for line in ended.stdout.splitlines()]


def assert_nothing_is_lost(came: list[dict[str, object]]) -> None:
    whole = {each["whole"] for each in came}
    assert len(whole) == 1
    assert whole.pop().count("\n") == 41
    for each in came:
        assert each["acknowledged"] <= each["before"]
        assert each["sound"]
        assert each["said"] == "" or each["said"].startswith("ablation.errors.StoreError: runs.db:")


needs_namespaces = pytest.mark.skipif(not _namespaces(), reason="no namespace to mount in")


@needs_namespaces
def test_a_disk_that_is_full_loses_nothing(tmp_path: Path) -> None:
    came = disturbed(tmp_path, "full", [120])
    assert_nothing_is_lost(came)
    assert came[0]["said"]


@needs_namespaces
def test_a_folder_that_is_read_only_loses_nothing(tmp_path: Path) -> None:
    came = disturbed(tmp_path, "read-only", [16384])
    assert_nothing_is_lost(came)
    assert came[0]["said"]


@needs_namespaces
@pytest.mark.torture
def test_a_disk_that_is_full_at_fifty_points_loses_nothing(tmp_path: Path) -> None:
    came = disturbed(tmp_path, "full", list(range(8, 408, 8)))
    assert_nothing_is_lost(came)
    assert all(each["said"] for each in came)  # so it was full, fifty times
    assert len({each["before"] for each in came}) > 10


@needs_namespaces
@pytest.mark.torture
def test_a_folder_that_becomes_read_only_at_fifty_points_loses_nothing(tmp_path: Path) -> None:
    assert_nothing_is_lost(disturbed(tmp_path, "read-only", list(range(16001, 16051))))
