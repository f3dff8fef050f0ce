"""Answers about predictions draw themselves: hold to the numbers, harm nothing, load nothing."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import ablation
from ablation.attribution.given import Given
from ablation.pages.figures.ribbons import Shares, two_worlds
from ablation.pages.figures.widths import effect_graph
from ablation.pages.fragment import fragment, table
from ablation.pages.inert import inert
from ablation.report.prediction import input_figure, page

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
    assert html.count("<svg") == 3
    for part in ("Two worlds", "The components behind it", "What it rests on", "necessity (PN)"):
        assert part in html
    assert "The components behind it" not in page(told).render()


def test_names_from_outside_stay_names():
    evil = "<script>alert(1)</script>"
    assert "<script" not in fragment(evil, table([evil], [[evil]]))
    assert "<script" not in effect_graph([(evil, "b")], worth={evil: 1.0})
    assert "<script" not in two_worlds(Shares(1, 0, 0, 0), on=evil)


@pytest.mark.parametrize("shares", [(0.5, 0.2, 0.1, 0.2), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 1)])
def test_ribbons_are_as_wide_as_their_shares_and_fill_both_worlds(shares):
    root = ET.fromstring(two_worlds(Shares(*shares)))
    paths = [path.get("d") for path in root.iter(f"{NS}path")]
    assert len(paths) == sum(share > 0 for share in shares)
    widths = []
    for path in paths:
        ends = [[float(x) for x in pair.split(",")] for pair in re.findall(r"[\d.]+,[\d.]+", path)]
        widths.append(ends[-1][1] - ends[0][1])
    assert sum(widths) == pytest.approx(170, abs=0.1)
    bars = [float(rect.get("height")) for rect in root.iter(f"{NS}rect")]
    assert sum(bars) == pytest.approx(2 * 170, abs=0.1)


def test_arrows_are_as_wide_as_their_effects():
    effects = {("a", "b"): 1.0, ("b", "c"): -0.5, ("a", "c"): 0.001}
    root = ET.fromstring(effect_graph(list(effects), widths=effects))
    lines = [path for path in root.iter(f"{NS}path") if path.get("stroke-width")]
    widths = sorted(float(path.get("stroke-width")) for path in lines)
    assert widths == pytest.approx([1.3, 1.3 + 7.7 / 2, 9.0])
    warn = [path for path in lines if "--warn" in path.get("stroke")]
    assert [float(path.get("stroke-width")) for path in warn] == pytest.approx([1.3 + 7.7 / 2])
    assert sum(path.get("stroke-dasharray") is not None for path in lines) == 1


def test_a_circuit_fills_its_members_and_fades_the_rest():
    edges = [("input", "a"), ("a", "b"), ("a", "c"), ("b", "output")]
    svg = effect_graph(edges, nodes=["a", "b", "c"], members=["a", "b"])
    root = ET.fromstring(svg)
    dashed = [e for e in root.iter(f"{NS}path") if e.get("stroke-dasharray")]
    assert len(dashed) == 1, "the arrow to c"
    assert sum(e.get("stroke-dasharray") is not None for e in root.iter(f"{NS}rect")) == 1
    assert sum(e.get("fill-opacity") == "0.16" for e in root.iter(f"{NS}rect")) == 2


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
