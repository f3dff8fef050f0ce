"""The axioms of probability as steps of a derivation; they need no graph and have no exception.

Each holds in every law, observed or under actions: what is set stays set on both sides.  Where a
side divides by a probability, that has to be positive.  Pearl (2009), section 1.1.
"""

from __future__ import annotations

from causal.calculus.step import Step
from causal.errors import QueryError
from causal.expression import P, Product, Quotient, Sum, Symbols
from causal.variables import Names, Symbol, listed, natural, variables

__all__ = ["bayes", "chain_rule", "conditioning", "marginalisation"]


def chain_rule(law: P, order: tuple[str, ...] = ()) -> Step:
    """A law of several outcomes as a product, each outcome given those before it in ``order``.

    >>> print(chain_rule(P.of_names("ABC", do="X"), ("C", "A", "B")))
    P(A, B, C | do(X)) = P(C | do(X)) P(A | do(X), C) P(B | do(X), A, C)   [chain rule]
    """
    symbols = {s.variable: s for s in law.of}
    names = order or tuple(sorted(symbols, key=natural))
    if len(names) != len(symbols) or set(names) != symbols.keys() or len(names) < 2:
        raise QueryError(f"the chain rule puts two or more outcomes of {law} in order, each once")
    factors, before = [], law.given
    for name in names:
        factors.append(P(frozenset({symbols[name]}), before, law.do))
        before |= {symbols[name]}
    return Step("probability", law, Product(tuple(factors)), why="chain rule")


def marginalisation(law: P, over: Names) -> Step:
    """A law as the sum of a larger one over variables that it does not mention.

    >>> print(marginalisation(P.of_names("Y", do="X"), "Z"))
    P(Y | do(X)) = Σ_{Z} P(Y, Z | do(X))   [marginalisation]
    """
    more = frozenset(map(Symbol, variables(over)))
    if not more:
        raise QueryError(f"name what {law} is to be summed over")
    if known := {s.variable for s in law.symbols} & {s.variable for s in more}:
        raise QueryError(f"{listed(known)} cannot be summed over: {law} mentions it already")
    return Step(
        "probability", law, Sum(more, P(law.of | more, law.given, law.do)), why="marginalisation"
    )


def conditioning(law: P, on: Names = ()) -> Step:
    """A conditional law as a ratio of joint ones; ``on`` says of which conditions, if not of all.

    >>> print(conditioning(P.of_names("Y", "ZW"), "Z"))
    P(Y | W, Z) = P(Y, Z | W) / P(Z | W)   [conditioning]
    """
    moved, rest = _conditions(law, on)
    joint, alone = P(law.of | moved, rest, law.do), P(moved, rest, law.do)
    return Step("probability", law, Quotient(joint, alone), why="conditioning")


def bayes(law: P, on: Names = ()) -> Step:
    """A conditional law turned round: the other way, times the prior, over the evidence.

    >>> print(bayes(P.of_names("Y", "Z")))
    P(Y | Z) = (P(Y) P(Z | Y)) / P(Z)   [Bayes]
    """
    moved, rest = _conditions(law, on)
    likelihood, prior = P(moved, law.of | rest, law.do), P(law.of, rest, law.do)
    ratio = Quotient(Product((prior, likelihood)), P(moved, rest, law.do))
    return Step("probability", law, ratio, why="Bayes")


def _conditions(law: P, on: Names) -> tuple[Symbols, Symbols]:
    """The conditions that are meant, and the others."""
    wanted = variables(on) or frozenset(s.variable for s in law.given)
    moved = frozenset(s for s in law.given if s.variable in wanted)
    if missing := wanted - {s.variable for s in moved}:
        raise QueryError(f"{listed(missing)} is no condition of {law}")
    if not moved:
        raise QueryError(f"{law} has no condition")
    return moved, law.given - moved
