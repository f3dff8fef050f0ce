"""Why a counterfactual has a formula: from worlds to experiments, from experiments to observation.

The steps between worlds are the axioms of counterfactuals (Galles & Pearl, 1998: composition,
effectiveness) and the independence of districts; the steps from experiments to observation are
derivations of the do-calculus, each with a certificate of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from causal.calculus import Derivation
from causal.calculus.board import chain
from causal.expression import Expression, P
from causal.graph import ADMG
from causal.identification.hedge import Hedge

__all__ = ["Reasoning", "Remark"]


@dataclass(frozen=True)
class Remark:
    """One equality: what the line before is equal to, and why."""

    rule: str
    text: str
    why: str


@dataclass(frozen=True)
class Reasoning:
    """The chain of equalities from a counterfactual to its estimand.

    ``by_experiment`` is the formula over laws of experiments alone.  ``derivations`` take those
    laws to observation where that can be done, and ``hedges`` say of each other law why it cannot.
    """

    start: str
    remarks: tuple[Remark, ...]
    by_experiment: Expression
    derivations: tuple[Derivation, ...] = ()
    hedges: tuple[tuple[P, Hedge], ...] = ()

    def __str__(self) -> str:
        return self.told()

    def told(self, *, width: int | None = None) -> str:
        """The chain, one line a step; the reasons stand in a column, or under long lines."""
        return chain(self.start, [(each.text, each.why) for each in self.remarks], width=width)

    def to_list(self) -> list[dict[str, object]]:
        """Plain data, for JSON: the keys that the steps of the do-calculus have."""
        before = [self.start, *(remark.text for remark in self.remarks)]
        return [
            {
                "rule": remark.rule,
                "from": left,
                "to": remark.text,
                "separation": None,
                "cut_in": [],
                "cut_out": [],
                "why": remark.why,
            }
            for left, remark in zip(before, self.remarks, strict=False)
        ]

    def check(self, graph: ADMG) -> None:
        """Replay the derivations of the do-calculus in it; CertificateError at a false step."""
        for derivation in self.derivations:
            derivation.check(graph)
