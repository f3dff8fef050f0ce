"""A law of one experiment from those that there are: whole, or district by district from several.

Lee, Correa & Bareinboim (2019), "General identifiability with arbitrary surrogate experiments"
(gID), complete: a law is a function of all regimes together exactly when each of its districts is
one of a single regime: when that effect is identified in the regime's graph, less what was set.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeAlias

from causal.calculus import Derivation, Step, bridge
from causal.calculus.derivation import rewritten
from causal.calculus.step import Separation
from causal.expression import Expression, P, Symbols, arranged, fresh, laws, replaced, simplified
from causal.graph import ADMG
from causal.identification.asking import effect, question
from causal.identification.checked import checked_equal, checked_no
from causal.identification.deciding import Plan, decide
from causal.identification.hedge import Hedge
from causal.identification.proof import by_kernels, derive, taken_apart
from causal.identification.shrinking import Blocked
from causal.identification.thicket import Thicket
from causal.variables import Symbol, Variables

__all__ = ["by_surrogates"]

Write: TypeAlias = Callable[[ADMG, Plan], Derivation]


def by_surrogates(
    graph: ADMG, law: P, regimes: Sequence[Variables], *, budget: int
) -> Derivation | Thicket:
    """A law by regimes in which some variables were set, or what stands in the way.

    Those named first are used first.  Raises TooLongError beyond ``budget`` names.

    >>> graph, law = ADMG.parse("A -> B -> Y; A <-> B; B <-> Y"), P.of_names("Y", do="A")
    >>> either = [frozenset(), frozenset("A"), frozenset("B")]
    >>> print(by_surrogates(graph, law, either, budget=1_000))
    P(Y | do(A))
    >>> print(by_surrogates(graph, law, [frozenset()], budget=1_000))
    {A, B, Y} around {B, Y}
    """
    write = partial(derive, budget=budget)
    for regime in regimes:
        found = _from_one(graph, law, regime, write)
        if isinstance(found, Derivation):
            return checked_equal(graph, found)
    apart = taken_apart(graph, effect(graph, question(law)), budget=budget)
    moves = [*apart.steps]
    for piece in sorted(laws(apart.end), key=str):
        part = _district(graph, piece, regimes, partial(by_kernels, budget=budget))
        if isinstance(part, Thicket):
            return part
        moves += [step for step in part.steps if isinstance(step.before, P) or step.gathers]
    steps, line = _followed(law, moves)
    end = fresh(simplified(line))
    if arranged(line) != end:
        steps.append(Step("probability", line, end, why="simplification"))
    return checked_equal(graph, Derivation(law, tuple(steps), end))


def _followed(line: Expression, moves: Iterable[Step]) -> tuple[list[Step], Expression]:
    """The steps that change a line, but for those that undo the one before; and where they lead."""
    done: list[tuple[Expression, Step]] = []
    for step in moves:
        after = rewritten(line, step)
        if done and _undoes(step, *done[-1]):
            line, _ = done.pop()
        elif after != line:
            done.append((line, step))
            line = after
    return [step for _, step in done], line


def _undoes(step: Step, line: Expression, last: Step) -> bool:
    """Whether a step only leads back from where the last one led, which is nowhere in the line."""
    back = (step.before, step.after) == (last.after, last.before)
    return back and step.before not in laws(line)


def _district(
    graph: ADMG, law: P, regimes: Iterable[Variables], write: Write
) -> Derivation | Thicket:
    """The law of one district when all of its causes are set, from the first regime that has it."""
    hedges: list[tuple[Variables, Hedge | None]] = []
    for regime in regimes:
        found = _from_one(graph, law, regime, write)
        if isinstance(found, Derivation):
            return found
        hedges.append((regime, found))
    return Thicket(law, tuple(hedges))


def _from_one(graph: ADMG, law: P, regime: Variables, write: Write) -> Derivation | Hedge | None:
    """A law by what one experiment shows; or the hedge in its graph, or None where it cannot.

    Under do(z) the other variables have the graph without z, and what identifies an effect there
    does so here, do(z) written into every law.
    """
    z = frozenset(map(Symbol, regime))
    if z & (law.of | law.given):
        return None
    set_too = P(law.of, law.given, law.do | z)
    walk = bridge(graph, law, set_too)
    if walk is None:
        return None
    if set_too.do == z:
        return Derivation(law, walk, set_too)
    smaller = graph.induced(v for v in graph.nodes if v not in regime)
    asked = question(P(law.of, law.given, law.do - z))
    plan = decide(smaller, effect(smaller, asked))
    if isinstance(plan, Blocked):
        outer, inner = smaller.named(plan.outer), smaller.named(plan.inner)
        return checked_no(smaller, asked, Hedge(outer=outer, inner=inner))
    inside = write(smaller, plan)
    steps = (*walk, *(_lifted(step, z) for step in inside.steps))
    return Derivation(law, steps, _under(inside.end, z))


def _lifted(step: Step, z: Symbols) -> Step:
    """A step in the graph without z as one in the whole graph, where z is set."""
    set_, apart = frozenset(s.variable for s in z), step.separation
    if apart is not None:
        apart = Separation(
            apart.one, apart.other, apart.given | set_, apart.cut_in | set_, apart.cut_out
        )
    return Step(step.rule, _under(step.before, z), _under(step.after, z), apart, step.why)


def _under(formula: Expression, z: Symbols) -> Expression:
    """A formula with do(z) in every law."""
    return replaced(formula, {p: P(p.of, p.given, p.do | z) for p in laws(formula)})
