"""`check_system` finds, in a system, each thing that would make the numbers of a study wrong."""

import random
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Study
from ablation.errors import SystemCheckError
from ablation.testing import check_system

CONFIG = {"a": True, "model": {"depth": 4}}
PARTS = [Component("a", switch="a"), Component("depth", switch="model.depth", off=1)]
GOOD = """\
import random
def train(config, seeds):
    luck = random.Random(seeds["init"]).gauss(0, 0.1)
    return {"score": config["a"] + config["model"]["depth"] + luck}
"""


def luck(seeds) -> float:
    return random.Random(seeds["init"]).random()


def good(config, seeds):
    return {"score": config["a"] + config["model"]["depth"] + luck(seeds)}


def unseeded(config, seeds):
    return {"score": random.SystemRandom().random() + luck(seeds)}


def global_state(config, seeds):
    return {"score": config["a"] + random.random()}


def one_run(config, seeds):
    return {"score": config["a"] + config["model"]["depth"]}


def deaf(config, seeds):
    return {"score": config["a"] + luck(seeds)}


def indifferent(config, seeds):
    return {"score": config["a"] + luck(seeds) + 0 * config["model"]["depth"]}


def changes_config(config, seeds):
    config["model"]["depth"] = 7
    return {"score": config["a"] + config["model"]["depth"] + luck(seeds)}


KEPT: list[int] = []


def keeps(config, seeds):
    KEPT.append(0)
    return {"score": config["a"] + config["model"]["depth"] + luck(seeds) + (len(KEPT) > 4)}


def fails_without(config, seeds):
    if not config["a"]:
        raise ValueError("a is needed")
    return good(config, seeds)


def raises(config, seeds):
    raise ValueError("no data")


def returns_text(config, seeds):
    return {"score": "high"}


@pytest.mark.parametrize(
    ("system", "check", "standing", "says"),
    [
        (unseeded, "repeats", "failed", "seeded by nothing"),
        (global_state, "repeats", "failed", "global generators"),
        (one_run, "uses its seeds", "warning", "every seed is the same run"),
        (deaf, "switch of depth", "failed", 'config["model.depth"] is never read'),
        (indifferent, "switch of depth", "warning", "is read"),
        (changes_config, "leaves its config alone", "failed", "copy it first"),
        (keeps, "leaves nothing behind", "failed", "depend on their order"),
        (fails_without, "switch of a", "failed", "a is needed"),
        (raises, "returns metrics", "failed", "no data"),
        (returns_text, "returns metrics", "failed", "no number"),
    ],
)
def test_a_fault_is_found_and_said(system, check: str, standing: str, says: str) -> None:
    KEPT.clear()
    checked = check_system(system, config=CONFIG, components=PARTS)
    assert checked[check].standing == standing
    assert says in checked[check].said
    assert checked.sound is (standing != "failed")
    others = [each for each in checked.findings if each.standing == "failed" and each.name != check]
    assert others == []


def test_a_good_system_passes_every_check_in_a_worker_too(tmp_path: Path) -> None:
    (tmp_path / "good_for_check.py").write_text(GOOD)
    checked = check_system(
        "good_for_check:train", config=CONFIG, components=PARTS, metrics=["score"], folder=tmp_path
    )
    assert {each.standing for each in checked.findings} == {"passed"}
    assert checked["same in a worker process"].said == "bit for bit"
    assert checked.require() is checked
    assert str(checked).splitlines()[0] == f"good_for_check:train: {len(checked.findings)} passed"


def test_what_a_worker_cannot_repeat_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text(
        "import os\ndef train(config, seeds):\n"
        "    return {'score': config['a'] + os.getpid() + 0 * seeds['x']}\n"
    )
    checked = check_system("elsewhere:train", config=CONFIG, components=PARTS[:1], folder=tmp_path)
    assert checked["same in a worker process"].standing == "warning"


def test_a_system_that_is_not_there_fails_and_require_says_everything(tmp_path: Path) -> None:
    checked = check_system("no_such_module:train", folder=tmp_path)
    assert checked["is found"].standing == "failed"
    with pytest.raises(SystemCheckError, match="no_such_module") as refusal:
        checked.require()
    assert refusal.value.findings


def test_a_whole_study_is_checked_with_its_own_metrics_and_seed() -> None:
    metrics = [Metric("scor")]
    study = Study("toy", good, PARTS, LeaveOneOut(), metrics, [7], config=CONFIG)
    checked = check_system(study)
    assert "Did you mean score?" in checked["returns metrics"].said
    right = Study("toy", good, PARTS, LeaveOneOut(), [Metric("score")], [7], config=CONFIG)
    assert check_system(right).sound


def test_the_random_numbers_of_everybody_else_are_left_as_they_were() -> None:
    random.seed(3)
    state = random.getstate()
    check_system(good, config=CONFIG, components=PARTS)
    assert random.getstate() == state
