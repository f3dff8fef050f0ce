"""What is recorded beside the metrics: seen by the worker, said by the system, read years later."""

import subprocess
import sys
from json import loads
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation import Component, LeaveOneOut, Metric, Seeds, Study, load, record, run
from ablation.covariates import Covariates
from ablation.errors import AblationError
from ablation.systems import call
from ablation.systems.measuring import Gauge

texts = st.text(max_size=5)
json = st.none() | st.booleans() | st.integers() | texts | st.lists(st.integers(), max_size=2)
known = {
    "host": texts, "dtype": texts, "compiled": st.booleans(), "steps": st.integers(0, 99),
    "peak_memory": st.integers(0, 2**50),
    "streams": st.dictionaries(texts, st.integers(), max_size=2),
    "packages": st.dictionaries(texts, texts, min_size=1, max_size=2),
}  # fmt: skip


@given(st.fixed_dictionaries({}, optional=known), st.dictionaries(texts, json, max_size=3))
def test_covariates_read_back_and_strange_ones_are_kept_apart(facts, strange) -> None:
    strange = {name: value for name, value in strange.items() if name not in Covariates.names()}
    read = Covariates.read({**strange, **facts})
    assert dict(read.other) == {
        name: tuple(value) if isinstance(value, list) else value for name, value in strange.items()
    }
    assert Covariates.read(read.written()) == read
    for name, value in facts.items():
        assert getattr(read, name) == value


def test_a_covariate_of_the_wrong_kind_is_kept_but_not_believed() -> None:
    read = Covariates.read({"steps": "many", "compiled": 1, "host": None, "streams": {"a": "b"}})
    assert read.steps is read.compiled is read.host is None
    assert dict(read.other) == {"steps": "many", "compiled": 1, "host": None, "streams": {"a": "b"}}


def test_what_a_system_records_goes_with_its_trial_and_is_no_metric() -> None:
    def train(config, seeds):
        record(steps=300, tokens=9000, dtype="bfloat16")
        record(steps=310, schedule="cosine")
        return {"accuracy": seeds["init b"] % 2 + seeds["data"] % 2}

    outcome = call(train, {}, Seeds("toy", 4, {"data": 1}), ["accuracy"])
    found = Covariates.read(outcome.environment)
    assert (found.steps, found.tokens, found.dtype) == (310, 9000, "bfloat16")
    assert dict(found.other) == {"schedule": "cosine"}
    assert dict(found.streams) == {"data": 1, "init": 4}
    assert set(outcome.metrics) == {"accuracy"}
    again = call(lambda config, seeds: {"accuracy": 1.0}, {}, Seeds("toy", 4), ["accuracy"])
    assert "steps" not in again.environment


@pytest.mark.parametrize("facts", [{"steps": "many"}, {"compiled": 1}, {"dtype": 16}])
def test_recording_the_wrong_kind_is_refused_where_it_is_done(facts) -> None:
    (name,) = facts
    with pytest.raises(AblationError, match=f"{name} is (a whole number|true or false|text)"):
        record(**facts)


def test_outside_a_trial_recording_does_nothing() -> None:
    record(steps=3)


def test_the_memory_of_one_trial_is_not_that_of_the_one_before() -> None:
    def hungry(config, seeds):
        return {"m": float(len(bytearray(config["bytes"]).replace(b"\0", b"\1")))}

    def used(size: int) -> int:
        return call(hungry, {"bytes": size}, Seeds("t", 0), ["m"]).environment["peak_memory"]

    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("the peak of one trial can be told on Linux only")
    small, large, after = used(1000), used(200_000_000), used(1000)
    assert large > small + 150_000_000
    assert after < large - 150_000_000


def test_the_code_is_known_by_its_source_and_its_commit(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@t"]
        return subprocess.run(
            ["git", "-C", str(tmp_path), *identity, *arguments],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip

    (tmp_path / "coded.py").write_text("def train(config, seeds):\n    return {'m': 1.0}\n")

    def seen() -> Covariates:
        code = (
            "import sys, json; sys.path.insert(0, sys.argv[1]); import coded\n"
            "from ablation.systems.measuring import Gauge\n"
            "print(json.dumps(Gauge().covariates(coded.train)))"
        )
        out = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
        ).stdout
        return Covariates.read(loads(out))

    alone = seen()
    assert alone.commit is None
    git("init", "-q")
    git("add", "coded.py")
    git("commit", "-q", "-m", "first")
    first = seen()
    assert first.commit == git("rev-parse", "HEAD")
    assert first.uncommitted is False
    assert first.code == alone.code
    with (tmp_path / "coded.py").open("a") as file:
        file.write("# changed\n")
    changed = seen()
    assert changed.uncommitted is True
    assert changed.commit == first.commit
    assert changed.code != first.code


def test_torch_is_asked_only_where_it_is_loaded() -> None:
    code = (
        "import sys\nfrom ablation.systems.measuring import Gauge\n"
        "seen = Gauge().covariates(sys.exit)\n"
        "assert 'torch' not in sys.modules and 'dtype' not in seen, seen\n"
        "import torch\ntorch.set_num_threads(1); torch.set_default_dtype(torch.float64)\n"
        "seen = Gauge().covariates(sys.exit)\n"
        "assert (seen['dtype'], seen['threads'], seen['compiled'], seen['device'])"
        " == ('float64', 1, False, 'cpu'), seen\n"
        "assert seen['packages']['torch'] == torch.__version__\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert Gauge().covariates(len)["processes"] == 1


def test_every_trial_of_a_study_has_its_covariates_in_one_table(tmp_path: Path) -> None:
    (tmp_path / "recorded.py").write_text(
        "import ablation\ndef train(config, seeds):\n"
        "    ablation.record(steps=5 + config['a'], note='x')\n"
        "    return {'m': seeds['init'] % 7 + 0.0}\n"
    )
    parts = [Component("a", switch="a", off=0)]
    study = Study(
        "s", "recorded:train", parts, LeaveOneOut(), [Metric("m")], 2, config={"a": 1},
        folder=tmp_path,
    )  # fmt: skip
    run(study, tmp_path / "runs.db", workers=1)
    trials = load(tmp_path / "runs.db")
    table = trials.covariates()
    assert table["steps"].tolist() == [5 + (name == "baseline") for name in table["condition"]]
    assert table["order"].tolist() == [0, 1, 2, 3]
    assert table["streams.init"].tolist() == table["seed"].tolist()
    assert table["note"].tolist() == ["x"] * 4
    assert {"code", "host", "python", "threads", "wall_s", "cpu_s"} <= {*table.columns}
