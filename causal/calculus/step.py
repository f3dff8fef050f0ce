"""One equality of a derivation, and what licensed it."""

from __future__ import annotations

from dataclasses import dataclass

from causal.expression import Expression, P, Product, fresh
from causal.variables import Variables, listed, natural, quoted, typeset

__all__ = ["Separation", "Step"]


@dataclass(frozen=True)
class Separation:
    """``one`` is separated from ``other`` given ``given`` in a mutilated graph."""

    one: Variables
    other: Variables
    given: Variables
    cut_in: Variables
    cut_out: Variables

    def __str__(self) -> str:
        given = f" | {_comma(self.given)}" if self.given else ""
        cuts = []
        if self.cut_in:
            cuts.append(f"into {listed(map(quoted, self.cut_in))}")
        if self.cut_out:
            cuts.append(f"out of {listed(map(quoted, self.cut_out))}")
        where = f" without edges {' or '.join(cuts)}" if cuts else ""
        return f"{_comma(self.one)} ⊥ {_comma(self.other)}{given}{where}"

    def latex(self) -> str:
        r"""In Pearl's notation: a bar over what has no edges into it, one under what has none out.

        >>> z, y, x = (frozenset(name) for name in "ZYX")
        >>> print(Separation(y, z, x, cut_in=x, cut_out=z).latex())
        (Y \perp Z \mid X)_{G_{\overline{X}\underline{Z}}}
        """
        one, other, given, into, out_of = map(_typeset, vars(self).values())
        bar = rf" \mid {given}" if given else ""
        cuts = (rf"\overline{{{into}}}" if into else "") + (
            rf"\underline{{{out_of}}}" if out_of else ""
        )
        return rf"({one} \perp {other}{bar})_{{{f'G_{{{cuts}}}' if cuts else 'G'}}}"

    def to_dict(self) -> dict[str, list[str]]:
        """Plain data, for JSON."""
        sets = {"one": self.one, "other": self.other, "given": self.given}
        return {name: sorted(members, key=natural) for name, members in sets.items()}


@dataclass(frozen=True)
class Step:
    """``before = after``: by a rule of the do-calculus, with its separation, or by probability.

    A step by a rule replaces one law by another; a step by the axioms of probability replaces a
    law, laws that stand side by side, or the whole line.  It needs no graph, and ``why`` says which
    axioms were used.
    """

    rule: str
    before: Expression
    after: Expression
    separation: Separation | None = None
    why: str = ""

    @property
    def gathers(self) -> bool:
        """Whether it makes one law of several that stand side by side."""
        return isinstance(self.before, Product) and isinstance(self.after, P)

    @property
    def reason(self) -> str:
        """What stands in brackets behind the line."""
        return f"{self.rule}: {self.separation}" if self.separation else self.why or self.rule

    @property
    def latex_reason(self) -> str:
        """What stands behind the line, in LaTeX."""
        if self.separation is None:
            return rf"\text{{{self.reason}}}"
        return rf"\text{{{self.rule}: }} {self.separation.latex()}"

    def __str__(self) -> str:
        return f"{self.before} = {self.after}   [{self.reason}]"

    def claim(self) -> dict[str, object]:
        """Plain data, for JSON: what the checker verifies."""
        cut_in = self.separation.cut_in if self.separation else frozenset()
        cut_out = self.separation.cut_out if self.separation else frozenset()
        return {
            "rule": self.rule,
            "from": str(fresh(self.before)),
            "to": str(self.after),
            "separation": self.separation.to_dict() if self.separation else None,
            "cut_in": sorted(cut_in, key=natural),
            "cut_out": sorted(cut_out, key=natural),
        }

    def to_dict(self) -> dict[str, object]:
        """The same and its reason: the keys that ``causal identify --json`` prints."""
        return {**self.claim(), "why": self.reason}


def _comma(names: Variables) -> str:
    return ", ".join(map(quoted, sorted(names, key=natural)))


def _typeset(names: Variables) -> str:
    return ", ".join(map(typeset, sorted(names, key=natural)))
