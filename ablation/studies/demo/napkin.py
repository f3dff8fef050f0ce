"""Part five, first half: a query that has a formula, though no adjustment set.

The napkin (Pearl & Mackenzie 2018, figure 7.5): no set closes every back door from X to Y, and
there is no front door; do-calculus finds a ratio. Four roads lead to its number here.
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import causal
from ablation.pages.figures import Bar, bar_compare
from ablation.pages.numbers import count, percent
from ablation.pages.page import Block, Figure, Formula, Preformatted, Prose
from ablation.studies.demo.part import Part, Setting
from ablation.studies.demo.pictures import graph_picture

QUERY = "P(Y=1 | do(X=1))"
SEED = 7


@dataclass(frozen=True)
class Napkin:
    """One query about one model: seen, by formula, by surgery, and by formula from data."""

    answer: causal.Identified
    seen: Fraction
    formula: Fraction
    surgery: Fraction
    estimate: causal.Estimate

    @property
    def agreement(self) -> str:
        """Whether the formula gives what the mutilated model gives, exactly."""
        if self.formula == self.surgery:
            return "exactly the same"
        return "NOT the same, which is a bug: please report it"


def identified(setting: Setting) -> Part:
    """Identify, evaluate on the model and on rows sampled from it, and compare with surgery."""
    napkin = _asked(setting.scale.rows)
    answer = f"The napkin's query has a formula; its value is {napkin.formula}."
    return Part(answer, tuple(_told(napkin)), tuple(_blocks(napkin)))


def _asked(rows: int) -> Napkin:
    model = _model()
    answer = causal.identify(model.graph, QUERY)
    assert isinstance(answer, causal.Identified)
    values = answer.estimand.evaluate(model.law()).xs((1, 1), level=("X", "Y"))
    seen = model.law("X", "Y")
    return Napkin(
        answer=answer,
        seen=seen[1, 1] / (seen[1, 0] + seen[1, 1]),
        formula=values.iloc[0],
        surgery=model.under(causal.Do(X=1)).law("Y")[1],
        estimate=causal.estimate(answer, model.sample(rows, rng=SEED), rng=SEED),
    )


def _model() -> causal.SCM:
    """A model in which X helps Y, and what is seen flatters it; U and V are never seen."""
    return causal.SCM(
        causal.examples()["napkin"],
        {
            "W": _tenths("U", "V", base=1, weights=(1, 7)),
            "Z": _tenths("W", base=2, weights=(6,)),
            "X": _tenths("Z", "U", base=2, weights=(6, 1)),
            "Y": _tenths("X", "V", base=1, weights=(2, 6)),
        },
        [causal.Noise("U", "1/2, 1/2"), causal.Noise("V", "1/2, 1/2")],
    )


def _tenths(*causes: str, base: int, weights: tuple[int, ...]) -> causal.Table:
    """A coin that shows 1 in `base` of ten tosses, and oftener by the weight of each cause."""
    rows: dict[Hashable, tuple[Fraction, Fraction]] = {}
    for bits in product((0, 1), repeat=len(causes)):
        ones = base + sum(weight * bit for weight, bit in zip(weights, bits, strict=True))
        rows[bits if len(bits) > 1 else bits[0]] = Fraction(10 - ones, 10), Fraction(ones, 10)
    return causal.Table(causes, rows)


def _told(napkin: Napkin) -> Iterator[str]:
    estimate = napkin.estimate
    low, high = estimate.interval
    yield f"The napkin, {napkin.answer.graph}:"
    yield f"  {napkin.answer}"
    yield (
        f"  The formula on the model's law gives {napkin.formula}, surgery on the model "
        f"{napkin.surgery}: {napkin.agreement}."
    )
    yield (
        f"  The formula on {count(estimate.n)} rows gives {estimate.value:.3f} "
        f"[{low:.3f}, {high:.3f}]; conditioning on X=1 would have said {float(napkin.seen):.3f}."
    )


def _blocks(napkin: Napkin) -> Iterator[Block]:
    estimate = napkin.estimate
    yield Prose(
        f"What is {QUERY} in this graph? W, Z, X and Y are seen, the causes behind the dashed "
        "edges are not. No set of variables closes every back door, and yet there is a formula, "
        "with a proof in do-calculus that can be replayed step by step."
    )
    yield graph_picture(
        napkin.answer.graph, "The napkin", "The napkin. A dashed edge is a cause that nobody saw."
    )
    free = ", ".join(sorted(napkin.answer.free))
    yield Formula(str(napkin.answer), f"The ratio is the same for every value of {free}.")
    yield Preformatted(str(napkin.answer.derivation), summary="The derivation, step by step")
    yield Figure.fitting(
        lambda width: bar_compare(
            tuple(_bars(napkin)), title=f"Four roads to {QUERY}", axis_title="probability",
            reference=float(napkin.surgery), width=width,
        ),
        f"Four roads to {QUERY}. On the model, formula and surgery give {napkin.agreement}; on "
        f"{count(estimate.n)} rows sampled from it the formula comes with its "
        f"{percent(estimate.level)} interval. Conditioning answers another question.",
    )  # fmt: skip


def _bars(napkin: Napkin) -> Iterator[Bar]:
    low, high = napkin.estimate.interval
    yield Bar(label="conditioning", remark="P(Y=1 | X=1)", value=float(napkin.seen), tone="bad")
    yield Bar(label="formula, from data", remark=f"n = {count(napkin.estimate.n)}", tone="good",
              value=napkin.estimate.value, lower=low, upper=high)  # fmt: skip
    yield Bar(label="formula, from the model", remark=f"exactly {napkin.formula}", tone="good",
              value=float(napkin.formula))  # fmt: skip
    yield Bar(label="surgery on the model", remark=f"exactly {napkin.surgery}", tone="calm",
              value=float(napkin.surgery))  # fmt: skip
