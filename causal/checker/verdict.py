"""Replay a certificate: every step, their order, and that they end at the formula shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from causal.checker.normal import normal
from causal.checker.reading import CheckError, Formula, read
from causal.checker.separation import Graph

__all__ = ["CheckError", "check", "digest"]

Json: TypeAlias = object
Sets: TypeAlias = tuple[frozenset[str], ...]


def digest(certificate: Mapping[str, Json]) -> str:
    """SHA-256 over everything but the digest itself."""
    body = {key: value for key, value in certificate.items() if key != "digest"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(certificate: Mapping[str, Json]) -> str:
    """What has been verified, in a sentence; raises CheckError at the first thing that is false.

    >>> check({"schema": 1, "digest": "none"})
    Traceback (most recent call last):
    ...
    causal.checker.reading.CheckError: the digest does not match: the certificate was changed
    """
    if certificate.get("digest") != digest(certificate):
        raise CheckError("the digest does not match: the certificate was changed")
    graph = _graph(certificate["graph"])
    query = str(certificate["query"])
    match certificate.get("answer"):
        case "identified" | "equal" as answer:
            steps = certificate["derivation"]
            if not isinstance(steps, Sequence):
                raise CheckError("the derivation is not a list of steps")
            estimand = read(str(certificate["estimand"]))
            _replay(graph, read(query), estimand, steps)
            if answer == "identified" and _acts(estimand):
                raise CheckError("the formula still speaks of an action")
            return f"verified: {query} = {certificate['estimand']}, in {len(steps)} steps"
        case "not-identified":
            return _hedged(graph, read(query), certificate["hedge"])
        case other:
            raise CheckError(f"{other!r} is not an answer that can be checked")


def _replay(graph: Graph, query: Formula, estimand: Formula, steps: Sequence[Json]) -> None:
    current = query
    for number, step in enumerate(steps, start=1):
        if not isinstance(step, Mapping):
            raise CheckError(f"step {number} is not an object")
        before, after = read(str(step["from"])), read(str(step["to"]))
        try:
            if step["rule"] == "probability":
                _equal(before, after)
            else:
                _licensed(graph, str(step["rule"]), before, after, step)
        except CheckError as error:
            raise CheckError(f"step {number}: {error}") from error
        following = _replaced(current, before, after)
        if following == current and before != after:
            raise CheckError(f"step {number}: its left side does not stand in the line before it")
        current = following
    _equal(current, estimand)


def _equal(one: Formula, other: Formula) -> None:
    if one != other and normal(one) != normal(other):
        raise CheckError("the axioms of probability do not make the two sides equal")


def _licensed(
    graph: Graph, rule: str, before: Formula, after: Formula, step: Mapping[str, Json]
) -> None:
    """One application of Pearl's rules 1 to 3, either way round, with the sets it declares."""
    if before[0] != "P" or after[0] != "P" or before[1] != after[1]:
        raise CheckError(f"{rule} joins two laws of the same outcomes")
    (_, of, given, do), (_, _, given_after, do_after) = before, after
    moved = (given | do) ^ (given_after | do_after) if rule != "rule 2" else do ^ do_after
    x, w = do & do_after, given & given_after
    one_way = moved and (
        (rule == "rule 1" and do == do_after and {given, given_after} == {w, w | moved})
        or (rule == "rule 3" and given == given_after and {do, do_after} == {x, x | moved})
        or (
            rule == "rule 2"
            and given | do == given_after | do_after
            and {(given, do), (given_after, do_after)} == {(w | moved, x), (w, x | moved)}
        )
    )
    if not one_way:
        raise CheckError(f"{rule} does not lead from its left side to its right side")
    y, x, w, z = (frozenset(name for name, _ in part) for part in (of, x, w, moved))
    if unknown := (y | x | w | z) - graph.nodes:
        raise CheckError(f"{sorted(unknown)} is not in the graph")
    cut_out = z if rule == "rule 2" else frozenset[str]()
    above = graph.cut(into=x).ancestors(w)
    cut_in = x | (z - above) if rule == "rule 3" else x
    if _declared(step) != (y, z, x | w, cut_in, cut_out):
        raise CheckError(f"{rule} declares other sets than it needs")
    if not graph.cut(into=cut_in, out_of=cut_out).separated(y, z, x | w):
        raise CheckError(f"{rule} needs a separation that does not hold")


def _declared(step: Mapping[str, Json]) -> Sets:
    separation = step.get("separation")
    if not isinstance(separation, Mapping):
        raise CheckError("a rule of the do-calculus needs its separation")
    parts = [separation.get(key) for key in ("one", "other", "given")]
    return tuple(_names(part) for part in (*parts, step.get("cut_in"), step.get("cut_out")))


def _replaced(formula: Formula, before: Formula, after: Formula) -> Formula:
    if formula == before:
        return after
    match formula:
        case ("sum", over, body):
            return ("sum", over, _replaced(body, before, after))
        case ("product", factors):
            flat: list[Formula] = []
            for factor in (_replaced(f, before, after) for f in factors):
                flat += factor[1] if factor[0] == "product" else [factor]
            return ("product", tuple(flat))
        case ("ratio", above, below):
            return ("ratio", _replaced(above, before, after), _replaced(below, before, after))
    return formula


def _acts(formula: Formula) -> bool:
    match formula:
        case ("P", _, _, do):
            return bool(do)
        case ("product", factors):
            return any(map(_acts, factors))
        case ("sum", _, body):
            return _acts(body)
        case ("ratio", above, below):
            return _acts(above) or _acts(below)
    return False


def _hedged(graph: Graph, query: Formula, hedge: Json) -> str:
    """Huang & Valtorta (2006), theorem 3; conditions by Shpitser & Pearl (2006, IDC), theorem 6."""
    if query[0] != "P" or not isinstance(hedge, Mapping):
        raise CheckError("a no needs a query P(...) and a hedge")
    y, z, x = (frozenset(name for name, _ in part) for part in query[1:])
    outer, inner = _names(hedge.get("outer")), _names(hedge.get("inner"))
    if unknown := (y | z | x | outer | inner) - graph.nodes:
        raise CheckError(f"{sorted(unknown)} is not in the graph")
    while movable := [v for v in sorted(z) if _exchangeable(graph, y, x, z, v)]:
        x, z = x | {movable[0]}, z - {movable[0]}
    cut = graph.within(graph.nodes - x)
    needed = graph.within(cut.ancestors(y | z))
    if not inner or _district(needed, inner) != inner:
        raise CheckError("the inner set is no district of what the outcome descends from")
    around = graph.within(outer)
    if not inner < outer or _district(around, inner) != outer or around.ancestors(inner) != outer:
        raise CheckError("the outer set is not one district of ancestors around the inner set")
    return f"verified: not identified; the hedge is {sorted(outer)} around {sorted(inner)}"


def _exchangeable(
    graph: Graph, y: frozenset[str], x: frozenset[str], z: frozenset[str], v: str
) -> bool:
    """Rule 2 turns this observation into an action."""
    return graph.cut(into=x, out_of={v}).separated(y, {v}, x | z - {v})


def _district(graph: Graph, part: frozenset[str]) -> frozenset[str]:
    """The vertices that ``<->`` paths join to the least member of a set."""
    found = {min(part)} & graph.nodes
    grown = True
    while grown:
        new = {v for edge in graph.bidirected if edge & found for v in edge} - found
        grown = bool(new)
        found |= new
    return frozenset(found)


def _graph(data: Json) -> Graph:
    if not isinstance(data, Mapping):
        raise CheckError("the graph is not an object")
    edges = {key: [_names(edge) for edge in data[key]] for key in ("directed", "bidirected")}
    directed = frozenset((str(a), str(b)) for a, b in data["directed"])
    graph = Graph(_names(data["nodes"]), directed, frozenset(edges["bidirected"]))
    if {v for kind in edges.values() for edge in kind for v in edge} - graph.nodes:
        raise CheckError("an edge joins something that is no vertex")
    if any(len(edge) != 2 for kind in edges.values() for edge in kind):
        raise CheckError("an edge joins two different vertices")
    rest = graph
    while leaves := rest.nodes - {a for a, _ in rest.directed}:
        rest = rest.within(rest.nodes - leaves)
    if rest.nodes:
        raise CheckError(f"the graph has a directed cycle among {sorted(rest.nodes)}")
    return graph


def _names(data: Json) -> frozenset[str]:
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise CheckError(f"expected a list of names, found {data!r}")
    if not all(isinstance(name, str) for name in data):
        raise CheckError("a name is a string")
    return frozenset(data)
