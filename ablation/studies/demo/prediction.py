"""Part four: one test image, and whether it would still be read correctly with a component off.

The image and the component are chosen by a rule, and the numbers come from draws of the noise that
the choice has not seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import torch
from scipy.stats import binomtest

from ablation.attribution.draws import Counts
from ablation.attribution.event import Predicted
from ablation.attribution.explanation import Explanation
from ablation.attribution.prediction import explain
from ablation.neural import select
from ablation.operators import Zero
from ablation.pages.figures import Bar, bar_compare, image_figure
from ablation.pages.numbers import count, percent
from ablation.pages.page import Beside, Block, Figure, Listing, Prose, Table
from ablation.studies.demo.network import PARTS, baseline, held_out
from ablation.studies.demo.part import Part, Setting
from ablation.studies.digits.data import Examples
from ablation.studies.digits.training import one_thread
from ablation.studies.digits.transformer import VisionTransformer

SCREENING, ANSWERING = 1, 2
SCREENED = 200


@dataclass(frozen=True, eq=False)
class Case:
    """One test image: its place in the test set, its pixels, the digit on it."""

    place: int
    image: torch.Tensor
    label: int


def explained(setting: Setting) -> Part:
    """Pick an image and a component by the rule, then answer with fresh draws."""
    network = baseline(setting)
    with one_thread():
        cases = close_calls(network, held_out(setting), setting.scale.close_calls)
        network.train()  # dropout awake: the noise that both worlds share
        screened = _screened(network, cases)
        case, component, _ = max(screened, key=lambda each: _gap(each[2]))
        draws = setting.scale.draws
        found = _explained(network, case, component, seed=ANSWERING, draws=draws)
    answer = (
        f"In the most telling of the {count(len(screened))} cases looked at, with probability "
        f"{found.probability:.2f}; noise drawn anew would have said {found.independent:.2f}."
    )
    blocks = _blocks(case, found, calls=len(cases), pairs=len(screened))
    return Part(answer, tuple(_told(case, found)), tuple(blocks))


def close_calls(network: VisionTransformer, test: Examples, many: int) -> list[Case]:
    """Find the test images that are read correctly by the smallest margins, dropout asleep."""
    with torch.no_grad():
        logits = network.eval()(test.images)
    margins = torch.stack(
        [Predicted(int(label))(row) for row, label in zip(logits, test.labels, strict=True)]
    )
    right = torch.nonzero(margins > 0).flatten()
    closest = right[torch.argsort(margins[right], stable=True)][:many].tolist()
    return [Case(place, test.images[place], int(test.labels[place])) for place in closest]


def _screened(network: VisionTransformer, cases: list[Case]) -> list[tuple[Case, str, Explanation]]:
    """Ask of each image and each component, by few draws."""
    return [
        (case, component, _explained(network, case, component, seed=SCREENING, draws=SCREENED))
        for case in cases
        for component in select(network, PARTS)
    ]


def _gap(found: Explanation) -> float:
    """How much the answer changes when the two worlds share their noise."""
    return abs(found.probability - found.independent)


def _explained(
    network: VisionTransformer, case: Case, component: str, *, seed: int, draws: int
) -> Explanation:
    image, event = case.image.unsqueeze(0), Predicted(case.label)
    return explain(
        network, image, component, event=event, by=Zero(), draws=draws, seed=seed, unit=case.place
    )


def _told(case: Case, found: Explanation) -> Iterator[str]:
    low, high = found.interval
    least, most = found.bounds
    yield (
        f"Test image {case.place}, a {case.label}: with dropout awake it is read correctly in "
        f"{percent(found.on, 0)} of {count(found.draws)} draws."
    )
    yield (
        f"Had {found.component} been off on those very draws, it would still be with probability "
        f"{found.probability:.3f} [{low:.3f}, {high:.3f}]."
    )
    yield (
        f"Noise drawn anew would have said {found.independent:.3f}; the frequencies alone allow "
        f"anything from {least:.3f} to {most:.3f}."
    )


def _blocks(case: Case, found: Explanation, *, calls: int, pairs: int) -> Iterator[Block]:
    yield Prose(
        "An ablation study says what a component is worth on average. About one prediction one "
        "can ask more: this scan was read correctly; would it still have been with the component "
        "off, all else as it was? All else includes the noise: dropout, kept awake here."
    )
    yield Prose(
        f"The case was chosen by a rule, and is no typical one: among {count(pairs)} pairs of the "
        f"{calls} test images that are read correctly by the smallest margin with the "
        f"{pairs // calls} components that write to the stream, it is the pair for which "
        f"sharing the noise matters most, found with {SCREENED} draws each. The numbers below are "
        f"from {count(found.draws)} other draws."
    )
    yield Beside((_image(case), _comparison(found)))
    yield Prose(str(found))
    yield _counts(found)
    yield Listing(found.assumptions)


def _image(case: Case) -> Figure:
    return Figure(
        image_figure(case.image.tolist(), title=f"Test image {case.place}", width=200, full=1.0),
        f"Test image {case.place}, a {case.label}.",
    )


def _comparison(found: Explanation) -> Figure:
    low, high = found.interval
    least, most = found.bounds
    anew = binomtest(_counted(found).off, found.draws).proportion_ci(found.level, method="exact")
    bars = (
        Bar(label="same noise", tone="good", value=found.probability, lower=low, upper=high),
        Bar(label="noise drawn anew", tone="bad", value=found.independent,
            lower=float(anew.low), upper=float(anew.high)),
    )  # fmt: skip
    title = f"Would it still be read correctly without {found.component}?"
    return Figure(
        bar_compare(bars, title=title, axis_title="probability", width=360),
        f"{title} Given that it was read correctly, {percent(found.level)} intervals. The "
        f"frequencies of the two worlds alone allow {least:.3f} to {most:.3f}.",
    )


def _counts(found: Explanation) -> Table:
    counts = _counted(found)
    frame = pd.DataFrame(
        {
            "": ["with the component: right", "with the component: wrong"],
            "without: right": [counts.both, counts.only_off],
            "without: wrong": [counts.only_on, counts.neither],
        }
    )
    return Table(frame, f"The {count(counts.draws)} draws of dropout, each run in both worlds.")


def _counted(found: Explanation) -> Counts:
    """The draws, one by one: the network returns logits, so no label is drawn last."""
    assert isinstance(found.counts, Counts)
    return found.counts
