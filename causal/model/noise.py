"""Noise by name: what the graph does not show, and what two worlds have in common.

Pearl (2009), 7.1: a structural model is a law over exogenous variables and one equation for each
endogenous variable.  A noise that two equations read is the hidden common cause of a ``<->`` edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from causal.model.exact import Number, Row, distribution, shown
from causal.variables import Variable, natural

__all__ = ["Noise", "hidden_cause"]


@dataclass(frozen=True, init=False, repr=False)
class Noise:
    """A finite exogenous variable: it takes the values 0, 1, 2, ... with the given probabilities.

    >>> Noise("U", ("0.4", "0.6"))
    Noise('U', '2/5, 3/5')
    >>> Noise("court order", (0.3, 0.7)).values
    (0, 1)
    """

    name: str
    law: Row

    def __init__(self, name: str, law: Iterable[Number] | str) -> None:
        weights = law.split(",") if isinstance(law, str) else law
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "law", distribution(weights, of=name))

    def __repr__(self) -> str:
        return f"Noise({self.name!r}, {shown(self.law)!r})"

    @property
    def values(self) -> tuple[int, ...]:
        """What the noise can be: 0, 1, ..., one value a probability."""
        return tuple(range(len(self.law)))


def hidden_cause(one: Variable, other: Variable) -> str:
    """The name that we give to the noise behind ``one <-> other``.

    >>> hidden_cause("Y", "X")
    'U[X,Y]'
    """
    return f"U[{','.join(sorted((one, other), key=natural))}]"
