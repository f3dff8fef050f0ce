"""Two threads at one module: the second is refused, and nothing is left behind."""

import copy
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn

import ablation
from ablation.neural.errors import OtherThreadError
from ablation.neural.forwards import _LAYERS, _WAYS


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2)).eval()


def elsewhere(work):
    """What some work returns or raises in another thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(timeout=60)


def ablate(module, name):
    with torch.no_grad(), ablation.ablated(module, name):
        return module(torch.ones(1, 4))


@pytest.mark.parametrize("name", ["0", "2"])
def test_a_second_thread_is_refused_whichever_component_it_names(name):
    net = network()
    before = {part: dict(part.__dict__) for part in net.modules()}
    with ablation.ablated(net, "0"), torch.no_grad():
        with pytest.raises(OtherThreadError, match="patched already, by another thread"):
            elsewhere(lambda: ablate(net, name))
        net(torch.ones(1, 4))
    assert {part: dict(part.__dict__) for part in net.modules()} == before
    assert elsewhere(lambda: ablate(net, "0")).shape == (1, 2)


def test_a_part_of_a_patched_module_is_refused_too_and_the_whole_around_a_part():
    net = nn.Sequential(network(), nn.Tanh())
    with ablation.ablated(net, "1"), torch.no_grad():
        with pytest.raises(OtherThreadError):
            elsewhere(lambda: ablate(net[0], "0"))
        net(torch.ones(1, 4))
    with ablation.ablated(net[0], "0"), torch.no_grad():
        with pytest.raises(OtherThreadError):
            elsewhere(lambda: ablate(net, "1"))
        net(torch.ones(1, 4))


@pytest.mark.parametrize(
    "asked",
    [
        lambda net, x: ablation.sweep(net, x, ["2"], metric=lambda output: output[:, 0]),
        lambda net, x: ablation.explain(net, x[:1], "2", event=lambda output: True),
        lambda net, x: ablation.audit(net, x, ["2"], metric=lambda y: y[:, 0], margin=0.1),
    ],
    ids=["sweep", "explain", "audit"],
)
def test_no_other_question_is_answered_with_an_ablation_of_another_thread_in_it(asked):
    net, x = network(), torch.rand(8, 4)
    with ablation.ablated(net, "0", expect_effect=False), pytest.raises(OtherThreadError):
        elsewhere(lambda: asked(net, x))


def test_many_threads_at_one_module_measure_what_one_would_or_are_refused():
    net, x = network(), torch.rand(8, 4)
    alone = {name: ablate(net, name) for name in ("0", "1", "2")}
    begin = threading.Barrier(8)

    def work(number):
        name, refused = "012"[number % 3], 0
        begin.wait(timeout=60)
        for _ in range(50):
            try:
                found = ablate(net, name)
            except OtherThreadError:
                refused += 1
            else:
                assert torch.equal(found, alone[name])
        return refused

    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(work, range(8)))
    assert sum(counts) < 8 * 50
    assert all("forward" not in part.__dict__ for part in net.modules())
    assert not _LAYERS
    assert _WAYS.blocks == 0
    assert torch.backends.mha.get_fastpath_enabled()
    assert ablation.sweep(net, x, ["0"], metric=lambda output: output[:, 0])["exact"].all()


def test_copies_are_worked_on_side_by_side():
    net, x = network(), torch.rand(64, 4)
    wanted = ablation.sweep(net, x, ["0[*]"], metric=lambda output: output[:, 0])["effect"]

    def work(mine):
        return ablation.sweep(mine, x, ["0[*]"], metric=lambda output: output[:, 0])["effect"]

    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(work, [copy.deepcopy(net) for _ in range(4)]):
            assert found.to_numpy() == pytest.approx(wanted.to_numpy(), rel=1e-5, abs=1e-6)
    assert not _LAYERS
