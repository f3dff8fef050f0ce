"""What caused what in one case: the modified definition of Halpern and Pearl, by trying all sets.

Halpern (2015), "A modification of the Halpern-Pearl definition of causality".  X=x is an actual
cause of an effect when both are so (AC1); when some W, held at what it actually is, leaves another
setting of X under which the effect would not be (AC2); and when no part of X will do (AC3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from math import prod
from typing import TypeAlias

from causal.errors import DomainError, ImpossibleEvidenceError, ModelError, OptionError
from causal.model.engines.abduction import abduct
from causal.model.mechanism import Value, private
from causal.model.scm import SCM
from causal.query.terms import shown
from causal.variables import Variable, Variables, natural, quoted

__all__ = ["ActualCause", "NotACause", "actual_cause", "actual_causes", "settled_noise"]

Settings = Mapping[Variable, Value]

MOST = 2**20  # worlds that are tried


Pairs: TypeAlias = tuple[tuple[Variable, Value], ...]


@dataclass(frozen=True)
class ActualCause:
    """A cause of what happened, with the witness that shows it.

    Had ``cause`` been ``instead``, with what is ``held`` as it actually was, the effect would not
    have been.
    """

    cause: Pairs
    effect: Pairs
    instead: Pairs
    held: Pairs

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        kept = f" with {_listed(self.held)} held" if self.held else ""
        return (
            f"{_listed(self.cause)} is an actual cause of {_listed(self.effect)}: "
            f"not so under {_listed(self.instead)}{kept}"
        )


@dataclass(frozen=True)
class NotACause:
    """No actual cause, and which of the three conditions fails."""

    cause: Pairs
    effect: Pairs
    condition: str  # "AC1", "AC2" or "AC3"
    why: str

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"{_listed(self.cause)} is no actual cause of {_listed(self.effect)}: {self.why}"


def actual_cause(
    model: SCM, case: Settings, cause: Settings, effect: Settings
) -> ActualCause | NotACause:
    """Whether a cause actually brought an effect about, in one case of a finite model.

    ``case`` is what is known of it, noise by name or variables; it has to settle everything that
    the effect depends on, or a ModelError says what is open.  Exponential in the variables between
    cause and effect; ModelError beyond a million worlds.

    >>> from causal.model import load_model
    >>> throw = load_model({
    ...     "exogenous": {"suzy": [0.5, 0.5], "billy": [0.5, 0.5]},
    ...     "equations": {"ST": "suzy", "BT": "billy", "SH": "ST", "BH": "BT and not SH",
    ...                   "shatters": "SH or BH"},
    ... })
    >>> case = {"suzy": 1, "billy": 1}
    >>> print(actual_cause(throw, case, {"ST": 1}, {"shatters": 1}))
    ST=1 is an actual cause of shatters=1: not so under ST=0 with BH=0 held
    >>> print(actual_cause(throw, case, {"BT": 1}, {"shatters": 1}).condition)
    AC2
    """
    return _Case.of(model, case, effect).judged(cause)


def actual_causes(
    model: SCM, case: Settings, effect: Settings, *, most: int = 2
) -> Iterator[ActualCause]:
    """Every actual cause of an effect, of at most so many variables, small ones first.

    >>> from causal.model import load_model
    >>> fire = load_model({
    ...     "exogenous": {"U": [0.5, 0.5], "V": [0.5, 0.5]},
    ...     "equations": {"lightning": "U", "match": "V", "fire": "lightning or match"},
    ... })
    >>> for found in actual_causes(fire, {"U": 1, "V": 1}, {"fire": 1}):
    ...     print(found)
    lightning=1, match=1 is an actual cause of fire=1: not so under lightning=0, match=0
    """
    if most < 1:
        raise OptionError("most", most, "it is at least 1")
    known = _Case.of(model, case, effect)
    causes = [v for v in known.relevant if v not in effect]
    for size in range(1, most + 1):
        for names in combinations(causes, size):
            found = known.judged({v: known.actual[v] for v in names})
            if isinstance(found, ActualCause):
                yield found


@dataclass(frozen=True, eq=False)
class _Case:
    """A model whose noise is known, and an effect that is asked about."""

    model: SCM
    effect: Settings
    noise: Mapping[str, Value]

    @classmethod
    def of(cls, model: SCM, case: Settings, effect: Settings) -> _Case:
        _check(model, effect, "effect")
        return cls(model, effect, settled_noise(model, case, effect))

    @cached_property
    def relevant(self) -> tuple[Variable, ...]:
        """What the effect can depend on, causes first."""
        upstream = self.model.graph.ancestors(tuple(self.effect))
        return tuple(v for v in self.model.graph.nodes if v in upstream)

    @cached_property
    def actual(self) -> dict[Variable, Value]:
        """What was."""
        return self.under({})

    def under(self, settings: Settings) -> dict[Variable, Value]:
        """What would be, under settings."""
        world: dict[Variable, Value] = {}
        for v in self.relevant:
            mechanism = self.model.tables[v]
            given = tuple(self.noise[n] if n in self.noise else world[n] for n in mechanism.given)
            cell = self.noise.get(private(v), 0)
            assert isinstance(cell, int)
            world[v] = settings[v] if v in settings else mechanism.respond(given, cell)
        return world

    def judged(self, cause: Settings) -> ActualCause | NotACause:
        """The three conditions, one after the other."""
        _check(self.model, cause, "cause")
        pairs = (tuple(cause.items()), tuple(self.effect.items()))
        if both := cause.keys() & self.effect.keys():
            raise OptionError("cause", dict(cause), f"{min(both)} is the effect itself")
        actual = self.actual
        for v, value in (*cause.items(), *self.effect.items()):
            if v in actual and actual[v] != value:
                return NotACause(*pairs, "AC1", f"{_listed([(v, actual[v])])} in this case")
        found = self._witness(tuple(cause))
        if found is None:
            return NotACause(*pairs, "AC2", "nothing that could be held makes it depend on that")
        for size in range(1, len(cause)):
            for part in combinations(cause, size):
                if self._witness(part) is not None:
                    return NotACause(*pairs, "AC3", f"{', '.join(map(quoted, part))} will do")
        return ActualCause(*pairs, *found)

    def _witness(self, names: tuple[Variable, ...]) -> tuple[Pairs, Pairs] | None:
        """Another setting, and what is held, under which the effect would not be.

        What the effect does not depend on turns nothing, however it is set.
        """
        names = tuple(v for v in names if v in self.actual)
        between = [v for v in self.relevant if v in self._after(names) and v not in names]
        others = [v for v in between if v not in self.effect]
        domains = [self.model.domains[v] for v in names]
        if 2 ** len(others) * prod(map(len, domains)) > MOST:
            raise ModelError(
                f"{len(others)} variables between {', '.join(map(quoted, names))} and the effect "
                f"make more than {MOST} worlds to try"
            )
        was = tuple(self.actual[v] for v in names)
        for size in range(len(others) + 1):
            for held in combinations(others, size):
                kept = {v: self.actual[v] for v in held}
                for values in product(*domains):
                    settings = kept | dict(zip(names, values, strict=True))
                    if values != was and not self._holds(self.under(settings)):
                        return tuple(zip(names, values, strict=True)), tuple(kept.items())
        return None

    def _after(self, names: tuple[Variable, ...]) -> Variables:
        return self.model.graph.descendants([v for v in names if v in self.relevant])

    def _holds(self, world: Settings) -> bool:
        return all(world[v] == value for v, value in self.effect.items())


def settled_noise(model: SCM, case: Settings, effect: Iterable[Variable]) -> dict[str, Value]:
    """The noise behind an effect, by name or by what was observed; ModelError if more is possible.

    >>> from causal.model import load_model
    >>> coin = load_model({"exogenous": {"U": [0.5, 0.5]}, "equations": {"X": "U", "Y": "1 - X"}})
    >>> settled_noise(coin, {"Y": 1}, ["Y"])
    {'U': 0}
    """
    named = {name: case[name] for name in case if name in {one.name for one in model.noise}}
    for name, value in named.items():
        if value not in model.domains[name]:
            raise DomainError(name, value, model.domains[name])
    observed = {v: value for v, value in case.items() if v not in named}
    seen = abduct(model, observed)
    states = [dict(zip(seen.names, cells, strict=True)) for cells, _ in seen.weights]
    states = [s for s in states if all(s.get(n, value) == value for n, value in named.items())]
    if not states:
        raise ImpossibleEvidenceError(_listed(case.items()))
    laws = {one.name: one.law for one in model.noise}
    laws |= {private(v): m.cells for v, m in model.tables.items() if len(m.cells) > 1}
    upstream = model.graph.ancestors(tuple(effect))
    read = {name for v in upstream for name in (*model.tables[v].given, private(v))}
    settled: dict[str, Value] = {}
    for name in sorted(read & laws.keys(), key=natural):
        possible = {state[name] for state in states if name in state} or {
            cell for cell, weight in enumerate(laws[name]) if weight
        }
        if name in named:
            possible = {named[name]}
        if len(possible) > 1:
            raise ModelError(
                f"the case leaves {quoted(name)} open, on which the effect depends; observe more, "
                "or give the noise by name",
                variables=(name,),
            )
        settled[name] = possible.pop()
    return settled


def _check(model: SCM, settings: Settings, option: str) -> None:
    if not settings:
        raise OptionError(option, settings, 'it names variables and their values, as in {"X": 1}')
    for v in model.graph.require(settings):
        if not model.domains.get(v):
            raise ModelError(
                f"{quoted(v)} is a real number; actual causes are told in finite models",
                variables=(v,),
            )
        if settings[v] not in model.domains[v]:
            raise DomainError(v, settings[v], model.domains[v])


def _listed(pairs: Iterable[tuple[Variable, Value]]) -> str:
    return ", ".join(
        f"{quoted(v)}={shown(x) if isinstance(x, int | float | str) else x}" for v, x in pairs
    )
