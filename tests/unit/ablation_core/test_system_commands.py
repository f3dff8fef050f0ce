"""A system may be a command: any program that reads one JSON file and writes another."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Limits, Metric, Seeds, Study, Trials, run
from ablation.errors import StudyError, SystemNotFoundError
from ablation.systems.command import STREAMS, Command

TRAIN = """
import json, sys
asked = json.load(open(sys.argv[1]))
config, seeds = asked["config"], asked["seeds"]
assert sorted(seeds) == sorted(%r)
%s
json.dump({"m": seeds["init"] %% 1000 + config["part"], "examples": {"right": [1, 0]},
           "covariates": {"steps": 7, "sharding": "DDP"}}, open(sys.argv[2], "w"))
"""


def study(folder: Path, misdeed: str = "", command: str = "") -> Study:
    (folder / "train it.py").write_text(TRAIN % (list(STREAMS), misdeed))
    command = command or "command: python 'train it.py' {config} {result}"
    return Study(
        "toy", command, [Component("part", switch="part")], LeaveOneOut(), [Metric("m")], 2,
        config={"part": True}, folder=folder,
    )  # fmt: skip


def expected() -> dict[tuple[str, int], float]:
    off = {"baseline": True, "without part": False}
    return {
        (condition, seed): Seeds("toy", seed)["init"] % 1000 + on
        for condition, on in off.items()
        for seed in (0, 1)
    }


@pytest.mark.parametrize("workers", [0, 1])
def test_a_command_is_a_system_like_any_other(tmp_path: Path, workers: int) -> None:
    trials = run(study(tmp_path), tmp_path / "runs.db", workers)
    assert {(each.condition, each.seed): each.metrics["m"] for each in trials} == expected()
    assert {each.covariates.steps for each in trials} == {7}
    assert {each.covariates.sharding for each in trials} == {"DDP"}


def failure(trials: Trials) -> str:
    (error,) = {each.error for each in trials}
    return error


MISDEEDS = {
    "print('out of memory'); sys.exit(3)":
        "CommandFailedError: python ended with exit code 3: out of memory\n",
    "sys.exit(0)": "CommandFailedError: the command wrote no result file",
    "open(sys.argv[2], 'w').write('{'); sys.exit()":
        "CommandFailedError: the result file is no JSON",
    "open(sys.argv[2], 'w').write('[]'); sys.exit()":
        "CommandFailedError: the result file holds list, not metrics",
}  # fmt: skip


@pytest.mark.parametrize("misdeed", MISDEEDS)
def test_a_command_that_fails_says_why(tmp_path: Path, misdeed: str) -> None:
    trials = run(study(tmp_path, misdeed), tmp_path / "runs.db", 1)
    assert MISDEEDS[misdeed] in failure(trials)


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    trials = run(
        study(tmp_path, "import time; time.sleep(100)"), tmp_path / "runs.db", 2,
        limits=Limits(seconds=1),
    )  # fmt: skip
    assert failure(trials) == "the trial took longer than its limit of 1 s"


REFUSED = {
    "command: ": "names no program",
    "command: train.sh {config}": "has no {result} to write to",
    "command: 'train.sh {config} {result}": "cannot be read: No closing quotation",
    "command: no-such-program {config} {result}": "no program 'no-such-program' in",
}


@pytest.mark.parametrize("command", REFUSED)
def test_a_command_that_can_never_run_is_refused_before_a_store_is_made(
    tmp_path: Path, command: str
) -> None:
    with pytest.raises((SystemNotFoundError, StudyError)) as refusal:
        run(study(tmp_path, command=command), tmp_path / "runs.db", 1)
    assert REFUSED[command] in str(refusal.value)
    assert not (tmp_path / "runs.db").exists()


def test_no_shell_reads_the_words(tmp_path: Path) -> None:
    (tmp_path / "count.py").write_text(
        "import sys, json; json.dump({'m': len(sys.argv)}, open(sys.argv[1], 'w'))"
    )
    words = "command: python count.py {result} '$(touch made)' ';' '`touch made`'"
    trials = run(study(tmp_path, command=words), tmp_path / "runs.db", 1)
    assert [each.metrics["m"] for each in trials] == [5.0] * 4
    assert not (tmp_path / "made").exists()


# A linear model trained by two processes, each with half of the data, under whatever shards it.
SHARDED = """
import json, os, sys
import torch, torch.distributed as dist
from torch import nn
asked = json.load(open(sys.argv[1])); how = asked["config"]["sharding"]
dist.init_process_group("gloo")
rank, processes = dist.get_rank(), dist.get_world_size()
torch.manual_seed(asked["seeds"]["init"])
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
data = torch.Generator().manual_seed(asked["seeds"]["split"])
x = torch.randn(64, 4, generator=data); y = x.sum(1, keepdim=True).tanh()
mine = slice(rank, None, processes)
if how.startswith("ZeRO"):
    import deepspeed
    engine, *_ = deepspeed.initialize(model=model, model_parameters=model.parameters(), config={
        "train_micro_batch_size_per_gpu": 32, "zero_optimization": {"stage": int(how[-1])},
        "optimizer": {"type": "SGD", "params": {"lr": 0.1}}, "zero_allow_untested_optimizer": True,
        "gradient_clipping": 0.0})
    def step():
        loss = (engine(x[mine]) - y[mine]).square().mean()
        engine.backward(loss); engine.step(); return loss
else:
    if how == "DDP":
        net = nn.parallel.DistributedDataParallel(model)
    elif how == "FSDP":
        from torch.distributed.fsdp import fully_shard
        from torch.distributed.device_mesh import init_device_mesh
        net = fully_shard(model, mesh=init_device_mesh("cpu", (processes,)))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    def step():
        loss = (net(x[mine]) - y[mine]).square().mean()
        optimizer.zero_grad(); loss.backward(); optimizer.step(); return loss
for _ in range(20): loss = step().detach()
dist.all_reduce(loss)
if rank == 0:
    with open(sys.argv[2], "w") as result:
        json.dump({"loss": loss.item() / processes, "covariates": {
            "sharding": how, "processes": processes, "steps": 20}}, result)
dist.barrier()
os._exit(0)  # now and then gloo's threads abort an ordinary exit
"""


def losses(folder: Path, monkeypatch: pytest.MonkeyPatch, *ways: str) -> list[float]:
    """The loss after twenty steps, for each way to share the work between two processes."""
    (folder / "sharded.py").write_text(SHARDED)
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    found = []
    for way in ways:
        command = "command: torchrun --standalone --nproc-per-node=2 sharded.py {config} {result}"
        system = Command.read(command, folder).found()
        found.append(system({"sharding": way}, Seeds("toy", 0))["loss"])
    return found


def alone() -> float:
    """The same training in one process."""
    torch = pytest.importorskip("torch")
    seeds = Seeds("toy", 0)
    torch.manual_seed(seeds["init"])
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    x = torch.randn(64, 4, generator=torch.Generator().manual_seed(seeds["split"]))
    y = x.sum(1, keepdim=True).tanh()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(20):
        loss = (model(x) - y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test_two_processes_under_torchrun_train_what_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert losses(tmp_path, monkeypatch, "DDP") == pytest.approx([alone()], rel=1e-5)


@pytest.mark.torture
def test_sharded_parameters_train_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert losses(tmp_path, monkeypatch, "FSDP") == pytest.approx([alone()], rel=1e-5)


@pytest.mark.torture
@pytest.mark.skipif(find_spec("deepspeed") is None, reason="DeepSpeed is not installed")
def test_every_stage_of_zero_trains_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = ("ZeRO-1", "ZeRO-2", "ZeRO-3")
    assert losses(tmp_path, monkeypatch, *ways) == pytest.approx([alone()] * 3, rel=1e-5)
