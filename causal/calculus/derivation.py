"""A chain of equalities from the query to its estimand, each line with what licensed it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass

from causal.calculus.board import chain, under_one_another
from causal.calculus.certificate import certificate_of_yes, confirm_yes
from causal.calculus.step import Step
from causal.expression import (
    Expression,
    P,
    Product,
    Quotient,
    Sum,
    arranged,
    laws,
    replaced,
    valued,
)
from causal.graph import ADMG
from causal.variables import Variable

__all__ = ["Derivation", "Line", "rewritten"]

_LAWS = 16  # in a formula; where there are more, only what changes is written


@dataclass(frozen=True)
class Line:
    """The whole expression after a step, and the step."""

    expression: Expression
    step: Step


@dataclass(frozen=True)
class Derivation:
    """``start`` rewritten by ``steps``: each replaces its left side wherever that stands.

    ``end`` is the last expression.
    """

    start: Expression
    steps: tuple[Step, ...]
    end: Expression

    def lines(self) -> Iterator[Line]:
        """The expression after each step."""
        expression: Expression = self.start
        for step in self.steps:
            expression = rewritten(expression, step)
            yield Line(arranged(expression), step)

    def __str__(self) -> str:
        return self.told()

    def told(
        self, *, values: Mapping[Variable, Hashable] | None = None, width: int | None = None
    ) -> str:
        """The chain, one line a step, as one would write it on a board.

        At some ``values``, and broken to fit a ``width``, if those are given.  The reasons stand in
        a column of their own; where lines are long, under their lines; where they have very many
        laws, only the law that a step rewrites is written, for all values, and the result.

        >>> from causal import identify
        >>> derivation = identify(ADMG.parse("X -> Y"), "P(Y | do(X))").derivation
        >>> print(derivation.told(values={"X": 1}))
        P(Y | do(X=1))
          = P(Y | X=1)   [rule 2: Y ⊥ X without edges out of X]
        """
        fixed = values or {}
        start = valued(self.start, fixed)
        lines = self._short_lines()
        if lines is not None:
            rows = [(valued(line.expression, fixed), line.step.reason) for line in lines]
            return chain(start, rows, width=width)
        changes = [(_left(s), s.after, s.reason) for s in self._changes()]
        changes[-1:] = [(left, valued(end, fixed), why) for left, end, why in changes[-1:]]
        how = "one law after another" + (", for all values" if fixed else "")
        return under_one_another(f"{start}, {how}:", changes, width=width)

    def latex(self, *, values: Mapping[Variable, Hashable] | None = None) -> str:
        """The chain as an ``aligned`` block, each line with its rule and separation."""
        fixed = values or {}
        start = valued(self.start, fixed).latex()
        lines = self._short_lines()
        if lines is None:
            rows = [
                f"{_left(s, Expression.latex)}&= {s.after.latex()} && {s.latex_reason}"
                for s in self._changes()
            ]
        else:
            ends = [(valued(ln.expression, fixed).latex(), ln.step.latex_reason) for ln in lines]
            rows = [f"&= {end} && {reason}" for end, reason in ends]
            rows[:1] = [f"{start} {rows[0]}" if rows else start]
        body = " \\\\\n".join(rows)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"

    def _short_lines(self) -> list[Line] | None:
        """The lines, or None as soon as one is too long to be repeated for every step."""
        found = []
        for line in self.lines():
            if line.expression.size > _LAWS:
                return None
            found.append(line)
        return found

    def _changes(self) -> Iterator[Step]:
        """The steps; where the last one rewrites a law, what all of them lead to comes after it.

        A step that rewrites no law, nor several side by side, rewrites the whole line.
        """
        yield from self.steps
        if self.steps and isinstance(self.steps[-1].before, P):
            yield Step("probability", self.end, self.end, why="all of these together")

    def certificate(self, graph: ADMG) -> dict[str, object]:
        """Plain data that ``causal.checker`` verifies without the solver."""
        start, end = str(self.start), str(self.end)
        return certificate_of_yes(graph, start, end, self.steps, acts=self._acts)

    def check(self, graph: ADMG) -> None:
        """Replay every step in the independent checker; CertificateError at the first false one.

        >>> from causal import identify
        >>> front_door = ADMG.parse("X -> Z -> Y; X <-> Y")
        >>> derivation = identify(front_door, "P(Y | do(X))").derivation
        >>> derivation.check(front_door)
        >>> derivation.check(ADMG.parse("X -> Z -> Y; X <-> Y; X <-> Z"))
        Traceback (most recent call last):
        ...
        causal.errors.CertificateError: step 2: rule 2 needs a separation that does not hold
        """
        confirm_yes(graph, self.start, self.end, self.steps, acts=self._acts)

    @property
    def _acts(self) -> bool:
        return any(law.do for law in laws(self.end))

    def to_list(self) -> list[dict[str, object]]:
        """Plain data, for JSON."""
        return [step.to_dict() for step in self.steps]


def rewritten(formula: Expression, step: Step) -> Expression:
    """A formula after a step, which rewrites all of it, a law, or laws that stand side by side.

    >>> one, other = P.of_names("X"), P.of_names("Y", "X")
    >>> joined = Step("probability", Product((one, other)), P.of_names("XY"))
    >>> print(rewritten(Product((P.of_names("Z"), one, other)), joined))
    P(Z) P(X, Y)
    """
    if formula == step.before or not isinstance(step.before, Product):
        return replaced(formula, {step.before: step.after})
    match formula:
        case Product(factors):
            row = step.before.factors
            start = _place(factors, row)
            if start is None:
                return Product(tuple(rewritten(factor, step) for factor in factors))
            return Product((*factors[:start], step.after, *factors[start + len(row) :]))
        case Sum(over, body):
            return Sum(over, rewritten(body, step))
        case Quotient(above, below):
            return Quotient(rewritten(above, step), rewritten(below, step))
        case _:
            return formula


def _place(factors: tuple[Expression, ...], row: tuple[Expression, ...]) -> int | None:
    """Where some factors stand side by side."""
    starts = range(len(factors) - len(row) + 1)
    return next((i for i in starts if factors[i : i + len(row)] == row), None)


def _left(step: Step, written: Callable[[Expression], str] = str) -> str:
    """What a step rewrites; nothing if that is the whole line."""
    return f"{written(step.before)} " if isinstance(step.before, P) or step.gathers else ""
