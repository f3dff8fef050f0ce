"""Whether one prediction would still hold had a component been off.

Abduction by acceptance: draws of the module's own noise in which the event held are kept, and
run again, noise unchanged, with the component off (Pearl 2009, 7.1; Balke & Pearl 1994). Noise
drawn anew for the second run answers another question, and overstates how necessary a part is.
Where a label is drawn last, that draw is conditioned on exactly, and no draw is thrown away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from ablation.attribution.draws import Chances, Counts
from ablation.attribution.event import Event, EventError, Outcome, Sampled, described, outcome
from ablation.attribution.explanation import Explanation, Margins
from ablation.attribution.given import Given
from ablation.attribution.race import Chosen, Pair, Weights, pair
from ablation.attribution.settings import require
from ablation.errors import AblationError, listed
from ablation.neural import KeyedNoise, paired
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns
from ablation.neural.sweep.asking import require_callable
from ablation.neural.trees import Inputs, Module, Tensor
from ablation.neural.worlds import Seen
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


def explain(
    module: Module,
    inputs: Inputs,
    component: Patterns,
    *,
    event: Event,
    by: Operator = OFF,
    reference: Inputs | None = None,
    among: Patterns | None = None,
    draws: int = 2000,
    seed: int = 0,
    unit: int = 0,
    level: float = 0.95,
    together: int | None = None,
    seen: Mapping[str, Event] | None = None,
) -> Explanation:
    """Say how probably an event that holds of one prediction would still, a component being off.

    `inputs` is one example, `event` a truth or a margin of the module's output for it, such as
    `Predicted(3)`. The component is written as for `ablated`: modules, parts, one edge (with
    `among`) or parameters. Randomness is what the module draws itself (dropout, for one, in train
    mode); different examples get independent noise by different `unit`. A module without
    randomness answers 0 or 1. `Sampled(3)` asks about a label drawn from the logits, and a module
    that returns a label which it drew last is seen to do so: then that draw is integrated out.
    `reference` feeds the operators that need other examples. `seen` is what else is known of the
    run that was made: for some components, an event of what they passed on in it (of the first
    call); draws that say otherwise do not count, and every number is given this as well.

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
    require(draws=draws, level=level, together=together)
    require_callable(event=event)
    require_callable(**(seen or {}))
    both = paired(
        module, inputs, component, compare=_Compare(event, seen or {}), draws=draws, by=by,
        noise=KeyedNoise(seed, unit), reference=reference, among=among, together=together,
        weigh=not seen, watch=tuple(seen or ()),
    )  # fmt: skip
    agree = [each for each in both.compared if each.agrees]
    random = bool(both.sites) or isinstance(event, Sampled)
    said = _said(event, seen or {})
    last = len(both.compared) == 1 and len(both.sites) <= (not isinstance(event, Sampled))
    counts = _joint(agree, alone=last)
    if not counts.accepted:
        raise EvidenceNeverHeldError(said, len(both.compared), random=random)
    return Explanation(
        component=listed(both.names),
        operator=str(by),
        event=said,
        counts=counts,
        random=random,
        sites=both.sites,
        engine=both.engine,
        margins=_margins(agree),
        level=level,
        assumptions=_assumptions(both.sites, counts, by),
        given=Given.of(inputs),
        drawn=len(both.compared),
    )


@dataclass(frozen=True, slots=True)
class _Draw:
    """One draw in both worlds; `chances` where the label was still to be drawn."""

    on: Outcome
    off: Outcome
    chances: Pair | None = None
    agrees: bool = True  # with what else was seen


@dataclass(frozen=True, slots=True)
class _Compare:
    """Asks an event about both worlds of a draw, or about every label that could be drawn last."""

    event: Event
    seen: Mapping[str, Event]
    asked: list[Chosen] = field(default_factory=list)

    def __call__(self, on: Seen, off: Seen) -> _Draw:
        held = [outcome(self.event, each.output) for each in (on, off)]
        agrees = all(outcome(e, _passed_on(name, on)).holds for name, e in self.seen.items())
        return _Draw(held[0], held[1], self.chances(on, off), agrees)

    def chances(self, on: Seen, off: Seen) -> Pair | None:
        """Integrate the last draw out, where there is one in both worlds over the same labels."""
        if isinstance(self.event, Sampled):
            weights = [self.event.weights(each.output) for each in (on, off)]
            return self._pair(weights, np.arange(len(weights[0])) == self.event.label)
        weights = [each.weights.ravel() for each in (on, off) if each.weights is not None]
        if len(weights) < 2 or len(weights[0]) != len(weights[1]):
            return None
        if not self.asked:
            assert isinstance(on.output, Tensor)
            every = (on.output.new_full(on.output.shape, i) for i in range(len(weights[0])))
            self.asked.append(np.array([outcome(self.event, each).holds for each in every]))
        return self._pair(weights, self.asked[0])

    def _pair(self, weights: Sequence[Weights], chosen: Chosen) -> Pair:
        if len(weights[0]) != len(weights[1]):
            shapes = " and ".join(str(len(each)) for each in weights)
            raise EventError(f"the two worlds have {shapes} labels.")
        return pair(weights[0], weights[1], chosen)


def _said(event: Event, seen: Mapping[str, Event]) -> str:
    """What is given: the event, and what else was seen."""
    return listed([described(event), *(f"of {n}, {described(e)}" for n, e in seen.items())])


def _passed_on(name: str, on: Seen) -> object:
    """What a component passed on in its first call."""
    calls = on.own.get(name)
    if not calls:
        reason = f"{name!r} was never called, so nothing of it was seen; name one component."
        raise EventError(reason)
    first = calls[0]
    return first[0] if isinstance(first, tuple) and len(first) == 1 else first


def _joint(compared: Sequence[_Draw], *, alone: bool) -> Counts | Chances:
    pairs = [each.chances for each in compared if each.chances is not None]
    if compared and len(pairs) == len(compared):
        columns = [(p.both, p.only_on, p.only_off, p.neither) for p in pairs]
        both, only_on, only_off, neither = np.array(columns).T
        return Chances(both, only_on, only_off, neither, alone)
    held = [(each.on.holds, each.off.holds) for each in compared]
    return Counts(*map(held.count, [(True, True), (True, False), (False, True), (False, False)]))


def _margins(compared: Sequence[_Draw]) -> Margins | None:
    on = [each.on.margin for each in compared if each.on.margin is not None]
    off = [each.off.margin for each in compared if each.off.margin is not None]
    return Margins(fmean(on), fmean(off)) if on and off else None


def _assumptions(sites: tuple[str, ...], counts: Counts | Chances, by: Operator) -> tuple[str, ...]:
    noise = (
        f"The noise is all that the module draws, at {len(sites)} sites, and switching the "
        "component off changes no draw."
        if sites
        else "Nothing in the module is random in its present mode."
    )
    race = (
        "The label is drawn last, by the argmax of logits plus Gumbel noise that both worlds "
        "share; another coupling of the two draws would give another number within the bounds."
    )
    off = (
        f"Off means {by} at inference, nothing retrained: it says what this network relies on, "
        "not what one trained without the component would do."
    )
    return (noise, race, off) if isinstance(counts, Chances) else (noise, off)
