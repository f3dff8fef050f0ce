"""Why adjusting works: the do-calculus steps from an effect to a formula over covariates.

The back door and the front door are chains of bridges (Pearl 1995, theorems 1 and 2).  A set that
meets the generalised criterion may hold effects of X, which no rule takes through the sum; but then
variables can be left out of it, one by one, that are separated from Y given X and the rest, or from
X given the rest (Pearl & Paz 2014, "Confounding equivalence"), until the back door is open.  That
this never gets stuck rests on all adjustment sets of many thousands of small graphs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from causal.calculus import Derivation, Step, bridge
from causal.calculus.equivalence import insert
from causal.expression import Expression, P, Product, Sum, Symbols, arranged, replaced
from causal.graph import ADMG
from causal.graph.bits import bits
from causal.graph.separation import reachable
from causal.variables import Symbol

__all__ = ["by_adjustment", "by_front_door"]

_Idle = tuple[bool, int]  # a covariate, and whether it is idle for the outcome (or for the action)


def by_adjustment(graph: ADMG, x: int, y: int, z: int, *, to: Expression) -> Derivation:
    """From P(y | do(x)) to Σ_z P(y | x, z) P(z), for an adjustment set."""
    chain = _Chain(graph, y, do=x)
    core, spared = z, list[_Idle]()
    if (acting := _acting(graph, x, y, core)) is None:
        core, spared = _shrunk(graph, x, y, z)
        acting = _acting(graph, x, y, core)
    if acting is None:
        raise AssertionError(f"an adjustment set of {graph} without a derivation")
    chain.walk(chain.law(y, do=x), chain.law(y, do=acting))
    chain.split(y, core, do=acting)
    chain.walk(chain.law(core, do=acting), chain.law(core))
    chain.walk(chain.law(y, given=core, do=acting), chain.law(y, given=x | core))
    for of_outcome, group in groupby(reversed(spared), key=lambda each: each[0]):
        more = sum(v for _, v in group)
        (_joined_to_outcome if of_outcome else _joined_to_action)(chain, x, y, core, more)
        core |= more
    return chain.ending(to)


def by_front_door(graph: ADMG, x: int, y: int, z: int, *, to: Expression) -> Derivation:
    """From P(y | do(x)) to Σ_z P(z | x) Σ_x' P(y | x', z) P(x'), for a front-door set."""
    chain = _Chain(graph, y, do=x)
    chain.split(y, z, do=x)
    chain.walk(chain.law(z, do=x), chain.law(z, given=x))
    inner = chain.law(y, do=z)
    chain.walk(chain.law(y, given=z, do=x), inner)
    if z:
        chain.split(y, x, do=z)
        chain.walk(chain.law(x, do=z), chain.law(x))
        chain.walk(chain.law(y, given=x, do=z), chain.law(y, given=x | z))
    return chain.ending(to)


class _Chain:
    """Writes steps down, each of which rewrites the line so far."""

    def __init__(self, graph: ADMG, y: int, do: int) -> None:
        self.graph = graph
        self.start = P(self.symbols(y), do=self.symbols(do))
        self.line: Expression = self.start
        self.steps: list[Step] = []

    def law(self, of: int, *, given: int = 0, do: int = 0) -> P | None:
        """P(of | do, given); None for the law of nothing, which is one."""
        return P(*map(self.symbols, (of, given, do))) if of else None

    def symbols(self, mask: int) -> Symbols:
        return frozenset(Symbol(self.graph.nodes[v]) for v in bits(mask))

    def walk(self, law: P | None, to: P | None) -> None:
        """An equality by the three rules."""
        if law is None or to is None:
            return
        path = bridge(self.graph, law, to)
        if path is None:
            raise AssertionError(f"no bridge from {law} to {to} in {self.graph}")
        for step in path:
            self.write(step)

    def split(self, y: int, over: int, *, do: int) -> None:
        """P(y | do) = Σ_over P(y | do, over) P(over | do)."""
        if over:
            whole = self.summed(over, self.law(y, given=over, do=do), self.law(over, do=do))
            law = P(self.symbols(y), do=self.symbols(do))
            self.write(Step("probability", law, whole, why="marginalisation and chain rule"))

    def rewrite(self, into: Expression, why: str) -> None:
        """The whole line, by the axioms of probability."""
        self.write(Step("probability", self.line, into, why=why))

    def summed(self, over: int, *laws: P | None) -> Expression:
        factors = tuple(law for law in laws if law is not None)
        return Sum(self.symbols(over), Product(factors) if len(factors) > 1 else factors[0])

    def write(self, step: Step) -> None:
        self.steps.append(step)
        self.line = replaced(self.line, {step.before: step.after})

    def ending(self, formula: Expression) -> Derivation:
        """The derivation, once the line is the formula or equal to it by the axioms."""
        if arranged(self.line) != arranged(formula):
            self.rewrite(formula, "simplification")
        return Derivation(self.start, tuple(self.steps), formula)


def _joined_to_outcome(chain: _Chain, x: int, y: int, core: int, more: int) -> None:
    """Into the sum comes what makes no difference to Y given X and the rest."""
    outcome = chain.law(y, given=x | core)
    chain.rewrite(chain.summed(core | more, outcome, chain.law(core | more)), "marginalisation")
    chain.walk(outcome, chain.law(y, given=x | core | more))


def _joined_to_action(chain: _Chain, x: int, y: int, core: int, more: int) -> None:
    """Into the sum comes what X makes no difference to, given the rest."""
    outcome, rest = chain.law(y, given=x | core | more), chain.law(core)
    covariate, free = chain.law(more, given=x | core), chain.law(more, given=core)
    why = "marginalisation and chain rule"
    chain.rewrite(chain.summed(core | more, outcome, covariate, rest), why)
    chain.walk(covariate, free)
    chain.rewrite(chain.summed(core | more, outcome, chain.law(core | more)), "chain rule")


def _acting(graph: ADMG, x: int, y: int, z: int) -> int | None:
    """The actions to be kept so that the back door is open by the rules; None if it is shut."""
    chain = _Chain(graph, y, do=x)
    law = chain.law
    for acting in dict.fromkeys((x, _effective(graph, x, y))):
        walks = (
            (law(y, do=x), law(y, do=acting)),
            (law(z, do=acting), law(z)),
            (law(y, given=z, do=acting), law(y, given=x | z)),
        )
        if all(a is None or b is None or bridge(graph, a, b) is not None for a, b in walks):
            return acting
    return None


def _effective(graph: ADMG, x: int, y: int) -> int:
    """The actions that rule 3 does not take away, one after the other."""
    moving = True
    while moving:
        moving = False
        for v in bits(x):
            if insert(graph, y, x & ~(1 << v), 0, 1 << v):
                x, moving = x & ~(1 << v), True
    return x


def _shrunk(graph: ADMG, x: int, y: int, z: int) -> tuple[int, list[_Idle]]:
    """A set from which no covariate can be spared, and those spared, in order."""
    spared: list[_Idle] = []
    while found := next(_idle(graph, x, y, z), None):
        spared.append(found)
        z &= ~found[1]
    return z, spared


def _idle(graph: ADMG, x: int, y: int, z: int) -> Iterator[_Idle]:
    for v in reversed(list(bits(z))):
        here, rest = 1 << v, z & ~(1 << v)
        if not reachable(graph, here, given=x | rest, until=y):
            yield True, here
        elif not reachable(graph, here, given=rest, until=x):
            yield False, here
