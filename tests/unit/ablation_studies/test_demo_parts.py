"""Each part of the demo says what its numbers say, whatever they turn out to be."""

from dataclasses import replace

import pytest
import torch

from ablation.attribution.confounding import Difference
from ablation.design import Seeds
from ablation.pages.inline import plain_text
from ablation.pages.page import Prose
from ablation.studies.demo.bow import refused
from ablation.studies.demo.confounded import verdicts
from ablation.studies.demo.napkin import identified
from ablation.studies.demo.network import baseline, held_out
from ablation.studies.demo.part import Scale, Setting
from ablation.studies.demo.prediction import close_calls, explained
from ablation.studies.demo.wiring import wired
from ablation.studies.digits.training import train


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    scale = Scale(epochs=2, images=400, rows=2000)
    return Setting(folder=tmp_path_factory.mktemp("demo"), workers=0, scale=scale)


def test_the_wiring_is_found_without_a_mistake(setting: Setting) -> None:
    part = wired(setting)
    assert part.answer.startswith("Exactly as in the code: all 21 edges")
    assert "Structural Hamming distance: 0, of 28 pairs." in part.told


def test_the_network_is_the_one_of_the_first_trial(setting: Setting) -> None:
    network, test = baseline(setting), held_out(setting)
    with torch.no_grad():
        right = (network(test.images).argmax(1) == test.labels).double().mean().item()
    trial = train({"epochs": 2, "images": 400}, Seeds("digits", 0))
    assert right == trial["accuracy"]


def test_close_calls_are_the_smallest_margins_among_those_read_correctly(setting: Setting) -> None:
    network, test = baseline(setting), held_out(setting)
    with torch.no_grad():
        logits = network(test.images).tolist()
    margins = {}
    for place, (row, label) in enumerate(zip(logits, test.labels.tolist(), strict=True)):
        margins[place] = row[label] - max(row[:label] + row[label + 1 :])
    expected = sorted((m, place) for place, m in margins.items() if m > 0)[:5]
    found = close_calls(network, test, 5)
    assert [case.place for case in found] == [place for _, place in expected]
    assert all(case.label == int(test.labels[case.place]) for case in found)


def test_the_case_of_part_four_is_said_to_be_the_most_telling_one(setting: Setting) -> None:
    few = Setting(folder=setting.folder, workers=0, scale=replace(setting.scale, close_calls=2))
    part = explained(few)
    assert part.answer.startswith("In the most telling of the 10 cases looked at, with probability")
    assert "\u202f% of 4,000 draws." in part.told[0]
    prose = [plain_text(block.text) for block in part.blocks if isinstance(block, Prose)]
    assert any("is no typical one: among 10 pairs of the 2 test images" in text for text in prose)


def test_the_napkin_has_one_number_by_two_exact_roads(setting: Setting) -> None:
    told = " ".join(identified(setting).told)
    assert "gives 3/5, surgery on the model 3/5: exactly the same." in told


def test_the_bow_is_refused_with_a_hedge_and_two_answers(setting: Setting) -> None:
    told = " ".join(refused(setting).told)
    assert "no. The hedge is {X, Y} around {Y}." in told
    assert "with the same law of X and Y answer 1/2 and 1/10" in told


RIGHT = Difference(-0.07, -0.10, -0.04)
TRUTH = Difference(-0.06, -0.07, -0.05)


@pytest.mark.parametrize(
    ("naive", "adjusted", "words"),
    [
        (Difference(0.10, 0.04, 0.16), RIGHT, ["opposite of what is true", "holds the truth"]),
        (Difference(0.01, -0.04, 0.06), RIGHT, ["it stands, its interval misses", "holds"]),
        (Difference(-0.02, -0.07, 0.03), RIGHT, ["happens to hold the truth", "holds"]),
        (Difference(0.10, 0.04, 0.16), Difference(-0.08, -0.09, -0.07), ["opposite", "misses"]),
    ],
)
def test_the_verdict_on_a_log_follows_its_numbers(
    naive: Difference, adjusted: Difference, words: list[str]
) -> None:
    said = list(verdicts(naive, adjusted, TRUTH))
    assert len(said) == 2
    assert all(word in sentence for word, sentence in zip(words, said, strict=True))
