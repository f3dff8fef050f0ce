"""Interventions as data: what is done to a model prints, compares, hashes and saves.

An intervention names its targets and says which mechanism each of them gets in place of the old
one; the new graph follows from what the new mechanisms read.  ``Do`` reads nothing.  A shift reads
what the old mechanism read, a replacement what it likes: all fit behind the same face.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from causal.errors import DomainError, ModelError
from causal.model.altered import Constant, Drawn, held, shifted
from causal.model.checking import is_number
from causal.model.exact import Number
from causal.model.finite.columns import places
from causal.model.finite.response import Response
from causal.model.finite.table import Table
from causal.model.mechanism import Mechanism, Value, Values, is_finite, require_mechanism
from causal.model.noise import Finite, Law, require_law
from causal.model.per_unit import PerUnit, plain
from causal.variables import Variable, Variables, natural, quoted

__all__ = ["Do", "DoEdge", "Intervention", "Replace", "Set", "Shift", "Stochastic"]

Set: TypeAlias = Value | NDArray[np.generic] | list[Value] | pd.Series  # one value, or one a unit


Entry = TypeVar("Entry")


class Intervention(Protocol):
    """A change of some mechanisms, which leaves all others, and all noise, as they were."""

    @property
    def targets(self) -> Variables:
        """The variables whose mechanisms change."""

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """The mechanism of a target from now on."""

    def to_dict(self) -> dict[str, object]:
        """The intervention as plain data."""


@dataclass(frozen=True, init=False, repr=False)
class Do:
    """Set variables, whatever their causes say (Pearl's do-operator); to one value, or one a unit.

    >>> Do(X=1)
    Do({'X': 1})
    >>> print(Do({"blood pressure": "low"}, X=0))
    do(X=0, "blood pressure"=low)
    >>> Do(X=[0, 1, 1]) == Do(X=np.array([0, 1, 1]))
    True
    """

    settings: tuple[tuple[Variable, Value | PerUnit], ...]

    def __init__(self, settings: Mapping[Variable, Set] | None = None, /, **more: Set) -> None:
        merged = {name: _read(value) for name, value in {**(settings or {}), **more}.items()}
        object.__setattr__(self, "settings", _sorted(merged))

    @classmethod
    def edge(cls, tail: Variable, head: Variable, value: Value) -> DoEdge:
        """Set a variable for one of its readers only; all others read it as it is.

        >>> print(Do.edge("X", "M", 1))
        do(X->M=1)
        """
        return DoEdge(tail, head, value)

    def __repr__(self) -> str:
        return f"Do({dict(self.settings)})"

    def __str__(self) -> str:
        return f"do({', '.join(f'{quoted(name)}={value}' for name, value in self.settings)})"

    @property
    def targets(self) -> Variables:
        """The variables that are set."""
        return frozenset(name for name, _ in self.settings)

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """A constant; raises DomainError when the variable cannot take that value."""
        value = dict(self.settings)[target]
        _check(target, value, was.values)
        if is_finite(was) and not isinstance(value, PerUnit):
            return Response((), {(): value}, values=was.values)
        return Constant(value, was.values)

    def to_dict(self) -> dict[str, object]:
        """The settings as plain data.

        >>> Do(X=1).to_dict()
        {'kind': 'do', 'settings': {'X': 1}}
        """
        return {"kind": "do", "settings": {name: plain(value) for name, value in self.settings}}


@dataclass(frozen=True)
class DoEdge:
    """Set a variable for one of its readers: an intervention on an edge, as ``Y[X->M=1]``.

    Avin, Shpitser & Pearl (2005): path-specific effects are made of these.

    >>> from causal.graph import ADMG
    >>> from causal.model.random_models import random_scm
    >>> random_scm(ADMG.parse("X -> M -> Y; X -> Y"), 0).under(Do.edge("X", "M", 1)).graph
    ADMG.parse('M -> Y; X -> Y')
    """

    tail: Variable
    head: Variable
    value: Value

    def __post_init__(self) -> None:
        """Refuse one value a unit, which an edge cannot carry."""
        if isinstance(self.value, np.ndarray | list | pd.Series | PerUnit):
            raise ModelError(
                f"an edge {self.tail} -> {self.head} carries one value for all units; "
                "Do(...) takes one a unit",
                variables=(self.tail, self.head),
            )

    def __str__(self) -> str:
        return f"do({quoted(self.tail)}->{quoted(self.head)}={self.value})"

    @property
    def targets(self) -> Variables:
        """The reader, as its mechanism is what changes."""
        return frozenset({self.head})

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """The old mechanism, which sees the value; raises ModelError where there is no edge."""
        return held(was, self.tail, self.value, of=target)

    def to_dict(self) -> dict[str, object]:
        """The edge and its value as plain data."""
        return {"kind": "do edge", "edge": [self.tail, self.head], "value": self.value}


@dataclass(frozen=True, init=False, repr=False)
class Shift:
    """Add to what variables would have been by themselves.

    >>> print(Shift(dose=2))
    shift(dose by 2)
    """

    amounts: tuple[tuple[Variable, float], ...]

    def __init__(self, amounts: Mapping[Variable, float] | None = None, /, **more: float) -> None:
        read = {**(amounts or {}), **more}
        for name, by in read.items():
            if not is_number(by):
                raise ModelError(f"{name} is shifted by a finite number, not {by!r}")
        object.__setattr__(self, "amounts", _sorted(read))

    def __repr__(self) -> str:
        return f"Shift({dict(self.amounts)})"

    def __str__(self) -> str:
        return f"shift({', '.join(f'{quoted(name)} by {by:g}' for name, by in self.amounts)})"

    @property
    def targets(self) -> Variables:
        """The variables that are moved."""
        return frozenset(name for name, _ in self.amounts)

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """The old mechanism and the number; raises DomainError where that leaves the domain."""
        return shifted(was, dict(self.amounts)[target], of=target)

    def to_dict(self) -> dict[str, object]:
        """The amounts as plain data."""
        return {"kind": "shift", "by": dict(self.amounts)}


@dataclass(frozen=True, init=False, repr=False)
class Replace:
    """Give variables other mechanisms, which may read other causes.

    The noise stays the unit's own where the new mechanism has noise of the same law or name.

    >>> from causal.model.continuous import Linear
    >>> Replace(Y=Linear({"X": 2.0})).targets
    frozenset({'Y'})
    """

    mechanisms: tuple[tuple[Variable, Mechanism], ...]

    def __init__(
        self, mechanisms: Mapping[Variable, Mechanism] | None = None, /, **more: Mechanism
    ) -> None:
        read = {**(mechanisms or {}), **more}
        for name, mechanism in read.items():
            require_mechanism(name, mechanism)
        object.__setattr__(self, "mechanisms", _sorted(read))

    def __repr__(self) -> str:
        return f"Replace({dict(self.mechanisms)})"

    def __str__(self) -> str:
        return f"replace({', '.join(quoted(name) for name, _ in self.mechanisms)})"

    @property
    def targets(self) -> Variables:
        """The variables with a new mechanism."""
        return frozenset(name for name, _ in self.mechanisms)

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """The new mechanism; raises ModelError when it has another domain than the old one."""
        new = dict(self.mechanisms)[target]
        if new.values != was.values:
            raise ModelError(
                f"the new mechanism of {target} takes {new.values or 'any real number'}, "
                f"but the old one {was.values or 'any real number'}",
                variables=(target,),
            )
        return new

    def to_dict(self) -> dict[str, object]:
        """The mechanisms as plain data."""
        return {"kind": "replace", "mechanisms": {v: m.to_dict() for v, m in self.mechanisms}}


@dataclass(frozen=True, init=False, repr=False)
class Stochastic:
    """Draw variables from laws of their own, independently of everything else.

    A finite variable takes its values, in order, with the probabilities given.

    >>> print(Stochastic(X="1/2, 1/2"))
    draw(X from Finite('1/2, 1/2'))
    """

    laws: tuple[tuple[Variable, Law], ...]

    def __init__(
        self,
        laws: Mapping[Variable, Law | Iterable[Number] | str] | None = None,
        /,
        **more: Law | Iterable[Number] | str,
    ) -> None:
        read = {
            name: Finite(law, of=name) if isinstance(law, str | Iterable) else law
            for name, law in {**(laws or {}), **more}.items()
        }
        for name, law in read.items():
            require_law(name, law)
        object.__setattr__(self, "laws", _sorted(read))

    def __repr__(self) -> str:
        return f"Stochastic({dict(self.laws)})"

    def __str__(self) -> str:
        return f"draw({', '.join(f'{quoted(name)} from {law}' for name, law in self.laws)})"

    @property
    def targets(self) -> Variables:
        """The variables that are drawn."""
        return frozenset(name for name, _ in self.laws)

    def mechanism(self, target: Variable, was: Mechanism) -> Mechanism:
        """A draw; raises ModelError when the law does not fit the domain."""
        law = dict(self.laws)[target]
        if isinstance(law, Finite) and len(law.weights) == len(was.values):
            return Table((), law.weights, values=was.values)
        if isinstance(law, Finite) or was.values:
            raise ModelError(
                f"{target} takes {was.values or 'any real number'}, which {law!r} does not draw",
                variables=(target,),
            )
        return Drawn(law)

    def to_dict(self) -> dict[str, object]:
        """The laws as plain data."""
        return {"kind": "stochastic", "laws": {name: law.to_dict() for name, law in self.laws}}


def _sorted(items: Mapping[Variable, Entry]) -> tuple[tuple[Variable, Entry], ...]:
    return tuple(sorted(items.items(), key=lambda pair: natural(pair[0])))


def _read(value: Set) -> Value | PerUnit:
    if isinstance(value, np.ndarray | list | pd.Series):
        return PerUnit(np.asarray(value))
    return value.item() if isinstance(value, np.generic) else value


def _check(target: Variable, value: Value | PerUnit, values: Values) -> None:
    """Raise DomainError or ModelError unless a variable can take a value."""
    if isinstance(value, PerUnit):
        if values:
            places(value.values, values, of=target)
        elif value.values.dtype.kind not in "fiub":
            raise ModelError(f"{target} takes real numbers, not {value!r}", variables=(target,))
    elif values:
        if value not in values:
            raise DomainError(target, value, values)
    elif not is_number(value):
        raise ModelError(f"{target} takes real numbers, not {value!r}", variables=(target,))
