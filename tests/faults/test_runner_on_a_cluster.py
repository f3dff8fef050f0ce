"""A cluster of three nodes on this machine: the same table as here, whatever becomes of a node."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from strategies.toy_study import STUDY

import ablation
from ablation.errors import StudyError
from ablation.store import verify

SYSTEM = """
import os, random, sys, time
def train(config, seeds):
    time.sleep(0.2)
    if not config["attention"] and seeds.seed == 1:
        {misdeed}
    return {{"accuracy": random.Random(seeds["init"]).random() + config["dropout"]}}
"""
# Three nodes of one processor each; one of them is killed once some trials are recorded.
ON_THREE_NODES = """
import json, sys, time
from ray.cluster_utils import Cluster
import ablation

small = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
cluster = Cluster(initialize_head=True, head_node_args={**small, "include_dashboard": False})

def added(tries=5):
    try:
        return cluster.add_node(**small)
    except Exception:  # Ray gives a node thirty seconds to start, which a busy machine may need
        if not tries:
            raise
        return added(tries - 1)

doomed, _ = added(), added()
cluster.wait_for_nodes()
killed = []

def watch(progress):
    if KILL and not killed and progress.done + progress.failed >= 4:
        killed.append(len(progress.running))
        cluster.remove_node(doomed, allow_graceful=False)

try:
    study = ablation.Study.from_toml("study.toml")
    trials = ablation.run(
        study, "cluster.db", progress=watch, cluster=ablation.Ray(address=cluster.address, **ASK)
    )
except ablation.AblationError as error:
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
else:
    print(json.dumps({"killed": killed, "attempts": len(trials.attempts)}))
finally:
    cluster.shutdown()
"""

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed")


def written(folder: Path, *, seeds: int, misdeed: str = "pass") -> Path:
    (folder / "study.toml").write_text(STUDY.format(seeds=seeds))
    (folder / "toy_system.py").write_text(SYSTEM.format(misdeed=misdeed))
    return folder


def on_three_nodes(folder: Path, *, kill: bool, ask: str = "dict()") -> dict[str, object]:
    script = ON_THREE_NODES.replace("KILL", str(kill)).replace("ASK", ask)
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


def table(store: Path) -> pd.DataFrame:
    columns = ["study", "condition", "component", "seed", "status", "attempt", "accuracy"]
    return ablation.load(store).frame()[columns]


def locally(folder: Path) -> pd.DataFrame:
    ablation.run(ablation.Study.from_toml(folder / "study.toml"), folder / "local.db", 2)
    return table(folder / "local.db")


@needs_ray
def test_a_node_that_is_killed_costs_nothing_and_the_table_is_that_of_one_machine(
    tmp_path: Path,
) -> None:
    written(tmp_path, seeds=10)
    said = on_three_nodes(tmp_path, kill=True)
    assert said == {"killed": [3], "attempts": 30}
    assert verify(tmp_path / "cluster.db").sound
    pd.testing.assert_frame_equal(table(tmp_path / "cluster.db"), locally(tmp_path))


@needs_ray
@pytest.mark.torture
@pytest.mark.parametrize("misdeed", ["os._exit(3)", "raise ValueError('no')", "sys.exit(1)"])
def test_what_a_system_does_is_a_row_there_as_it_is_here(tmp_path: Path, misdeed: str) -> None:
    written(tmp_path, seeds=3, misdeed=misdeed)
    assert on_three_nodes(tmp_path, kill=False) == {"killed": [], "attempts": 9}
    pd.testing.assert_frame_equal(table(tmp_path / "cluster.db"), locally(tmp_path))
    here, there = (ablation.load(tmp_path / f"{name}.db") for name in ("local", "cluster"))
    assert [each.error for each in here if each.error] == [
        each.error for each in there if each.error
    ]


@needs_ray
@pytest.mark.torture
def test_what_no_node_has_and_a_system_that_is_not_there_are_one_line(tmp_path: Path) -> None:
    written(tmp_path, seeds=3)
    said = on_three_nodes(tmp_path, kill=False, ask="dict(gpus=1)")
    assert said["error"] == (
        "WorkerError: no node has what a trial needs (1 CPU, 1 GPU); the cluster has 3 CPU, 0 GPU."
    )
    (tmp_path / "toy_system.py").unlink()
    said = on_three_nodes(tmp_path, kill=False)
    assert said["error"].startswith("SystemNotFoundError: the system 'toy_system:train'")


@needs_ray
def test_a_cluster_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    written(tmp_path, seeds=3)
    ended = subprocess.run(
        [sys.executable, "-m", "ablation", "run", "study.toml", "--ray", "nonsense"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith("Error: no Ray cluster answers at 'nonsense'")
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "runs.db").exists()


def test_a_cluster_without_ray_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    written(tmp_path, seeds=3)
    study = ablation.Study.from_toml(tmp_path / "study.toml")
    with pytest.raises(StudyError, match=r"pip install 'causal-ablation\[ray\]'"):
        ablation.run(study, tmp_path / "runs.db", cluster=ablation.Ray())
