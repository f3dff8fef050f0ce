"""Answers about predictions draw themselves: hold to the numbers, harm nothing, load nothing."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import ablation
from ablation.attribution.given import Given, input_figure
from ablation.pages.inert import inert
from ablation.report.prediction import page

NS = "{http://www.w3.org/2000/svg}"


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.drop = nn.Linear(4, 4), nn.Linear(4, 4), nn.Dropout(0.5)
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.drop(torch.tanh(self.a(x)))
        return self.head(x + torch.tanh(self.b(x)))


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(1)
    return Net().eval()


X = torch.tensor([[0.5, -1.0, 2.0, 0.1]])


def answers(net: nn.Module) -> list[object]:
    with torch.no_grad():
        label = int(net(X).argmax())
    event = ablation.Predicted(label)
    told = [
        ablation.explain(net.train(mode), X, "a", event=event, draws=200) for mode in (True, False)
    ]
    flow = ablation.flow(net, X, metric=lambda out: out[0, label])
    return [*told, flow, ablation.circuit(net, X, ["a", "b"], keeps=event)]


def test_every_answer_draws_itself_and_loads_nothing(net):
    for answer in answers(net):
        html = answer._repr_html_()
        assert not re.search(
            r"<script|https?://(?!www\.w3\.org/2000/svg)|@import|url\(|on\w+=", html
        )
        assert "prefers-color-scheme: dark" in html
        for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
            assert inert(svg)
        assert html.count("<div") == html.count("</div")


def test_a_page_about_a_prediction_holds_input_worlds_and_components(net, tmp_path):
    told, _, flow, _ = answers(net)
    html = page(told, flow).save(tmp_path / "why.html").read_text()
    assert html.count("<svg") == 4, "the components twice: for a page and for a phone"
    for part in ("Two worlds", "The components behind it", "What it rests on", "necessity (PN)"):
        assert part in html
    assert "The components behind it" not in page(told).render()


@pytest.mark.parametrize(
    ("given", "squares"),
    [
        (torch.eye(3).view(1, 3, 3), 3),
        (torch.eye(3).expand(1, 3, 3, 3), 3),
        (torch.tensor([[1.0, 0.0, 1.0]]), 2),
    ],
)
def test_an_input_is_drawn_as_what_it_is(given, squares):
    svg = input_figure(Given.of(given))
    assert svg.count("<rect") == squares + 1, "and a frame"


def test_tokens_are_written_and_what_cannot_be_drawn_is_left_out():
    svg = input_figure(Given.of(torch.tensor([[3, 14, 15]])))
    assert [e.text for e in ET.fromstring(svg).iter(f"{NS}text")][:3] == ["3", "14", "15"]
    assert input_figure(Given.of(torch.zeros(2, 2, 2, 2))) is None
    assert input_figure(Given.of(torch.full((2, 2), np.nan))) is None
    assert Given.of(torch.zeros(100, 100)) is None
    assert Given.of({"text": "no tensor"}) is None
