"""The graph of components draws itself, for a page and for a phone, and says how it was found."""

import pytest
import torch
from torch import nn

import ablation


class Branching(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.a(x)
        return self.b(y) if y.sum() > 0 else self.b(-y)


@pytest.mark.parametrize(
    ("module", "said"),
    [
        (nn.Sequential(nn.Linear(2, 2), nn.ReLU()), ["run on symbols (torch.fx)."]),
        (
            Branching(),
            ["one run. Other inputs could take other branches.", "torch.fx: ", "torch.export: "],
        ),
    ],
)
def test_a_graph_is_drawn_twice_and_says_how_it_was_found(module, said):
    graph = ablation.Components.of(module, torch.ones(1, 2))
    html = graph._repr_html_()
    assert html.count("<svg") == 2
    assert all(html.count(f">{name}<") == 2 for name in (*graph.names, "input", "output"))
    assert all(each in html for each in said)
    assert "<script" not in html


def test_units_that_stand_alike_share_a_box():
    net = nn.Sequential(nn.Linear(2, 12), nn.ReLU(), nn.Linear(12, 2))
    html = ablation.Components.of(net, torch.ones(1, 2), ["0[*]", "2"])._repr_html_()
    assert html.count(">0[0 … 11]<") == 2
    assert html.count("<rect") == 2 * 4
    assert "share a box" in html


def test_what_a_component_is_called_is_text_and_nothing_else():
    html = ablation.Components(("<b>",), (), ends=(("input", "<b>"),))._repr_html_()
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
