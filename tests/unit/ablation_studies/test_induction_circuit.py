"""A network trained to repeat: the circuit that is found is the mechanism that is known."""

import re

import pytest
import torch
from torch import Tensor

from ablation import Mean, circuit, path_effect
from ablation.studies.induction.training import repeated_well, strings, trained
from ablation.studies.induction.transformer import Repeater

PERIOD = 6
HEADS = "layers.*.heads[*]"


def place(name: str) -> tuple[int, int]:
    layer, head = re.fullmatch(r"layers\.(\d)\.heads\[(\d)\]", name).groups()
    return int(layer), int(head)


def looks(net: Repeater, tokens: Tensor, layer: int, back: int) -> Tensor:
    """How much each head looks so many positions back, once there is something to look at."""
    with torch.no_grad():
        pattern = net.patterns(tokens)[layer]
    return pattern.diagonal(-back, 2, 3)[..., 1:].mean((0, 2))


@pytest.fixture(scope="module")
def tokens() -> Tensor:
    return strings(128, PERIOD, torch.Generator().manual_seed(5))


@pytest.fixture(scope="module")
def elsewhere() -> Tensor:
    return strings(256, PERIOD, torch.Generator().manual_seed(6))


def holds_the_mechanism(net: Repeater, tokens: Tensor, elsewhere: Tensor) -> None:
    def keeps(logits: Tensor) -> float:
        return repeated_well(logits, tokens, PERIOD) - 0.6

    with torch.no_grad():
        assert repeated_well(net(tokens), tokens, PERIOD) > 0.97
    found = circuit(net, tokens, HEADS, keeps=keeps, by=Mean(), reference=elsewhere)
    assert found.proof == "smallest"
    for members in found.alternatives:
        (first, before), (second, induces) = map(place, members)
        assert (first, second) == (0, 1), "one head of each layer"
        assert looks(net, tokens, 1, PERIOD - 1)[induces] > 0.4, "it looks at what came next"
        previous = looks(net, tokens, 0, 1)
        assert previous[before] > 1.5 * 1 / PERIOD
        assert previous[before] > looks(net, tokens, 1, 1).max()
    _, before = place(found.members[0])
    assert looks(net, tokens, 0, 1).argmax() == before, "the best of those that look one back"


def test_the_circuit_of_a_repeater_is_one_head_that_looks_back_and_one_that_induces(
    tokens, elsewhere
):
    net = trained(heads=2, steps=300, seed=0)
    holds_the_mechanism(net, tokens, elsewhere)

    def wrong(logits: Tensor) -> Tensor:
        return logits[:, PERIOD:-1].log_softmax(-1).gather(
            -1, tokens[:, PERIOD + 1 :].unsqueeze(-1)
        ).mean()  # fmt: skip

    how = {"among": HEADS, "metric": wrong, "by": Mean(), "reference": elsewhere}
    through = path_effect(
        net,
        tokens,
        [f"layers.0.heads[0] -> layers.1.heads[{k}] -> output" for k in range(2)],
        **how,
    )
    direct = path_effect(net, tokens, "layers.0.heads[0] -> output", **how)
    assert through.total.value > 1, "nats a token"
    assert through.share > 0.9
    assert abs(direct.share) < 0.1


@pytest.mark.torture
@pytest.mark.parametrize(("heads", "steps", "seed"), [(4, 500, 0), (4, 500, 2), (4, 500, 3)])
def test_among_more_heads_the_mechanism_is_found_again(heads, steps, seed, tokens, elsewhere):
    holds_the_mechanism(trained(heads=heads, steps=steps, seed=seed), tokens, elsewhere)
