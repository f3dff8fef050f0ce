"""Why chosen experiments do not do: one district that none of them, nor observation, tells apart.

Lee, Correa & Bareinboim (2019), "General identifiability with arbitrary surrogate experiments":
thickets.  Each regime either sets a part of the district, or leaves a hedge around it.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.expression import P
from causal.identification.hedge import Hedge
from causal.variables import Variable, Variables, listed, natural, quoted

__all__ = ["Thicket"]


@dataclass(frozen=True)
class Thicket:
    """``law`` is needed and nothing shows it; ``hedges`` has what each regime leaves around it.

    A regime is the variables that it sets; None stands where it sets a part of the district.
    """

    law: P
    hedges: tuple[tuple[Variables, Hedge | None], ...]

    @property
    def inner(self) -> Variables:
        """The district whose law is needed."""
        return frozenset(s.variable for s in self.law.of)

    @property
    def outer(self) -> Variables:
        """All that stands around it in any regime."""
        return self.inner.union(*(hedge.outer for _, hedge in self.hedges if hedge))

    def __str__(self) -> str:
        around = {str(hedge): None for _, hedge in self.hedges if hedge}
        return "; ".join(around) or f"{{{', '.join(map(quoted, _sorted(self.inner)))}}}"

    @property
    def why(self) -> str:
        """The obstacle in one sentence.

        >>> from causal import ADMG, identify
        >>> graph = ADMG.parse("X -> Y <- W; X <-> Y")
        >>> print(identify(graph, "P(Y | do(X))", regimes=["W"]).hedge.why)
        P(Y | do(W, X)) is needed; observation, do(W): X and Y share hidden causes and all lead ...
        """
        alike: dict[str, list[str]] = {}
        for regime, hedge in self.hedges:
            set_ = listed(map(quoted, regime & self.inner))
            reason = hedge.why if hedge else f"{set_} would have to be left alone"
            alike.setdefault(reason, []).append(_named(regime))
        told = [f"{', '.join(regimes)}: {reason}" for reason, regimes in alike.items()]
        return f"{self.law} is needed; " + "; ".join(told)

    def to_dict(self) -> dict[str, object]:
        """Plain data, for JSON."""
        return {
            "law": str(self.law),
            "regimes": [
                {
                    "set": _sorted(regime),
                    "hedge": hedge
                    and {"outer": _sorted(hedge.outer), "inner": _sorted(hedge.inner)},
                }
                for regime, hedge in self.hedges
            ],
        }


def _named(regime: Variables) -> str:
    return f"do({', '.join(map(quoted, _sorted(regime)))})" if regime else "observation"


def _sorted(names: Variables) -> list[Variable]:
    return sorted(names, key=natural)
