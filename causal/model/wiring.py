"""The graph that mechanisms draw, and whether it is the graph that was promised.

An arrow for every variable that a mechanism reads; ``<->`` for every noise that two mechanisms
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from numbers import Number

from causal.errors import ModelError, UnknownVariableError
from causal.graph import ADMG
from causal.model.continuous import (
    Additive,
    Categorical,
    Linear,
    LocationScale,
    Logits,
    Monotone,
    Polynomial,
    Threshold,
)
from causal.model.finite.settings import all_settings
from causal.model.mechanism import (
    FiniteMechanism,
    Mechanism,
    Values,
    is_finite,
    private,
    require_mechanism,
)
from causal.model.noise import Noise, require_law
from causal.variables import Variable, listed, natural, nearest

__all__ = ["check", "check_drawn", "domains", "drawn"]


def drawn(mechanisms: Mapping[Variable, Mechanism], noise: Iterable[Noise]) -> ADMG:
    """The graph that mechanisms draw.

    Raises UnknownVariableError when they read what is not there, CycleError when they feed back.
    """
    hidden = {one.name for one in noise}
    known: set[type] = set()
    for v, mechanism in mechanisms.items():
        if type(mechanism) not in known:
            require_mechanism(v, mechanism)
            known.add(type(mechanism))
    _check_reads(mechanisms, (*mechanisms, *sorted(hidden, key=natural)))
    readers = [[v for v, m in mechanisms.items() if name in m.reads] for name in hidden]
    return ADMG.of(
        nodes=mechanisms,
        directed=[(read, v) for v, m in mechanisms.items() for read in m.reads - hidden],
        bidirected=[pair for shared in readers for pair in combinations(shared, 2)],
    )


def check(graph: ADMG, mechanisms: Mapping[Variable, Mechanism], noise: tuple[Noise, ...]) -> None:
    """Raise UnknownVariableError or ModelError unless mechanisms and noise realise the graph."""
    if not isinstance(graph, ADMG):
        raise ModelError(f"the graph is a {type(graph).__name__}; ADMG.parse reads one from text")
    _check_names(graph, mechanisms)
    _check_noises(mechanisms, noise)
    ours = drawn(mechanisms, noise)
    if ours != graph:
        _check_arrows(graph, ours)
        _check_confounding(graph, ours)
    _check_inputs(mechanisms, noise)


def check_drawn(mechanisms: Mapping[Variable, Mechanism], noise: tuple[Noise, ...]) -> None:
    """The same for the graph that the mechanisms have drawn themselves, which needs no look."""
    _check_noises(mechanisms, noise)
    _check_inputs(mechanisms, noise)


def _check_inputs(mechanisms: Mapping[Variable, Mechanism], noise: tuple[Noise, ...]) -> None:
    finite = domains(mechanisms, noise)
    for v, mechanism in mechanisms.items():
        if is_finite(mechanism):  # a table reads shared noises as it reads parents
            _check_rows(v, mechanism, finite)
            continue
        _check_noise(v, mechanism, noise)
        _check_numbers(v, mechanism, finite)


def domains(mechanisms: Mapping[Variable, Mechanism], noise: Iterable[Noise]) -> dict[str, Values]:
    """The values of every noise and variable that takes finitely many."""
    hidden: dict[str, Values] = {one.name: one.values for one in noise if one.is_finite}
    return hidden | {v: m.values for v, m in mechanisms.items() if m.values}


def _check_names(graph: ADMG, mechanisms: Mapping[Variable, Mechanism]) -> None:
    graph.require(mechanisms)
    if bare := set(graph.nodes) - set(mechanisms):
        raise ModelError(f"no mechanism for {listed(bare)}; every variable of the graph needs one")


def _check_noises(mechanisms: Mapping[Variable, Mechanism], noise: tuple[Noise, ...]) -> None:
    if not noise:
        return
    hidden = [one.name for one in noise]
    taken = {*mechanisms, *map(private, mechanisms)}
    if len(set(hidden)) < len(hidden) or taken.intersection(hidden):
        raise ModelError(f"every noise needs a name of its own; given {', '.join(hidden)}")
    if unread := set(hidden).difference(*(m.reads for m in mechanisms.values())):
        raise ModelError(f"no mechanism reads the noise {listed(unread)}; delete it")


def _check_reads(mechanisms: Mapping[Variable, Mechanism], known: tuple[str, ...]) -> None:
    there = frozenset(known)
    for v, mechanism in mechanisms.items():
        if not mechanism.reads <= there:
            unknown = sorted(mechanism.reads - there, key=natural)
            close = dict.fromkeys(hit for name in unknown for hit in nearest(name, known))
            raise UnknownVariableError(unknown, known, close, where=f"model that {v} reads from")


def _check_arrows(graph: ADMG, ours: ADMG) -> None:
    for tail, head in sorted(set(graph.directed) - set(ours.directed)):
        raise ModelError(
            f"the graph has {tail} -> {head}, but the mechanism of {head} does not read {tail}; "
            "add it to what is given, or to what is ignored"
        )
    for tail, head in sorted(set(ours.directed) - set(graph.directed)):
        raise ModelError(
            f"the mechanism of {head} reads {tail}, but the graph has no {tail} -> {head}; "
            "add the edge, or read less"
        )


def _check_confounding(graph: ADMG, ours: ADMG) -> None:
    theirs = {frozenset(pair) for pair in graph.bidirected}
    found = {frozenset(pair) for pair in ours.bidirected}
    for pair in sorted(map(sorted, theirs - found)):
        raise ModelError(
            f"the graph has {' <-> '.join(pair)}, but their mechanisms share no noise; "
            "let both read one Noise"
        )
    for pair in sorted(map(sorted, found - theirs)):
        raise ModelError(
            f"{listed(pair)} read the same noise, but the graph has no {' <-> '.join(pair)}; "
            "add the edge, or give each a noise of its own"
        )


def _check_noise(v: Variable, mechanism: Mechanism, noise: tuple[Noise, ...]) -> None:
    if mechanism.noise is not None and not isinstance(mechanism.noise, str):
        require_law(v, mechanism.noise)
    named = mechanism.noise if isinstance(mechanism.noise, str) else None
    if named is not None and named not in {one.name for one in noise}:
        raise ModelError(
            f"the noise of {v} is called {named}, but there is no such Noise; "
            f"add Noise({named!r}, law), or give {v} a law of its own",
            variables=(v,),
        )


def _check_numbers(v: Variable, mechanism: Mechanism, domains: Mapping[str, Values]) -> None:
    for name in _calculated(mechanism):
        strange = [x for x in domains.get(name, ()) if not isinstance(x, Number)]
        if strange:
            raise ModelError(
                f"{v} calculates with {name}, which takes {strange[0]!r}; let it take numbers",
                variables=(v, name),
            )


def _calculated(mechanism: Mechanism) -> tuple[str, ...]:
    """What a mechanism multiplies and adds up, as far as it says so."""
    match mechanism:
        case Linear():
            return mechanism.given
        case Additive(Polynomial() as mean):
            return mean.given
        case LocationScale(mean, scale):
            return tuple(n for c in (mean, scale) if isinstance(c, Polynomial) for n in c.given)
        case Threshold(Polynomial() as index):
            return index.given
        case Categorical(Logits() as odds):
            return odds.given
        case Monotone(inner):
            return _calculated(inner)
    return ()


def _check_rows(v: Variable, mechanism: FiniteMechanism, domains: Mapping[str, Values]) -> None:
    finite = [domains[name] for name in mechanism.given if name in domains]
    if len(finite) < len(mechanism.given):
        real = [name for name in mechanism.given if name not in domains]
        raise ModelError(
            f"{v} has one row for each value of {listed(real)}, which may be any real number; "
            f"use a Threshold, a Categorical or a Function for {v}",
            variables=(v, *real),
        )
    wanted = all_settings(tuple(finite))
    if mechanism.settings == wanted:
        return
    needed, rows = set(wanted), set(mechanism.settings)
    if missing := needed - rows:
        raise ModelError(f"{v} has no row for {_shown(mechanism.given, missing)}")
    if extra := rows - needed:
        outside = _shown(mechanism.given, extra)
        raise ModelError(f"{v} has a row for {outside}, which lies outside the domains")


def _shown(given: tuple[str, ...], settings: Iterable[Values]) -> str:
    first = min(settings, key=repr)
    return ", ".join(f"{name}={value}" for name, value in zip(given, first, strict=True)) or "()"
