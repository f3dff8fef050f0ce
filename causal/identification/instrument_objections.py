"""Why proposed instruments will not do: every condition of Brito & Pearl (2002) that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from causal.errors import QueryError
from causal.graph import ADMG, OpenPath
from causal.graph.bits import bits, closure, union
from causal.graph.separation import open_route, reachable
from causal.identification.generic import covariance, rank
from causal.identification.instrument_search import edges_asked_about
from causal.identification.instrumental import InstrumentalSet, without_edges
from causal.variables import Names, Variable, Variables, listed, natural, quoted, variables

__all__ = ["InstrumentObjection", "an_instrumental_set", "why_no_instruments"]


@dataclass(frozen=True)
class InstrumentObjection:
    """What is wrong with one instrument, or with all of them together; ``path`` where one shows it.

    >>> bow = ADMG.parse("X -> Y; X <-> Y; Z")
    >>> [objection] = why_no_instruments(bow, "X", "Y", {"Z": ()})
    >>> print(objection)
    Z and X are independent, so that Z says nothing about the edge
    """

    instrument: Variable | None
    why: str
    path: OpenPath | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        path = self.path and self.path.to_dict()
        return {"instrument": self.instrument, "path": path, "why": self.why}

    def __str__(self) -> str:
        return self.why


def why_no_instruments(
    graph: ADMG, x: Names, y: Variable, proposed: Mapping[Variable, Names] | Names
) -> tuple[InstrumentObjection, ...]:
    """What speaks against instruments for the edges from ``x`` into ``y``; nothing if they will do.

    ``proposed`` has each instrument with what is given beside it; names alone are given nothing.
    Raises UnknownVariableError or QueryError.

    >>> graph = ADMG.parse("Z -> X -> Y; X <-> Y; Z <- W -> Y")
    >>> for objection in why_no_instruments(graph, "X", "Y", {"Z": ()}):
    ...     print(objection)
    the path Z <- W -> Y is open and does not run over X -> Y
    >>> why_no_instruments(graph, "X", "Y", {"Z": "W"})
    ()
    """
    causes, outcome = edges_asked_about(graph, x, y)
    sets = _with_conditions(proposed)
    _require(graph, outcome, sets)
    cut = without_edges(graph, causes, outcome)
    single = [
        objection
        for z, given in sorted(sets.items(), key=lambda pair: natural(pair[0]))
        for objection in (
            *_effects(graph, outcome, z, given),
            *_leaks(cut, causes, outcome, z, given),
            *_silence(graph, causes, z, given),
        )
    ]
    return tuple(single) or _together(graph, causes, sets)


def an_instrumental_set(
    graph: ADMG, x: Names, y: Variable, proposed: Mapping[Variable, Names]
) -> InstrumentalSet:
    """The instruments as proposed; raises QueryError, with the first objection, if they fail.

    >>> graph = ADMG.parse("Z -> X -> Y; X <-> Y; Z <- W -> Y")
    >>> print(an_instrumental_set(graph, "X", "Y", {"Z": "W"}))
    (X -> Y) = cov(Z, Y | W) / cov(Z, X | W)
    """
    if against := why_no_instruments(graph, x, y, proposed):
        raise QueryError(f"these are no instruments: {against[0]}")
    names = tuple(sorted(proposed, key=natural))
    causes = tuple(sorted(variables(x), key=natural))
    [outcome] = variables(y)
    return InstrumentalSet(
        graph, causes, outcome, names, tuple(variables(proposed[z]) for z in names)
    )


def _with_conditions(proposed: Mapping[Variable, Names] | Names) -> dict[Variable, Variables]:
    if not isinstance(proposed, Mapping):
        proposed = dict.fromkeys(variables(proposed), ())
    return {name: variables(given) for name, given in proposed.items()}


def _require(graph: ADMG, outcome: int, sets: Mapping[Variable, Variables]) -> None:
    graph.require(frozenset(sets).union(*sets.values()))
    [y] = graph.named(outcome)
    if y in sets:
        raise QueryError(f"{quoted(y)} is the outcome, and cannot be an instrument")
    for z, given in sets.items():
        if twice := given & {z, y}:
            raise QueryError(f"{listed(map(quoted, twice))} cannot be given beside {quoted(z)}")


def _effects(graph: ADMG, y: int, z: Variable, given: Variables) -> list[InstrumentObjection]:
    """Effects of the outcome: what they say of the causes is not what the edges do."""
    below = graph.named(closure(y, graph.child_masks, graph.everything))
    [outcome] = map(quoted, graph.named(y))
    return [
        InstrumentObjection(z, f"{quoted(v)} is an effect of {outcome}{_beside(v, z)}")
        for v in sorted((given | {z}) & below, key=natural)
    ]


def _beside(v: Variable, z: Variable) -> str:
    return "" if v == z else f", and cannot be given beside {quoted(z)}"


def _leaks(cut: ADMG, x: int, y: int, z: Variable, given: Variables) -> list[InstrumentObjection]:
    """A way from the instrument to the outcome that does not use the edges asked about."""
    held = cut.mask(given)
    route = open_route(cut, cut.mask(z), y, given=held)
    if route is None:
        return []
    path = cut.path(route, given=held)
    [outcome] = map(quoted, cut.named(y))
    names = sorted(cut.named(x), key=natural)
    edges = listed(f"{quoted(name)} -> {outcome}" for name in names)
    why = f"{_given(given)}the path {path} is open and does not run over {edges}"
    return [InstrumentObjection(z, f"{why}{f', as {path.why}' if path.why else ''}", path)]


def _silence(graph: ADMG, x: int, z: Variable, given: Variables) -> list[InstrumentObjection]:
    """Nothing that joins the instrument to a cause."""
    here, held = graph.mask(z), graph.mask(given)
    if here & x & ~held or reachable(graph, here, given=held, until=x & ~held) & x & ~held:
        return []
    names = listed(map(quoted, graph.named(x)))
    edges = "edges" if x.bit_count() > 1 else "edge"
    why = f"{_given(given)}{quoted(z)} and {names} are independent"
    return [InstrumentObjection(z, f"{why}, so that {quoted(z)} says nothing about the {edges}")]


def _together(
    graph: ADMG, x: int, sets: Mapping[Variable, Variables]
) -> tuple[InstrumentObjection, ...]:
    """Too few of them, too many, or equations of which one follows from the others."""
    causes, wanted = list(bits(x)), x.bit_count()
    if len(sets) != wanted:
        few = "equation" if len(sets) == 1 else "equations"
        what = "coefficient" if wanted == 1 else "coefficients"
        why = f"{len(sets)} {few} for {wanted} {what}: each cause needs an instrument"
        return (InstrumentObjection(None, why),)
    known = covariance(graph)
    rows = [known.given(graph.index[z], causes, graph.mask(given)) for z, given in sets.items()]
    if (found := rank(rows)) == wanted:
        return ()
    why = f"of the {wanted} equations only {found} {'is' if found == 1 else 'are'} independent"
    if narrow := _narrow(graph, x, sets):
        why += (
            f": what {listed(map(quoted, sets))} say about {listed(map(quoted, graph.named(x)))} "
            f"all goes through {quoted(narrow)}"
        )
    return (InstrumentObjection(None, why),)


def _narrow(graph: ADMG, x: int, sets: Mapping[Variable, Variables]) -> Variable | None:
    """A variable that, given as well, separates all instruments from all causes."""
    given = {graph.mask(held) for held in sets.values()}
    if len(given) > 1:
        return None
    [held] = given
    z = union(graph.index[name] for name in sets)
    for v in bits(graph.everything & ~held):
        here = 1 << v
        start, end = z & ~here, x & ~(here | held)
        if not reachable(graph, start, given=held | here, until=end) & end:
            return graph.nodes[v]
    return None


def _given(given: Variables) -> str:
    return f"given {listed(map(quoted, given))} " if given else ""
