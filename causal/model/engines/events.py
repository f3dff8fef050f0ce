"""Events as an engine sees them: a node that is known, values that count, or a settled matter."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from causal.errors import DomainError, QueryError
from causal.model.engines.coupled_tables import Mask
from causal.model.engines.worlds import Worlds
from causal.model.mechanism import Value
from causal.model.scm import SCM
from causal.query import Assignment, Comparison, Event, Relation, Term
from causal.variables import Variable, quoted

__all__ = ["Happening", "check_world", "placed", "settle", "settle_value"]

Holds: TypeAlias = Callable[[Value, Value], bool]
Numeric: TypeAlias = int | float | Fraction

HOLDS: dict[Relation, Holds] = {"=": operator.eq, "!=": operator.ne}
ORDERS: dict[Relation, Callable[[Numeric, Numeric], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass
class Happening:
    """A conjunction of events: the nodes it fixes, what else must hold, or that it cannot be."""

    known: dict[int, Value] = field(default_factory=dict)
    masks: list[Mask] = field(default_factory=list)
    impossible: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether nothing is left to be uncertain about."""
        return not (self.known or self.masks or self.impossible)


def placed(term: Term, do: tuple[Assignment, ...], model: SCM) -> Term:
    """A term in its world, do(...) being a query's only one; raises unless the model has both."""
    found = replace(term, under=do) if do else term
    if found.value is not None:
        _check_value(found.variable, found.value, model)
    check_world(found, model)
    return found


def settle(
    events: Iterable[Event],
    do: tuple[Assignment, ...],
    worlds: Worlds,
    *,
    given: Happening | None = None,
) -> Happening:
    """What events come to, once ``given`` is taken for granted.

    Raises DomainError or QueryError when an event means nothing in the model.
    """
    given, found = given or Happening(), Happening()
    for event in events:
        match event:
            case Term():
                settle_value(event, do, worlds, found, given=given)
            case Comparison():
                _settle_comparison(event, do, worlds, given, found)
    return found


def settle_value(
    term: Term,
    do: tuple[Assignment, ...],
    worlds: Worlds,
    found: Happening,
    *,
    given: Happening | None = None,
) -> int | None:
    """Add that a variable has a value; the number of its node where that was not settled before."""
    event = placed(_valued(term), do, worlds.model)
    number = worlds.node(event)
    known = _known(number, worlds, given or found, found)
    if known is None:
        found.known[number] = event.value
        return number
    found.impossible |= known[0] != event.value
    return None


def check_world(term: Term, model: SCM) -> None:
    """Raise QueryError or DomainError unless a world sets each variable to what it can be."""
    for assignment in term.under:
        reader, variable = assignment.reader, assignment.variable
        if reader is not None and reader not in model.graph.children(variable):
            raise QueryError(
                f"{term} sets an edge {variable} -> {reader}, which is not in the graph"
            )
        if isinstance(assignment.value, Term):
            check_world(assignment.value, model)
            for value in model.domains[assignment.value.variable]:
                _check_value(variable, value, model)
        elif assignment.value is None:
            raise _open(term, variable)
        else:
            _check_value(variable, assignment.value, model)


def _valued(term: Term) -> Term:
    if term.value is None:
        raise _open(term, term.variable)
    return term


def _open(term: Term, variable: Variable) -> QueryError:
    return QueryError(
        f"{term} leaves {variable} open; a probability needs values, as in {quoted(variable)}=1"
    )


def _check_value(variable: Variable, value: Value, model: SCM) -> None:
    if value in model.domains[variable]:
        return
    error = DomainError(variable, value, model.domains[variable])
    if isinstance(value, str) and value in model.graph.nodes:
        raise QueryError(f"{error}; write {quoted(value)}[] for the variable as it is") from error
    raise error


def _known(number: int, worlds: Worlds, given: Happening, found: Happening) -> tuple[Value] | None:
    """The value of a node, if it is settled already."""
    if worlds.nodes[number].variable is None:
        return (worlds.nodes[number].constant,)
    for happening in (given, found):
        if number in happening.known:
            return (happening.known[number],)
    return None


def _settle_comparison(
    event: Comparison,
    do: tuple[Assignment, ...],
    worlds: Worlds,
    given: Happening,
    found: Happening,
) -> None:
    left = placed(event.left, do, worlds.model)
    if isinstance(event.right, Term):
        right = placed(event.right, do, worlds.model)
        numbers = [worlds.node(left), worlds.node(right)]
    else:
        numbers = [worlds.node(left)]
        if event.relation in HOLDS:
            _check_value(left.variable, event.right, worlds.model)
    domains = [_domain(number, worlds, given, found) for number in numbers]
    others = domains[1] if len(numbers) > 1 else (event.right,)
    holds = np.array([[_holds(event, a, b) for b in others] for a in domains[0]])
    _keep_mask(numbers, domains, holds, found)


def _domain(number: int, worlds: Worlds, given: Happening, found: Happening) -> Sequence[Value]:
    known = _known(number, worlds, given, found)
    if known is not None:
        return known
    variable = worlds.nodes[number].variable
    assert variable is not None
    return worlds.model.domains[variable]


def _keep_mask(
    numbers: list[int],
    domains: list[Sequence[Value]],
    holds: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    found: Happening,
) -> None:
    """Keep what a comparison leaves open: nothing where it always or never holds."""
    if len(numbers) > 1 and numbers[0] == numbers[1]:
        numbers, holds = numbers[:1], np.diagonal(holds)[:, None]
    if not holds.any():
        found.impossible = True
    elif not holds.all():
        axes = [i for i, domain in enumerate(domains[: len(numbers)]) if len(domain) > 1]
        shape = [len(domains[i]) for i in axes]
        found.masks.append(Mask(tuple(numbers[i] for i in axes), holds.reshape(shape)))


def _holds(event: Comparison, left: Value, right: Value) -> bool:
    if event.relation in HOLDS:
        return HOLDS[event.relation](left, right)
    if isinstance(left, Numeric) and isinstance(right, Numeric):
        return ORDERS[event.relation](left, right)
    strange = right if isinstance(left, Numeric) else left
    raise QueryError(f"{event} orders {strange!r}, which is no number; only = and != are defined")
