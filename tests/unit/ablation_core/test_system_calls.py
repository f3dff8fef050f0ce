"""Whatever a system does short of killing its process becomes an outcome that says what."""

import sys
from pathlib import Path

import numpy as np
import pytest

from ablation import Seeds
from ablation.errors import SystemNotFoundError
from ablation.systems import Outcome, call, find

SEEDS = Seeds("toy", 0)


def outcome(result: object, *metrics: str) -> Outcome:
    return call(lambda config, seeds: result, {}, SEEDS, metrics or ("accuracy",))


@pytest.mark.parametrize("number", [1, 0, 0.5, -3.25, np.float32(0.5), np.int64(3), np.array(0.5)])
def test_numbers_of_every_kind_are_metrics(number: object) -> None:
    assert outcome({"accuracy": number}).metrics == {"accuracy": float(number)}


@pytest.mark.parametrize(
    ("result", "says"),
    [
        ({"accuracy": float("nan")}, "'accuracy' is nan, not a finite number"),
        ({"accuracy": float("inf")}, "'accuracy' is inf, not a finite number"),
        ({"accuracy": "0.9"}, "'accuracy' is 0.9, not a finite number"),
        ({"accuracy": True}, "'accuracy' is True, not a finite number"),
        ({"accuracy": None}, "'accuracy' is None, not a finite number"),
        ({"accuracy": 10**400}, "'accuracy' is 1000"),
        ({"acuracy": 1.0}, "was not returned, but acuracy. Did you mean acuracy?"),
        ({}, "was not returned, but nothing."),
        (0.9, "returned float, not a mapping"),
        (None, "returned NoneType, not a mapping"),
        ({"accuracy": np.zeros(3)}, "'accuracy' is [0. 0. 0.], not a finite number"),
    ],
)
def test_what_is_no_number_fails_and_says_so(result: object, says: str) -> None:
    ended = outcome(result)
    assert ended.metrics == {}
    assert ended.error is not None
    assert says in ended.error.splitlines()[0]


def test_other_finite_numbers_are_kept_and_the_rest_is_dropped() -> None:
    told = {"accuracy": 1, "loss": 2.0, "worst": float("nan"), "name": "x", 3: 4}
    ended = outcome({**told, "each": np.zeros(3), "large": 10**400})
    assert ended.metrics == {"accuracy": 1.0, "loss": 2.0}
    assert "worst" in ended.returned


def test_an_exception_is_one_line_and_then_the_systems_own_traceback() -> None:
    def train(config, seeds):
        raise ValueError("no\nsuch \ud800 thing")

    ended = call(train, {}, SEEDS, ["accuracy"])
    first, *rest = ended.error.splitlines()
    assert first == "ValueError: no"
    assert "in train" in "\n".join(rest)
    assert "calling.py" not in ended.error
    ended.error.encode()


def test_a_long_message_is_cut() -> None:
    def train(config, seeds):
        raise ValueError("x" * 10**6)

    assert len(call(train, {}, SEEDS, ["accuracy"]).error) < 10_000


@pytest.mark.parametrize("code", [0, 3, None, "goodbye"])
def test_a_system_that_exits_has_failed(code: object) -> None:
    ended = call(lambda config, seeds: sys.exit(code), {}, SEEDS, ["accuracy"])
    assert ended.error.startswith("SystemExit")


def test_ctrl_c_is_not_a_failure_of_the_system() -> None:
    def train(config, seeds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(train, {}, SEEDS, ["accuracy"])


def test_a_system_may_change_the_config_that_it_was_given() -> None:
    config = {"layers": [1, 2], "model": {"depth": 3}}

    def train(config, seeds):
        config["layers"].append(config["model"].pop("depth"))
        return {"accuracy": len(config["layers"])}

    assert call(train, config, SEEDS, ["accuracy"]).metrics == {"accuracy": 3.0}
    assert config == {"layers": [1, 2], "model": {"depth": 3}}


def test_a_system_is_found_beside_its_study(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "found_beside.py").write_text("def train(config, seeds): return {'m': 1}")
    assert find("found_beside:train", tmp_path)({}, SEEDS) == {"m": 1}


@pytest.mark.parametrize(
    ("source", "name", "says"),
    [
        ("def train(): ...", "{}:trian", "has no 'trian'. Did you mean train"),
        ("train = 3", "{}:train", "is 3, not a function"),
        ("import no_such_module", "{}:train", "No module named 'no_such_module'"),
        ("raise ValueError('no')", "{}:train", "ValueError: no"),
        ("import sys; sys.exit(1)", "{}:train", "SystemExit: 1"),
        ("def (", "{}:train", "SyntaxError"),
        ("", "no_such_{}:train", "no module 'no_such_"),
    ],
)
def test_a_system_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch, request, source: str, name: str, says: str
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    module = f"absent_{abs(hash(request.node.name))}"
    (tmp_path / f"{module}.py").write_text(source)
    with pytest.raises(SystemNotFoundError, match=says):
        find(name.format(module), tmp_path)


def test_a_namesake_from_another_folder_is_not_taken_for_the_system(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "namesake_system.py").write_text("def train(c, s): return {}")
    find("namesake_system:train", tmp_path / "one")
    with pytest.raises(SystemNotFoundError, match="imported under that name"):
        find("namesake_system:train", tmp_path / "two")
