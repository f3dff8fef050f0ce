"""When the actions are felt only in what is conditioned on: lead the outcome's bit there.

Shpitser & Pearl (2006), "Identification of conditional interventional distributions".  An
observation that rule 2 does not turn into an action has an open back-door path to the outcome.
Along that path every fork is a coin that both sides read; every collider is handed down to an
observation below it.  So the outcome, added to what is observed, again adds up to what the actions
decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from causal.certification.circuits import Connection, Wire
from causal.certification.routes import toward
from causal.graph import ADMG, OpenPath
from causal.graph.separation import open_route
from causal.model.noise import hidden_cause
from causal.variables import Variable, Variables

__all__ = ["back_door", "exchanged", "opened"]


def back_door(
    graph: ADMG, observation: Variable, outcome: Variables, *, given: Variables, actions: Variables
) -> OpenPath | None:
    """A path from an observation against its arrows to the outcome, open given all else."""
    conditions = {
        "given": graph.mask(actions | given - {observation}),
        "cut_in": graph.mask(actions),
        "cut_out": graph.mask(observation),
    }
    route = open_route(graph, graph.mask(observation), graph.mask(outcome), **conditions)
    return None if route is None else graph.path(route, **conditions)


def exchanged(
    graph: ADMG, outcome: Variables, *, given: Variables, actions: Variables
) -> Variables:
    """The observations without such a path: rule 2 turns them into actions, all at once."""
    ways = {v: back_door(graph, v, outcome, given=given, actions=actions) for v in given}
    return frozenset(v for v, way in ways.items() if way is None)


def opened(
    graph: ADMG, path: OpenPath, *, given: Variables, within: Variables
) -> Iterator[Connection]:
    """The connections that make the two ends of a path depend on each other given the rest."""
    ends = [Wire(v, f"path {i}" if i else "carry") for i, v in enumerate(path.nodes)]
    for one, other, arrow in zip(ends, ends[1:], path.arrows, strict=False):
        match arrow:
            case "->":
                yield one, other
            case "<-":
                yield other, one
            case _:
                coin = Wire(hidden_cause(one.at, other.at), other.purpose)
                yield coin, one
                yield coin, other
    below = toward(graph, given - {path.nodes[0]}, within=within - {path.nodes[0]})
    for wire, before, after in zip(ends[1:], path.arrows, path.arrows[1:], strict=False):
        if before.endswith(">") and after.startswith("<"):
            yield from _handed_down(wire, below)


def _handed_down(wire: Wire, below: Mapping[Variable, Variable]) -> Iterator[Connection]:
    purpose = f"below {wire.purpose}"
    while wire.at in below:
        lower = Wire(below[wire.at], purpose)
        yield wire, lower
        wire = lower
