"""Which variables an intervention can move, in which order, and by what arithmetic.

Only descendants of what is set can differ, and of those only ancestors of what is asked are
computed.  A linear variable moves by a weighted sum of moves: of its parents' or, where that is
shorter, of those at which a stretch of linear variables begins (the total effects).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from causal.errors import NotAPointError
from causal.model.altered import Constant
from causal.model.continuous.linear import Linear
from causal.model.intervention import Intervention
from causal.model.mechanism import Mechanism, is_finite
from causal.model.scm import SCM
from causal.variables import Variable, natural

__all__ = ["Plan", "Step", "planned"]

CARRYING = 6  # columns that a mechanism has at work while it is asked


@dataclass(frozen=True)
class Step:
    """One variable to be computed: how it came about, and how it would have."""

    variable: Variable
    was: Mechanism
    now: Mechanism
    moves: tuple[tuple[Variable, float], ...] | None = None  # a weighted sum of moves, if linear

    @property
    def is_set(self) -> bool:
        """Whether it is set, whatever it reads."""
        return isinstance(self.now, Constant)

    @property
    def is_carried(self) -> bool:
        """Whether its mechanism must be asked, as neither a sum of moves nor a constant is it."""
        return self.moves is None and not self.is_set

    @property
    def touches(self) -> tuple[Variable, ...]:
        """The variable and all that it is computed from, here and there."""
        if self.moves is not None:
            return (self.variable, *(name for name, _ in self.moves))
        return (self.variable, *self.was.given, *self.now.given)


@dataclass(frozen=True)
class Plan:
    """The steps of a counterfactual, causes first, and whose moves and values later steps read."""

    steps: tuple[Step, ...]
    moving: frozenset[Variable]  # whose move (value there minus value here) is read
    valued: frozenset[Variable]  # whose value there is read

    @property
    def observed(self) -> tuple[Variable, ...]:
        """The columns of the units that are read."""
        computed = {step.variable for step in self.steps}
        read: dict[Variable, None] = {}
        for step in self.steps:
            if not step.is_set or step.variable in self.moving:
                read[step.variable] = None
            if step.is_carried:
                untouched = (name for name in step.now.given if name not in computed)
                read |= dict.fromkeys((*step.was.given, *untouched))
        return tuple(read)

    @cached_property
    def done(self) -> tuple[tuple[Step, tuple[Variable, ...]], ...]:
        """The steps, each with the names that no later one reads."""
        last = {name: place for place, step in enumerate(self.steps) for name in step.touches}
        over: list[list[Variable]] = [[] for _ in self.steps]
        for name, place in last.items():
            over[place].append(name)
        return tuple((step, tuple(names)) for step, names in zip(self.steps, over, strict=True))

    @cached_property
    def reread(self) -> frozenset[Variable]:
        """Whose move is read by several steps."""
        readers = Counter(name for step in self.steps for name, _ in step.moves or ())
        return frozenset(name for name, count in readers.items() if count > 1)

    @cached_property
    def carries(self) -> bool:
        """Whether some mechanism must be asked."""
        return any(step.is_carried for step in self.steps)

    @cached_property
    def room(self) -> int:
        """About how many columns are at work at once, beside those that are asked for."""
        wide = any(len(step.moves or ()) > 1 for step in self.steps)
        return len(self.reread) + wide + CARRYING * self.carries


def planned(model: SCM, interventions: Sequence[Intervention], targets: Iterable[Variable]) -> Plan:
    """Plan what some variables would have been; raises UnknownVariableError or ModelError.

    >>> from causal.model.intervention import Do
    >>> chain = SCM.of({"X": Linear(), "Y": Linear({"X": 2}), "Z": Linear({"Y": 3}), "W": Linear()})
    >>> [(step.variable, step.moves) for step in planned(chain, [Do(X=1)], "Z").steps]
    [('X', None), ('Z', (('X', 6.0),))]
    """
    changed = _changed(model, interventions)
    steps: dict[Variable, Step] = {}
    reaches: dict[Variable, dict[Variable, float]] = {}
    for v, now in _movable(model, interventions, changed):
        was = model.mechanisms[v]
        parents = [name for name in now.given if name in steps]
        if v not in changed and not parents:
            continue
        moves = None
        if isinstance(now, Linear) and now.noise is not None and v not in changed:
            moves, reaches[v] = _moves(v, now, parents, reaches)
        else:
            reaches[v] = {v: 1.0}
        steps[v] = Step(v, was, now, moves)
    return _needed(steps, frozenset(targets), model.graph.index)


def _changed(model: SCM, interventions: Iterable[Intervention]) -> dict[Variable, Mechanism]:
    changed: dict[Variable, Mechanism] = {}
    for intervention in interventions:
        for target in sorted(model.graph.require(intervention.targets), key=natural):
            was = changed[target] if target in changed else model.mechanisms[target]
            changed[target] = intervention.mechanism(target, was)
    return {target: _constant(new) for target, new in changed.items()}


def _constant(new: Mechanism) -> Mechanism:
    """A table with one row and one cell is a constant, and quicker as one."""
    if is_finite(new) and not new.given and len(new.cells) == 1:
        return Constant(new.respond((), 0), new.values)
    return new


def _movable(
    model: SCM, interventions: Sequence[Intervention], changed: Mapping[Variable, Mechanism]
) -> list[tuple[Variable, Mechanism]]:
    """Everything downstream of a change, causes first, with its mechanism from now on."""
    graph, mechanisms = model.graph, model.mechanisms
    if any(new.reads - mechanisms[v].reads for v, new in changed.items()):
        graph = model.under(*interventions).graph  # new arrows: another order
    place = graph.index
    order = sorted(graph.descendants(changed), key=place.__getitem__)
    return [(v, changed[v] if v in changed else mechanisms[v]) for v in order]


def _moves(
    v: Variable,
    mechanism: Linear,
    parents: Sequence[Variable],
    reaches: Mapping[Variable, Mapping[Variable, float]],
) -> tuple[tuple[tuple[Variable, float], ...], dict[Variable, float]]:
    """The move of a linear variable, and what the moves of its linear readers are made of."""
    weights = mechanism.weights
    total: dict[Variable, float] = {}
    for parent in parents:
        for source, effect in reaches[parent].items():
            total[source] = total.get(source, 0.0) + weights[parent] * effect
    if len(total) <= len(parents):
        return tuple(total.items()), total
    return tuple((parent, weights[parent]) for parent in parents), {v: 1.0}


def _needed(
    steps: dict[Variable, Step], targets: frozenset[Variable], observed: Container[Variable]
) -> Plan:
    """The steps that targets depend on; raises NotAPointError where nobody saw what is read."""
    kept: list[Step] = []
    moving: set[Variable] = set()
    valued = set(targets & steps.keys())
    for v in reversed(steps):
        step = steps[v]
        if v not in valued and v not in moving:
            continue
        kept.append(step)
        if step.moves is not None:
            moving.update(name for name, _ in step.moves)
        elif step.is_carried:
            _check_seen(step, observed)
            valued.update(name for name in step.now.given if name in steps)
    return Plan(tuple(reversed(kept)), frozenset(moving), frozenset(valued))


def _check_seen(step: Step, observed: Container[Variable]) -> None:
    if hidden := [name for name in (*step.was.given, *step.now.given) if name not in observed]:
        raise NotAPointError(
            step.variable,
            f"its mechanism reads the noise {hidden[0]}, which nobody saw",
            "let it be the mechanism's own noise (noise=...), or a term of a Linear one",
        )
