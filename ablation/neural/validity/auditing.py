"""An ablation held to what a causal claim needs: every check that there is a test for, in one call.

The checks are those that Mueller (2024), Miller et al. (2024) and Li & Janson (2024) found to
decide whether an ablation's number means what it is taken for.
"""

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from torch import nn

from ablation.neural.components import Components
from ablation.neural.errors import OperatorCannotServeError
from ablation.neural.forwards import eager
from ablation.neural.interference import refuse_interference
from ablation.neural.replacement import require_operator
from ablation.neural.selection import Patterns, select
from ablation.neural.sweep.asking import require_callable
from ablation.neural.trees import Inputs, tensors
from ablation.neural.validity.chains import chains
from ablation.neural.validity.collateral import collateral
from ablation.neural.validity.controls import controls
from ablation.neural.validity.errors import AuditQuestionError
from ablation.neural.validity.joint import roles, tried
from ablation.neural.validity.laboratory import Laboratory
from ablation.neural.validity.manifold import ENOUGH, typicality
from ablation.neural.validity.question import Question
from ablation.neural.validity.testing import alike, estimate
from ablation.neural.validity.verdicts import Audit, Effect, Replacements
from ablation.operators import Mean, Operator, Resample, Zero

REPLACEMENTS: tuple[Operator, ...] = (Zero(), Mean(), Resample())


def audit(
    module: nn.Module,
    inputs: Inputs,
    components: Patterns | None = None,
    *,
    metric: Callable[[object], object],
    margin: float,
    by: Operator | Iterable[Operator] = REPLACEMENTS,
    reference: Inputs | None = None,
    order: int = 2,
    draws: int = 19,
    level: float = 0.95,
    name: str = "",
    seed: int = 0,
) -> Audit:
    """Audit the effects of components: what they are effects of, and whether they hold up.

    `metric` reads one number for each example off the output; the examples are the units, and an
    effect within `margin` counts as nothing. The first replacement of `by` is the one of all
    verdicts; the others show whether the effect depends on it. Sets of up to `order` components
    are switched off together, where there are many of them by a sweep; `draws` is the number of
    random controls of each size.

    Raises NoUnitsError for a metric of another shape, RandomModuleError for a module that two
    runs tell apart, and InterferenceError where batch statistics are live.

    >>> import torch
    >>> class Either(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.a, self.b, self.c = nn.Identity(), nn.Identity(), nn.Identity()
    ...     def forward(self, x):
    ...         return torch.maximum(self.a(x), self.b(x)) + 0 * self.c(x)
    >>> found = audit(Either(), torch.rand(50, 1) + 1, metric=lambda y: y[:, 0], margin=0.1)
    >>> [found.verdict(each) for each in "abc"]
    ['redundant with b, sufficient alone', 'redundant with a, sufficient alone', 'inert']
    """
    module = eager(module)
    refuse_interference(module)
    places = select(module, components)
    if not places:
        raise AuditQuestionError("components", components, "one component or more, by name")
    require_callable(metric=metric)
    _refuse(margin, level, order, draws)
    operators = _operators(by)
    lab = Laboratory(module, inputs, places, metric, reference, seed)
    lab.factual()
    graph = Components.of(module, inputs, list(places))
    served, notes = _served(lab, operators)
    first = served[0]
    effects = [_effect(lab, each, op, margin, level) for op in served for each in places]
    idle = [each.component for each in effects if each.operator == first and not each.acted]
    found = tried(lab, first, order=min(order, len(places)), margin=margin, level=level)
    called = name or getattr(metric, "__name__", "<lambda>")
    rows = None if reference is None else len(tensors(reference)[0])
    question = Question(
        tuple(places),
        first,
        "the metric" if called == "<lambda>" else called,
        lab.examples,
        rows,
        margin,
        level,
    )
    return Audit(
        question,
        roles(found, idle),
        tuple(effects),
        tuple(_replacements(lab, each, served, effects) for each in places),
        found.minimal(),
        chains(lab, first, graph, found, margin=margin),
        collateral(lab, first, graph),
        controls(lab, first, draws, np.random.default_rng(seed)),
        lab.forwards,
        graph.exact,
        draws,
        (*notes, *_of_graph(graph), *_of_ranks(effects)),
    )


def _refuse(margin: float, level: float, order: int, draws: int) -> None:
    if not (isinstance(margin, int | float) and math.isfinite(margin) and margin > 0):
        raise AuditQuestionError("margin", margin, "a number above 0, in units of the metric")
    if not 0.5 < level < 1:
        raise AuditQuestionError("level", level, "a number between 0.5 and 1, such as 0.95")
    if order < 1:
        raise AuditQuestionError("order", order, "1 (each alone), 2 (pairs as well) or more")
    if draws < 0:
        raise AuditQuestionError("draws", draws, "0 or more")


def _operators(by: Operator | Iterable[Operator]) -> tuple[Operator, ...]:
    every = tuple(dict.fromkeys(by)) if isinstance(by, Iterable) else (by,)
    if not every:
        raise AuditQuestionError("by", [], "one replacement or more, such as Zero()")
    for each in every:
        require_operator(each)
    return every


def _served(
    lab: Laboratory, operators: Sequence[Operator]
) -> tuple[tuple[Operator, ...], list[str]]:
    """The replacements that make sense for every component; the first one has to."""
    served, notes = [], []
    for by in operators:
        try:
            for name in lab.places:
                lab.off([name], by)
        except OperatorCannotServeError as error:
            if by == operators[0]:
                raise
            notes.append(f"Left out: {error}")
        else:
            served.append(by)
    return tuple(served), notes


def _of_graph(graph: Components) -> list[str]:
    return [] if graph.exact else ["The graph is that of one run; other inputs may take others."]


def _of_ranks(effects: Iterable[Effect]) -> list[str]:
    if any(each.typicality for each in effects):
        return []
    return [f"Nothing was ranked among real activations: {ENOUGH} different ones are needed."]


def _effect(lab: Laboratory, name: str, by: Operator, margin: float, level: float) -> Effect:
    real, patched = lab.rows(name), lab.rows(name, by)
    typical = None
    if real is not None and patched is not None and real.shape[1] == patched.shape[1]:
        typical = typicality(patched, real)
    return Effect(
        name,
        by,
        estimate(lab.effect([name], by), margin=margin, level=level),
        lab.off([name], by).acted[name].proven,
        typical,
    )


def _replacements(
    lab: Laboratory, name: str, served: Sequence[Operator], effects: Iterable[Effect]
) -> Replacements:
    every = np.stack([lab.effect([name], by) for by in served], axis=1)
    own = [each.estimate for each in effects if each.component == name]
    flips = min(each.upper for each in own) < 0 < max(each.lower for each in own)
    return Replacements(name, alike(every) if len(served) >= 3 else None, flips, len(served))
