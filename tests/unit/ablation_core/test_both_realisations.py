"""A component declared once is trained away and patched away, by the runner, from one code base."""

from pathlib import Path

import pytest

import ablation
from ablation import Component, LeaveOneOut, Metric, Noise, Study, run
from ablation.design import Seeds
from ablation.realisation import Realisation

LAB = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.extra = nn.Linear(8, 8) if config["extra"] else nn.Identity()
        self.last = nn.Linear(8, 1)
    def forward(self, x):
        hidden = torch.tanh(self.first(x))
        return self.last(hidden + self.extra(hidden))

def data(seed):
    x = torch.rand(64, 4, generator=torch.Generator().manual_seed(seed))
    return x, (x * torch.arange(4.0)).sum(1, keepdim=True).sin()

def train(config, seeds):
    torch.manual_seed(seeds["init"])
    net = Net(config)
    x, y = data(seeds["data"])
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    return net

def evaluate(net, config, seeds):
    x, y = data(seeds["evaluation"])
    with torch.no_grad():
        return {"loss": nn.functional.mse_loss(net(x), y).item()}

def no_network(config, seeds):
    return 3.0
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all: a process knows only one module of a name."""
    made = tmp_path_factory.mktemp("lab")
    (made / "lab_in_two.py").write_text(LAB)
    return made


def study(folder: Path, *components: Component, train: str = "train") -> Study:
    parts = components or (Component("extra", switch="extra", module="extra"),)
    return Study(
        "lab", f"lab_in_two:{train}", parts, LeaveOneOut(),
        [Metric("loss", higher_is_better=False)], 2, config={"extra": True},
        evaluate="lab_in_two:evaluate", folder=folder,
    )  # fmt: skip


def by_hand(folder: Path, seed: int, *, extra: bool, patched: bool) -> float:
    """The same trial without any of the runner: train, put zeros, evaluate."""
    found = Realisation.find("lab_in_two:train", "lab_in_two:evaluate", folder)
    seeds = Seeds("lab", seed)
    net = found.train({"extra": extra}, seeds)
    if patched:
        net.extra.weight.data.zero_()
        net.extra.bias.data.zero_()
    return found.evaluate(net, {"extra": extra}, seeds)["loss"]


@pytest.mark.parametrize("workers", [0, 1])
def test_training_without_and_patching_are_the_trials_done_by_hand(folder, workers: int) -> None:
    trials = run(study(folder), folder / f"{workers}.db", workers=workers)
    found = {(each.condition, each.seed): each for each in trials}
    assert len(found) == 6
    for seed in (0, 1):
        ways = {
            "baseline": {"extra": True, "patched": False},
            "without extra": {"extra": False, "patched": False},
            "without extra at inference": {"extra": True, "patched": True},
        }
        for condition, how in ways.items():
            trial = found[condition, seed]
            assert trial.error is None
            assert trial.metrics["loss"] == pytest.approx(by_hand(folder, seed, **how), rel=1e-6)
    table = ablation.effects(trials)
    assert table["component"].tolist() == ["extra", "extra at inference"]
    again = ablation.load(folder / f"{workers}.db")
    assert [each.key for each in again.planned] == [each.key for each in trials.planned]


def test_every_operator_reaches_the_worker(folder: Path) -> None:
    parts = [Component("extra", module="extra", by=Noise(0.5))]
    first = run(study(folder, *parts), folder / "a.db", workers=1)
    again = run(study(folder, *parts), folder / "b.db", workers=0)
    losses = [each.metrics["loss"] for each in first]
    assert losses == [each.metrics["loss"] for each in again]
    assert len({*losses}) == 4


def test_a_patch_that_cannot_be_made_is_a_failed_trial_that_says_why(folder: Path) -> None:
    missing = Component("extra", module="extr")
    trials = run(study(folder, missing), folder / "m.db", workers=0)
    failed = [each for each in trials if not each.done]
    assert {each.condition for each in failed} == {"without extra"}
    assert "extra" in failed[0].error.splitlines()[0]
    number = run(study(folder, train="no_network"), folder / "n.db", workers=0)
    patched = next(each for each in number if each.condition.endswith("at inference"))
    assert "train returned float" in patched.error
