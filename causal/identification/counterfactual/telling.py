"""The reasons of a formula, in the order in which one would give them on a board."""

from __future__ import annotations

from collections.abc import Iterator

from causal.expression import Expression
from causal.identification.counterfactual.asked import Asked
from causal.identification.counterfactual.observation import Observed
from causal.identification.counterfactual.side import Side
from causal.identification.reasoning import Reasoning, Remark
from causal.query import Query
from causal.variables import listed, quoted

__all__ = ["told"]


def told(
    query: Query,
    asked: Asked,
    above: Side,
    below: Side,
    *,
    laws_of: tuple[Expression, ...],
    found: Observed,
    end: Expression,
) -> Reasoning:
    """The chain from a query to its formula."""
    by_district, by_experiment = laws_of
    chain = [
        Remark("composition", _fraction(str(above), below), _composed(query, asked, above)),
        Remark("independence", str(by_district), _apart(above)),
        Remark("experiments", str(by_experiment), "what one experiment shows is one law"),
        Remark("do-calculus", str(end), _calculus(found)),
    ]
    remarks, before = [], str(query)
    for remark in chain:
        if remark.text != before:
            remarks.append(remark)
            before = remark.text
    return Reasoning(str(query), tuple(remarks), by_experiment, found.derivations, found.hedges)


def _fraction(above: str, below: Side) -> str:
    if not below.events:
        return above
    top = f"({above})" if above.startswith("Σ") else above
    bottom = f"({below})" if below.over else str(below)
    return f"{top} / {bottom}"


def _composed(query: Query, asked: Asked, above: Side) -> str:
    reasons = ["each variable where its causes have their values"]
    reasons += _merges(asked)
    shown = {event.variable for event in above.events}
    if gone := {term.variable for term in query.given} - shown:
        verb = "says" if len(gone) == 1 else "say"
        reasons.append(f"{listed(map(quoted, gone))} {verb} nothing more about it")
    return "; ".join(reasons)


def _merges(asked: Asked) -> Iterator[str]:
    """Which copies are one, as their causes have been seen to have equal values."""
    if asked.joint is None:
        return
    first: dict[int, str] = {}
    for name, place in zip(map(str, asked.worlds.names), asked.joint.places, strict=True):
        if place is not None and first.setdefault(place, name) != name:
            yield f"{name} is {first[place]} (consistency)"


def _apart(above: Side) -> str:
    parts = [listed(map(quoted, factor.district)) for factor in above.districts]
    if len(parts) < 2:
        return "effectiveness"
    return f"no hidden cause joins {'; '.join(sorted(parts))}"


def _calculus(found: Observed) -> str:
    known = ", ".join(str(derivation.start) for derivation in found.derivations)
    return f"the do-calculus on {known}" if known else "simplification"
