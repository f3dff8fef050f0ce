"""Noise as a variable: the same model with some noises among what can be asked about.

Pearl (2009), 7.1.1: exogenous variables are variables, and nothing but our ignorance of their
causes tells them from others.  Named noise stands at the root of what reads it, as a cause would.
"""

from __future__ import annotations

from collections.abc import Iterable

from causal.errors import QueryError
from causal.model.continuous.linear import Linear
from causal.model.finite.table import Table
from causal.model.mechanism import Mechanism
from causal.model.noise import Law, Noise
from causal.model.scm import SCM
from causal.variables import Names, Variable, quoted, variables

__all__ = ["exposed", "hidden_in"]


def hidden_in(model: SCM, names: Iterable[str]) -> frozenset[str]:
    """Those of some names that are noises of a model.

    >>> from causal.model import Response
    >>> coin = SCM.of({"X": Response("U", {0: 0, 1: 1})}, [Noise("U", "1/2, 1/2")])
    >>> sorted(hidden_in(coin, ["X", "U"]))
    ['U']
    """
    return frozenset(names) & {one.name for one in model.noise}


def exposed(model: SCM, names: Names) -> SCM:
    """The same model, some of its noises being variables; raises QueryError where one cannot be.

    >>> from causal.model import Response
    >>> coin = SCM.of({"X": Response("U", {0: 0, 1: 1})}, [Noise("U", "1/2, 1/2")])
    >>> exposed(coin, "U").graph
    ADMG.parse('U -> X')
    """
    shown = variables(names)
    mechanisms = {v: _reading(v, mechanism, shown) for v, mechanism in model.parts}
    laws = {one.name: _root(one) for one in model.noise if one.name in shown}
    return SCM.of(mechanisms | laws, [one for one in model.noise if one.name not in shown])


def _root(noise: Noise) -> Mechanism:
    if noise.is_finite:
        return Table((), noise.law, values=noise.values)
    return Linear({}, noise=noise.source)


def _reading(v: Variable, mechanism: Mechanism, names: frozenset[str]) -> Mechanism:
    """A mechanism that is given a noise which it had as its own."""
    noise: Law | str | None = mechanism.noise
    if not isinstance(noise, str) or noise not in names:
        return mechanism
    if not isinstance(mechanism, Linear):
        raise QueryError(
            f"{quoted(noise)} is the noise of {quoted(v)}, which adds more to it than a weighted "
            "sum; such a noise cannot be asked about",
            [noise],
        )
    weights = mechanism.weights | {noise: 1.0}
    return Linear(weights, intercept=mechanism.intercept, noise=None, ignores=mechanism.ignores)
