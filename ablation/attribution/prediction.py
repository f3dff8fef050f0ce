"""Whether one prediction would still hold had a component been off.

Abduction by acceptance: draws of the module's own noise in which the event held are kept, and
run again, noise unchanged, with the component off (Pearl 2009, 7.1; Balke & Pearl 1994). Noise
drawn anew for the second run answers another question, and overstates how necessary a part is.
"""

from statistics import fmean

from ablation.attribution.event import Event, Outcome, described, outcome
from ablation.attribution.explanation import Counts, Explanation, Margins
from ablation.errors import AblationError, listed
from ablation.neural import KeyedNoise, twins
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, select
from ablation.neural.trees import Inputs, Module
from ablation.neural.worlds import Twins
from ablation.operators import Operator


class EvidenceNeverHeldError(AblationError, ValueError):
    """The event did not hold in any draw with the component on: nothing agrees with it."""

    def __init__(self, event: str, draws: int, *, random: bool = True) -> None:
        self.event, self.draws, self.random = event, draws, random
        super().__init__(
            f"with the component on, it never held in {draws:,} draws that {event}: there is "
            "nothing to explain. Ask about an event that does happen, or take more draws."
            if random
            else "the event does not hold for this example, even with the component on: asked was "
            f"that {event}. Nothing in the module is random in its present mode, so more draws "
            "change nothing. Ask about an event that holds."
        )


class TooFewDrawsError(AblationError, ValueError):
    """An explanation asked for without a single draw of the noise."""

    def __init__(self, draws: int) -> None:
        self.draws = draws
        super().__init__(f"draws must be 1 or more, not {draws}.")


def explain(
    module: Module,
    inputs: Inputs,
    component: Patterns,
    *,
    event: Event,
    by: Operator = OFF,
    reference: Inputs | None = None,
    draws: int = 2000,
    seed: int = 0,
    unit: int = 0,
    level: float = 0.95,
    together: int | None = None,
) -> Explanation:
    """Say how probably an event that holds of one prediction would still, a component being off.

    `inputs` is one example, `event` a truth or a margin of the module's output for it, such as
    `Predicted(3)`. Randomness is what the module draws itself (dropout, for one, in train mode);
    different examples get independent noise by different `unit`. A module without randomness
    answers 0 or 1. `reference` feeds the operators that need other examples.

    Raises EvidenceNeverHeldError, UnrecordedRandomnessError, InterferenceError (live batch
    statistics) and AblationHadNoEffectError.

    >>> import torch
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Dropout(0.5))
    >>> _ = nn.init.ones_(net[0].weight)
    >>> answer = explain(net, torch.ones(1, 1), "0", event=lambda out: bool(out > 0), draws=100)
    >>> answer.probability, answer.independent, answer.draws
    (0.0, 0.0, 100)
    """
    if draws < 1:
        raise TooFewDrawsError(draws)
    names = tuple(select(module, component))
    both = twins(
        module,
        inputs,
        names,
        read=lambda output: outcome(event, output),
        noise=KeyedNoise(seed, unit),
        draws=draws,
        by=by,
        reference=reference,
        together=together,
    )
    counts = _counts(both)
    if not counts.on:
        raise EvidenceNeverHeldError(described(event), counts.draws, random=bool(both.sites))
    return Explanation(
        component=listed(names),
        operator=str(by),
        event=described(event),
        counts=counts,
        random=bool(both.sites),
        sites=both.sites,
        engine=both.engine,
        margins=_margins(both),
        level=level,
        assumptions=_assumptions(both, by),
    )


def _counts(both: Twins[Outcome]) -> Counts:
    held = [(on.holds, off.holds) for on, off in zip(both.on, both.off, strict=True)]
    return Counts(*map(held.count, [(True, True), (True, False), (False, True), (False, False)]))


def _margins(both: Twins[Outcome]) -> Margins | None:
    on = [each.margin for each in both.on if each.margin is not None]
    off = [each.margin for each in both.off if each.margin is not None]
    return Margins(fmean(on), fmean(off)) if on and off else None


def _assumptions(both: Twins[Outcome], by: Operator) -> tuple[str, ...]:
    noise = (
        f"The noise is all that the module draws, at {len(both.sites)} sites, and switching the "
        "component off changes no draw."
        if both.sites
        else "Nothing in the module is random in its present mode."
    )
    off = (
        f"Off means {by} at inference, nothing retrained: it says what this network relies on, "
        "not what one trained without the component would do."
    )
    return noise, off
