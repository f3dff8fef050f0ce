"""Quantities that have names, each the question that it stands for, asked.

Tian & Pearl (2000) for necessity and sufficiency; Pearl (2001) for direct and indirect effects;
Avin, Shpitser & Pearl (2005) for effects along paths.  The query is part of every answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from causal.errors import OptionError
from causal.graph import ADMG
from causal.model.engines.answers import Counterfactual
from causal.model.engines.contrasts import Contrast, One, Outcome
from causal.model.engines.counterfactual import counterfactual
from causal.model.scm import SCM
from causal.query import Assignment, Event, Expectation, Probability, Quantity, Term
from causal.variables import Names, Variable

__all__ = [
    "controlled_direct_effect",
    "effect_on_the_treated",
    "natural_direct_effect",
    "natural_indirect_effect",
    "path_specific_effect",
    "probability_of_disablement",
    "probability_of_enablement",
    "probability_of_necessity",
    "probability_of_necessity_and_sufficiency",
    "probability_of_sufficiency",
]


def probability_of_necessity(
    model: SCM, cause: One, effect: One, *, instead: One | None = None
) -> Counterfactual:
    """PN: where cause and effect were, that the effect would not have been without the cause.

    ``instead`` says what the cause would have been; with two values it is the other one.

    >>> from causal.model import load_model
    >>> squad = load_model({
    ...     "exogenous": {"order": [0.3, 0.7], "nerves": [0.8, 0.2]},
    ...     "equations": {"A": "max(order, nerves)", "B": "order", "dead": "A or B"},
    ... })
    >>> print(probability_of_necessity(squad, {"A": 1}, {"dead": 1}))
    P(dead[A=0]=0 | A=1, dead=1) = 3/38
    """
    contrast, outcome = Contrast.of(model, cause, instead), Outcome.of(model, effect)
    return _probability(model, [outcome.fails(contrast.there)], [contrast.seen, outcome.happens()])


def probability_of_sufficiency(
    model: SCM, cause: One, effect: One, *, instead: One | None = None
) -> Counterfactual:
    """PS: where neither was, that the cause would have brought the effect.

    >>> from causal.model import random_scm
    >>> answer = probability_of_sufficiency(random_scm(ADMG.parse("X -> Y"), 1), {"X": 1}, {"Y": 1})
    >>> print(answer.query)
    P(Y[X=1]=1 | X=0, Y=0)
    """
    contrast, outcome = Contrast.of(model, cause, instead), Outcome.of(model, effect)
    return _probability(
        model, [outcome.happens(contrast.here)], [contrast.avoided, outcome.fails()]
    )


def probability_of_necessity_and_sufficiency(
    model: SCM, cause: One, effect: One, *, instead: One | None = None
) -> Counterfactual:
    """PNS: that the effect would follow the cause, and not what is instead of it.

    >>> from causal.model import random_scm
    >>> model = random_scm(ADMG.parse("X -> Y"), 1)
    >>> print(probability_of_necessity_and_sufficiency(model, {"X": 1}, {"Y": 1}).query)
    P(Y[X=1]=1, Y[X=0]=0)
    """
    contrast, outcome = Contrast.of(model, cause, instead), Outcome.of(model, effect)
    return _probability(model, [outcome.happens(contrast.here), outcome.fails(contrast.there)], [])


def probability_of_disablement(
    model: SCM, cause: One, effect: One, *, instead: One | None = None
) -> Counterfactual:
    """PD: where the effect was, that it would not have been without the cause.

    >>> from causal.model import random_scm
    >>> answer = probability_of_disablement(random_scm(ADMG.parse("X -> Y"), 1), {"X": 1}, {"Y": 1})
    >>> print(answer.query)
    P(Y[X=0]=0 | Y=1)
    """
    contrast, outcome = Contrast.of(model, cause, instead), Outcome.of(model, effect)
    return _probability(model, [outcome.fails(contrast.there)], [outcome.happens()])


def probability_of_enablement(
    model: SCM, cause: One, effect: One, *, instead: One | None = None
) -> Counterfactual:
    """PE: where the effect was not, that the cause would have brought it.

    >>> from causal.model import random_scm
    >>> answer = probability_of_enablement(random_scm(ADMG.parse("X -> Y"), 1), {"X": 1}, {"Y": 1})
    >>> print(answer.query)
    P(Y[X=1]=1 | Y=0)
    """
    contrast, outcome = Contrast.of(model, cause, instead), Outcome.of(model, effect)
    return _probability(model, [outcome.happens(contrast.here)], [outcome.fails()])


def effect_on_the_treated(
    model: SCM, treatment: One, outcome: Variable, *, instead: One | None = None
) -> Counterfactual:
    """ETT: what the treatment changes on average in those who have it.

    >>> from causal.model import random_scm
    >>> print(effect_on_the_treated(random_scm(ADMG.parse("X -> Y"), 1), {"X": 1}, "Y").query)
    E(Y[X=1] | X=1) - E(Y[X=0] | X=1)
    """
    contrast = Contrast.of(model, treatment, instead)
    treated = (Term(contrast.variable, contrast.value),)
    return _difference(model, contrast.world(outcome), contrast.baseline(outcome), treated)


def controlled_direct_effect(
    model: SCM, cause: One, outcome: Variable, *, held: One, instead: One | None = None
) -> Counterfactual:
    """CDE: what the cause changes on average while mediators are held at given values.

    >>> from causal.model import random_scm
    >>> model = random_scm(ADMG.parse("X -> M -> Y; X -> Y"), 1)
    >>> print(controlled_direct_effect(model, {"X": 1}, "Y", held={"M": 0}).query)
    E(Y[X=1, M=0]) - E(Y[X=0, M=0])
    """
    contrast = Contrast.of(model, cause, instead)
    settings = tuple(Assignment(name, value) for name, value in held.items())
    worlds = (contrast.world(outcome, settings), contrast.baseline(outcome, settings))
    return _difference(model, *worlds)


def natural_direct_effect(
    model: SCM, cause: One, outcome: Variable, *, through: Names, instead: One | None = None
) -> Counterfactual:
    """NDE: what the cause changes while each mediator stays as it would have been without it.

    >>> from causal.model import random_scm
    >>> model = random_scm(ADMG.parse("X -> M -> Y; X -> Y"), 1)
    >>> print(natural_direct_effect(model, {"X": 1}, "Y", through="M").query)
    E(Y[X=1, M=M[X=0]]) - E(Y[X=0])
    """
    contrast = Contrast.of(model, cause, instead)
    between = _mediators(through, contrast, outcome)
    held = tuple(Assignment(m, contrast.baseline(m)) for m in between)
    return _difference(model, contrast.world(outcome, held), contrast.baseline(outcome))


def natural_indirect_effect(
    model: SCM, cause: One, outcome: Variable, *, through: Names, instead: One | None = None
) -> Counterfactual:
    """NIE: what changes when only the mediators become what the cause would have made them.

    >>> from causal.model import random_scm
    >>> model = random_scm(ADMG.parse("X -> M -> Y; X -> Y"), 1)
    >>> print(natural_indirect_effect(model, {"X": 1}, "Y", through="M").query)
    E(Y[X=0, M=M[X=1]]) - E(Y[X=0])
    """
    contrast = Contrast.of(model, cause, instead)
    between = _mediators(through, contrast, outcome)
    moved = tuple(Assignment(m, contrast.world(m)) for m in between)
    return _difference(model, contrast.baseline(outcome, moved), contrast.baseline(outcome))


def path_specific_effect(
    model: SCM,
    cause: One,
    outcome: Variable,
    *,
    along: Names,
    instead: One | None = None,
) -> Counterfactual:
    """What the cause changes along some paths, every other one carrying what is instead of it.

    Paths are written as ``"X -> M -> Y"``; an arrow is taken when it lies on one of them.

    >>> from causal.model import random_scm
    >>> model = random_scm(ADMG.parse("X -> M -> Y; X -> Y"), 1)
    >>> print(path_specific_effect(model, {"X": 1}, "Y", along="X -> M -> Y").query)
    E(Y[X=0, M->Y=M[X=0, X->M=1]]) - E(Y[X=0])
    """
    contrast = Contrast.of(model, cause, instead)
    taken = [edge for path in _listed(along) for edge in _edges(model, path)]
    for v in (contrast.variable, outcome):
        if not any(v in edge for edge in taken):
            raise OptionError("along", along, f"its paths lead from {contrast.variable} to {v}")
    return _difference(model, _carried(outcome, contrast, taken), contrast.baseline(outcome))


def _edges(model: SCM, path: str) -> list[tuple[Variable, Variable]]:
    edges = list(ADMG.parse(path).directed)
    for tail, head in edges:
        model.graph.require((tail, head))
        if tail not in model.graph.parents(head):
            raise OptionError("along", path, f"the model has no arrow {tail} -> {head}")
    return edges


def _carried(v: Variable, contrast: Contrast, taken: list[tuple[Variable, Variable]]) -> Term:
    """A variable whose arrows that are taken carry the cause, and whose other arrows do not."""
    moved = tuple(
        Assignment(
            tail,
            contrast.value if tail == contrast.variable else _carried(tail, contrast, taken),
            reader=v,
        )
        for tail, head in dict.fromkeys(taken)
        if head == v
    )
    return contrast.baseline(v, moved)


def _probability(model: SCM, events: list[Event], given: list[Event]) -> Counterfactual:
    part = Probability(tuple(events), given=tuple(given))
    return counterfactual(model, Quantity(((Fraction(1), part),)))


def _difference(
    model: SCM, one: Term, other: Term, given: tuple[Event, ...] = ()
) -> Counterfactual:
    parts = (Expectation(one, given=given), Expectation(other, given=given))
    return counterfactual(model, Quantity(((Fraction(1), parts[0]), (Fraction(-1), parts[1]))))


def _mediators(through: Names, contrast: Contrast, outcome: Variable) -> Iterable[Variable]:
    """The names of mediators; raises OptionError unless there are any, between the two ends."""
    ends, found = (contrast.variable, outcome), _listed(through)
    if not found or set(ends).intersection(found):
        raise OptionError("through", through, f"mediators stand between {ends[0]} and {outcome}")
    return found


def _listed(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
