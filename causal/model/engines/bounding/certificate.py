"""The certificate of a bound: which known probabilities, combined how, leave no way past it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

import numpy as np

from causal.errors import CertificateError
from causal.model.engines.bounding.falsification import summed
from causal.model.engines.bounding.proof import slack, value
from causal.model.engines.bounding.ratios import Piece
from causal.model.engines.bounding.tableau import Tableau

__all__ = ["Certificate", "certificates"]

Side: TypeAlias = Literal["lower", "upper"]


@dataclass(frozen=True)
class Certificate:
    """Weights of known probabilities whose sum no response type can pass.

    For a sum of probabilities: it is at least (at most) Σ weight * probability + constant.  For a
    ratio with a free denominator: numerator - value * denominator is at least (at most) that sum,
    which is not negative (not positive).
    """

    side: Side
    kind: Literal["sum", "ratio"]
    value: Fraction
    parts: tuple[tuple[Fraction, str], ...]
    constant: Fraction
    _piece: Piece = field(repr=False, compare=False)

    def check(self) -> None:
        """Verify the proof in fractions, type by type; raises CertificateError.

        Nothing of the solver is believed: every response type is compared with the combination.
        """
        multipliers, piece = self._piece.proof.multipliers, self._piece
        if any(least < 0 for least in slack(piece.tableau, piece.cost, multipliers)):
            raise CertificateError(f"some response type passes the {self.side} bound {self.value}")
        proved = value(piece.tableau.lines, multipliers) + piece.cost.constant
        meant = Fraction(0) if self._piece.is_ratio else self._piece.value
        if proved < meant:
            raise CertificateError(f"the combination proves {proved}, not {meant}")

    def __str__(self) -> str:
        """The combination as text, with its value."""
        sign = ">=" if self.side == "lower" else "<="
        what = "it" if self.kind == "sum" else f"numerator - {self.value} * denominator"
        constant = ((self.constant, ""),) if self.constant or not self.parts else ()
        end = f" = {float(self.value):.6g}" if self.kind == "sum" else ""
        return f"{what} {sign} {summed([*self.parts, *constant])}{end}"

    def to_dict(self) -> dict[str, object]:
        """The certificate as plain data, numbers as text."""
        return {
            "side": self.side,
            "kind": self.kind,
            "value": str(self.value),
            "combination": [[str(weight), label] for weight, label in self.parts],
            "constant": str(self.constant),
        }


def certificates(side: Side, pieces: Sequence[Piece]) -> tuple[Certificate, ...]:
    """One certificate for each piece of an end."""
    return tuple(_certificate(side, piece) for piece in pieces)


def _certificate(side: Side, piece: Piece) -> Certificate:
    sign, tableau = 1 if side == "lower" else -1, piece.tableau
    weights, constant = _simple(tableau, piece.proof.multipliers)
    parts = tuple(
        (sign * weight * line.scale, line.label)
        for weight, line in zip(weights, tableau.lines, strict=True)
        if weight
    )
    return Certificate(
        side,
        "ratio" if piece.is_ratio else "sum",
        sign * piece.value,
        parts,
        sign * (constant + piece.cost.constant),
        piece,
    )


def _simple(tableau: Tableau, multipliers: Sequence[Fraction]) -> tuple[list[Fraction], Fraction]:
    """The same combination with few parts: the cells of one law sum to one, so a shift is free."""
    weights = list(multipliers)
    totals = len(tableau.groups)
    constant = sum(weights[:totals], Fraction(0))
    weights[:totals] = [Fraction(0)] * totals
    families: dict[str, list[int]] = {}
    for i, line in enumerate(tableau.lines[totals:], start=totals):
        families.setdefault(line.family, []).append(i)
    for members in families.values():
        usual, _ = Counter(weights[i] for i in members).most_common(1)[0]
        if usual and _is_one(tableau, members):
            constant += usual
            for i in members:
                weights[i] -= usual
    return weights, constant


def _is_one(tableau: Tableau, members: Sequence[int]) -> bool:
    """Whether some lines are the cells of one law: in every type of a group exactly one holds."""
    lines = [tableau.lines[i] for i in members]
    if any(line.chance.low != line.chance.high for line in lines):
        return False
    together, start = tableau.matrix[members].sum(axis=0), 0
    for group in tableau.groups:
        inside = together[start : start + group.size]
        if (inside == 1).all():
            return int(np.abs(together).sum()) == group.size
        start += group.size
    return False
