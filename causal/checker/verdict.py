"""Replay a certificate: every step, their order, and that they end at the formula shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from itertools import islice
from secrets import randbelow
from typing import Any, TypeAlias

from causal.checker.models import TooLargeError, any_model, degree, stated_model
from causal.checker.normal import normal
from causal.checker.reading import CheckError, Formula, Symbol, laws, plain, read
from causal.checker.separation import (
    Graph,
    ancestors,
    district,
    drawn,
    mutilated,
    separated,
    within,
)
from causal.checker.shape import misfit

__all__ = ["check", "digest"]

Json: TypeAlias = Any
Names: TypeAlias = frozenset[str]
Sets: TypeAlias = tuple[Names, ...]

_SETS = ("one", "other", "given", "cut_in", "cut_out")
_LONGEST = 10_000  # laws in one line of a derivation


def digest(certificate: Mapping[str, Json]) -> str:
    """SHA-256 over everything but the digest itself."""
    body = {key: value for key, value in certificate.items() if key != "digest"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(certificate: Mapping[str, Json], *, models: int = 3) -> str:
    """What has been verified, in sentences; raises CheckError at the first thing that is false.

    ``models`` is the number of random models in which a formula is compared with the query.

    >>> check({"schema": 1, "digest": "none"})
    Traceback (most recent call last):
    ...
    causal.checker.reading.CheckError: the certificate lacks: 'answer', 'derivation', ...
    """
    try:
        if wrong := misfit(certificate):
            raise CheckError(wrong)
        if certificate["digest"] != digest(certificate):
            raise CheckError("the digest does not match: the certificate was changed")
        graph, query = drawn(certificate["graph"]), read(certificate["query"])
        if certificate["answer"] == "not-identified":
            return _no(graph, query, certificate)
        return _yes(graph, query, certificate, models)
    except RecursionError as error:
        raise CheckError("the certificate is nested too deeply") from error


def _yes(graph: Graph, query: Formula, certificate: Mapping[str, Json], models: int) -> str:
    estimand, steps = read(certificate["estimand"]), certificate["derivation"]
    symbols = {s for law in (*laws(query), *laws(estimand)) for part in law[1:] for s in part}
    if unknown := {s.name for s in symbols} - graph.keys():
        raise CheckError(f"not in the graph: {sorted(unknown)}")
    if certificate["answer"] == "identified" and any(do for _, _, _, do in laws(estimand)):
        raise CheckError("the formula still speaks of an action")
    line = query
    for number, step in enumerate(steps, start=1):
        try:
            line = _rewritten(graph, line, step)
        except CheckError as error:
            raise CheckError(f"step {number}: {error}") from error
    _equal(line, estimand)
    asked, found = plain(certificate["query"]), plain(certificate["estimand"])
    found = f"verified: {asked} = {found}, in {len(steps)} steps"
    return f"{found}\n{_compared(graph, query, estimand, symbols, models)}" if models else found


def _rewritten(graph: Graph, line: Formula, step: Mapping[str, Json]) -> Formula:
    """The line after a step: one law in it replaced, or all of it."""
    before, after = read(step["from"]), read(step["to"])
    if step["rule"] == "probability":
        _equal(before, after)
        needed = None
    else:
        needed = _licensed(graph, step["rule"], before, after)
    if _declared(step) != needed:
        raise CheckError(f"{step['rule']} declares other sets than it needs")
    if before[0] != "P":
        _equal(line, before)
        return after
    if before not in laws(line):
        raise CheckError("its left side does not stand in the line before it")
    line = _replaced(line, before, after)
    if next(islice(laws(line), _LONGEST, None), None):
        raise CheckError(f"a line has more than {_LONGEST} laws")
    return line


def _equal(one: Formula, other: Formula) -> None:
    if one != other and normal(one) != normal(other):
        raise CheckError("the axioms of probability do not make the two sides equal")


def _licensed(graph: Graph, rule: str, before: Formula, after: Formula) -> Sets:
    """What one of Pearl's rules, either way round, declares; raises CheckError if it fails."""
    if before[0] != "P" or after[0] != "P" or before[1] != after[1]:
        raise CheckError(f"{rule} joins two laws of the same outcomes")
    (_, of, given, do), (_, _, seen, done) = before, after
    x, w = do & done, given & seen
    z = given ^ seen if rule == "rule 1" else do ^ done
    stated = {
        "rule 1": {(w | z, x), (w, x)},
        "rule 2": {(w, x | z), (w | z, x)},
        "rule 3": {(w, x | z), (w, x)},
    }
    if not z or {(given, do), (seen, done)} != stated[rule]:
        raise CheckError(f"{rule} does not lead from its left side to its right side")
    y, x, w, z = (frozenset(s.name for s in part) for part in (of, x, w, z))
    if unknown := (y | x | w | z) - graph.keys():
        raise CheckError(f"not in the graph: {sorted(unknown)}")
    out_of = z if rule == "rule 2" else frozenset[str]()
    into = x | (z - ancestors(mutilated(graph, into=x), w)) if rule == "rule 3" else x
    if not separated(mutilated(graph, into=into, out_of=out_of), y, z, x | w):
        raise CheckError(f"{rule} needs a separation that does not hold")
    return y, z, x | w, into, out_of


def _declared(step: Mapping[str, Json]) -> Sets | None:
    if step["separation"] is None and not step["cut_in"] and not step["cut_out"]:
        return None
    sets = {**step, **(step["separation"] or {})}
    return tuple(frozenset(sets.get(key, ())) for key in _SETS)


def _replaced(formula: Formula, before: Formula, after: Formula) -> Formula:
    match formula:
        case ("sum", over, body):
            return ("sum", over, _replaced(body, before, after))
        case ("product", factors):
            return ("product", tuple(_replaced(factor, before, after) for factor in factors))
        case ("ratio", *parts):
            return ("ratio", *(_replaced(part, before, after) for part in parts))
    return after if formula == before else formula


def _compared(
    graph: Graph, query: Formula, estimand: Formula, symbols: Set[Symbol], models: int
) -> str:
    """Both sides in numbers, in random models of what the query and its formula descend from."""
    names = {s.name for s in symbols}
    graph = within(graph, ancestors(graph, names))
    try:
        (a, b), (c, d) = (degree(formula, len(graph)) for formula in (query, estimand))
        for _ in range(models):
            model, at = any_model(graph, names), {s: randbelow(2) for s in symbols}
            if model.value(query, at) != model.value(estimand, at):
                raise CheckError("the formula is another number than the query in a random model")
    except TooLargeError as error:
        return f"random models: none, because {error}"
    except ZeroDivisionError as error:
        raise CheckError("the formula divides by zero in a random model") from error
    return (
        f"random models: equal in {models}, modulo 2^61 - 1; a wrong formula is equal in one with "
        f"probability {max(a + d, b + c)}/(2^61 - 1) at most"
    )


def _no(graph: Graph, query: Formula, certificate: Mapping[str, Json]) -> str:
    """Huang & Valtorta (2006), theorem 3; conditions by Shpitser & Pearl (2006, IDC), theorem 6."""
    if query[0] != "P":
        raise CheckError("the query is not a law P(...)")
    y, z, x = (frozenset(s.name for s in part) for part in query[1:])
    outer, inner = (frozenset(certificate["hedge"][key]) for key in ("outer", "inner"))
    if unknown := (y | z | x | outer | inner) - graph.keys():
        raise CheckError(f"not in the graph: {sorted(unknown)}")
    while movable := [v for v in sorted(z) if _exchangeable(graph, y, x, z, v)]:
        x, z = x | {movable[0]}, z - {movable[0]}
    cut = within(graph, graph.keys() - x)
    needed, around = within(cut, ancestors(cut, y | z)), within(graph, outer)
    if not inner or not inner <= needed.keys() or district(needed, min(inner)) != inner:
        raise CheckError("the inner set is no district of what the outcome descends from")
    led = {v for v in ancestors(around, inner & outer) if isinstance(v, str)}
    if not inner < outer or led != outer or district(around, min(inner)) != outer:
        raise CheckError("the outer set is not one district of ancestors around the inner set")
    found = (
        f"verified: {plain(certificate['query'])} is not identified; the hedge is {sorted(outer)} "
        f"around {sorted(inner)}"
    )
    return f"{found}\n{_refuted(graph, query, certificate['models'])}"


def _exchangeable(graph: Graph, y: Names, x: Names, z: Names, v: str) -> bool:
    """Rule 2 turns this observation into an action."""
    return separated(mutilated(graph, into=x, out_of={v}), y, {v}, x | z - {v})


def _refuted(graph: Graph, query: Formula, data: Mapping[str, Json] | None) -> str:
    """Two models with one observed law, without zeros, that answer differently.

    Variables without a table are fair coins that nothing reads, in both.
    """
    if data is None:
        return "two models: none given"
    one, other = (stated_model(graph, data[key]) for key in ("one", "other"))
    at = {s: data["cell"].get(s.name, -1) for part in query[1:] for s in part}
    sizes = {s: one.size(s.name) if s.name in one.tables else 0 for s in at}
    if len(at) != len(data["cell"]) or not all(0 <= at[s] < sizes[s] for s in at):
        raise CheckError("the cell is not one value of each variable of the query")
    if one.asked != other.asked or any(one.size(v) != other.size(v) for v in one.asked):
        raise CheckError("the two models are about different variables or values")
    if one.observed() != other.observed() or min(one.observed().values()) <= 0:
        raise CheckError("the observed laws of the two models differ, or have zeros")
    try:
        values = [model.value(query, at) for model in (one, other)]
    except ZeroDivisionError as error:
        raise CheckError("a model has no answer, as it excludes what is given") from error
    if [str(value) for value in values] != data["values"] or values[0] == values[1]:
        raise CheckError("the models do not give two different answers, as stated")
    return f"two models: equal and positive in law, and the answers are {values[0]} and {values[1]}"
