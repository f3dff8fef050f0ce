"""Data that flows by a write into memory is in the graph: each arrow is found by intervening.

The oracle holds every component at what it passes on, moves one, and looks who reads something
else.
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from ablation import Components

PARTS = ("a", "b", "c", "d")


def augmented_view(net: "Written", x: Tensor) -> Tensor:
    made = net.a(x)
    half = made[:, :2]
    half += net.b(x)[:, :2]
    return net.d(net.c(made))


def view_taken_before(net: "Written", x: Tensor) -> Tensor:
    made = net.a(x)
    half = made[:, :2]
    made.add_(net.b(x))
    return net.c(torch.cat([half, half], -1)) + net.d(x)


def index_after_view(net: "Written", x: Tensor) -> Tensor:
    made = net.a(x)
    half = made[:, :2]
    made[:, 0] = net.b(x)[:, 0]
    return net.c(torch.cat([half, half], -1)) + net.d(x)


def writes_in_a_row(net: "Written", x: Tensor) -> Tensor:
    made = net.a(x)
    again = made[:, :4].add_(1)
    again.add_(net.b(x))
    return net.c(made) + net.d(x)


def into_a_buffer(net: "Written", x: Tensor) -> Tensor:
    net.kept.copy_(net.a(x))
    return net.c(torch.tanh(net.kept)) + net.d(net.b(x))


def into_a_new_tensor(net: "Written", x: Tensor) -> Tensor:
    made = torch.zeros(3, 4)
    made[:, :2] = net.a(x)[:, :2]
    return net.c(made) + net.d(net.b(x))


class Written(nn.Module):
    """Four parts, and a forward that writes."""

    def __init__(self, body: Callable[["Written", Tensor], Tensor]) -> None:
        super().__init__()
        self.a, self.b, self.c, self.d = (nn.Linear(4, 4) for _ in PARTS)
        self.register_buffer("kept", torch.zeros(3, 4))
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return self.body(self, x)


@torch.no_grad()
def moved(net: Written, x: Tensor, held: dict[str, Tensor], source: str) -> dict[str, Tensor]:
    """What every part and the output read, all parts held and one moved."""
    read: dict[str, Tensor] = {}
    hooks = []
    for name in PARTS:

        def hold(part: nn.Module, given: tuple[Tensor], made: Tensor, name: str = name) -> Tensor:
            read[name] = given[0].clone()
            return held.get(name, made).clone() + (name == source)

        hooks.append(getattr(net, name).register_forward_hook(hold))
    read["output"] = net(x.clone())
    for hook in hooks:
        hook.remove()
    return read


@pytest.mark.parametrize(
    "body",
    [
        augmented_view,
        view_taken_before,
        index_after_view,
        writes_in_a_row,
        into_a_buffer,
        into_a_new_tensor,
    ],
)
def test_the_arrows_are_those_that_an_intervention_finds(body):
    torch.manual_seed(0)
    net, x = Written(body).eval(), torch.randn(3, 4)
    held: dict[str, Tensor] = {}
    with torch.no_grad():
        for name in PARTS:
            getattr(net, name).register_forward_hook(
                lambda _part, _given, made, name=name: held.setdefault(name, made.clone())
            )
        net(x.clone())
        for name in PARTS:
            getattr(net, name)._forward_hooks.clear()
    still = moved(net, x, held, "")
    found = {
        (source, reader)
        for source in PARTS
        for reader, value in moved(net, x, held, source).items()
        if not torch.equal(value, still[reader])
    }
    graph = Components.of(net, x, PARTS)
    assert graph.exact
    assert {edge for edge in graph.edges + graph.ends if edge[0] != "input"} == found
