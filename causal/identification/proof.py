"""From the decision to its derivation in the original graph; the estimand is its last line.

Q[scope], the law of some variables when all others are set, is written P(scope | do(its parents)).
The two moves of Tian & Pearl (2002) are equalities of the do-calculus: a margin (lemma 3) is rule 3
and marginalisation; a district (lemma 4) is the chain rule and, for each factor, a bridge by the
three rules to the conditional of the larger kernel.  A conditional is always one of the *current*
kernel; taking it from the observed joint instead is the classical way to be wrong.  A district that
is a margin is put together again before it is summed out, so that its length counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from causal.calculus import Derivation, Step, bridge, grounded
from causal.errors import CausalError
from causal.expression import (
    Expression,
    P,
    Product,
    Quotient,
    Sum,
    Symbols,
    arranged,
    fresh,
    laws,
    simplified,
)
from causal.graph import ADMG
from causal.graph.bits import bits, union
from causal.identification.asking import Effect
from causal.identification.deciding import Plan
from causal.identification.short_ways import short_way
from causal.identification.shrinking import Chain, District, Margin
from causal.variables import Symbol

__all__ = ["BUDGET", "TooLongError", "by_kernels", "derive", "taken_apart"]

BUDGET: Final = 1_000_000  # names in all steps together: seconds of work
LONGEST: Final = 2_500  # laws in the last line before it is simplified


class TooLongError(CausalError, RuntimeError):
    """A derivation that is not worth writing; ``identify`` makes it Undecided."""


def derive(graph: ADMG, plan: Plan, *, budget: int = BUDGET) -> Derivation:
    """The chain of equalities from the query to its estimand.

    Raises TooLongError where the steps would mention more than ``budget`` names.
    """
    if (short := short_way(graph, plan)) is not None:
        return short
    return by_kernels(graph, plan, budget=budget)


def by_kernels(graph: ADMG, plan: Plan, *, budget: int = BUDGET) -> Derivation:
    """The same along the chains of the plan, without looking for a shorter way.

    Each step but the last one rewrites laws, and could do so within a longer line.
    """
    scribe = _Scribe(graph, budget)
    start, last = _written(scribe, plan.sought, lambda joint: _effect(scribe, joint, plan))
    if last.size > LONGEST:
        raise TooLongError(f"a line of its derivation has more than {LONGEST:,} laws")
    estimand = fresh(simplified(last))
    if arranged(last) != estimand:
        scribe.steps.append(Step("probability", last, estimand, why="simplification"))
    return Derivation(start, tuple(scribe.steps), estimand)


def taken_apart(graph: ADMG, sought: Effect, *, budget: int = BUDGET) -> Derivation:
    """The chain from a law to those of its districts, each when all of its causes are set.

    Tian & Pearl (2002), lemma 1.  Raises TooLongError as ``derive`` does.

    >>> from causal.identification.asking import effect
    >>> from causal.query import Query
    >>> graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    >>> print(taken_apart(graph, effect(graph, Query.parse("P(Y | do(X))"))).end)
    Σ_{Z} P(Z | do(X)) P(Y | do(Z))
    """
    scribe = _Scribe(graph, budget)
    start, last = _written(scribe, sought, lambda joint: _split(scribe, joint, sought))
    return Derivation(start, tuple(scribe.steps), last)


def _written(
    scribe: _Scribe, sought: Effect, resolved: Callable[[P], Expression]
) -> tuple[P, Expression]:
    """From the law that is sought to the joint law behind it, and what that is resolved to."""
    start = scribe.law(sought.outcome, given=sought.given, do=sought.do)
    scribe.present.add(start)
    given, do = sought.given & ~sought.exchanged, sought.actions
    law = scribe.law(sought.outcome, given=given, do=do)
    scribe.walk(start, law)
    joint = scribe.law(sought.targets, do=do)
    if not given:
        return start, resolved(joint)
    outcome = scribe.symbols(sought.outcome)
    scribe.divide(law, joint, joint, more=outcome)
    effect = resolved(joint)
    return start, Quotient(effect, Sum(outcome, effect))


@dataclass
class _Scribe:
    """Writes steps down in the order in which they rewrite the expression so far.

    ``left`` names may still be written.  ``present`` holds the laws that stand in that expression,
    ``known`` what each was rewritten to, and ``led`` where the rules led from the laws on a walk.
    """

    graph: ADMG
    left: int
    steps: list[Step] = field(default_factory=list)
    present: set[P] = field(default_factory=set)
    known: dict[P, Expression] = field(default_factory=dict)
    led: dict[P, P] = field(default_factory=dict)

    def law(self, of: int, *, given: int = 0, do: int = 0) -> P:
        return P(*(self.symbols(mask) for mask in (of, given, do)))

    def symbols(self, mask: int) -> Symbols:
        return frozenset(Symbol(self.graph.nodes[v]) for v in bits(mask))

    def expand(self, law: P, into: Expression, why: str) -> None:
        """An equality by the axioms of probability."""
        if into != law:
            self.write(Step("probability", law, into, why=why), (law,), laws(into))

    def divide(self, law: P, joint: P, whole: P, *, more: Symbols) -> None:
        """A conditional as its joint law over the margin, which ``more`` is summed out to give.

        In two steps, so that no step sums over a name that it has free.
        """
        margin = P(law.given, do=law.do)
        self.expand(law, Quotient(joint, margin), "conditioning")
        self.expand(margin, Sum(more, whole), "marginalisation")

    def walk(self, law: P, to: P) -> None:
        """An equality by the three rules."""
        path = bridge(self.graph, law, to)
        if path is None:
            raise AssertionError(f"no bridge from {law} to {to} in {self.graph}")
        for step in path:
            if isinstance(step.before, P) and isinstance(step.after, P):
                self.write(step, (step.before,), {step.after})
                self.led[step.before] = to
        self.led.pop(to, None)  # it stands there again

    def gather(self, factors: tuple[P, ...], law: P) -> None:
        """The chain rule backwards: laws that stand side by side become one."""
        step = Step("probability", Product(factors), law, why="chain rule")
        self.write(step, factors, {law})

    def gone(self, law: P) -> Expression | None:
        """What stands where a law stood, if it was rewritten already, wherever that was needed."""
        if law in self.present:
            return None
        end = law
        while end in self.led and end not in self.known:
            end = self.led[end]
        return self.known.get(end, end if end != law else None)

    def write(self, step: Step, gone: Collection[P], come: Set[P]) -> None:
        self.left -= sum(len(law.symbols) for law in (*gone, *come))
        self.afford(0)
        self.steps.append(step)
        self.present.difference_update(gone)
        self.present |= come

    def afford(self, names: int) -> None:
        """Stop here if so many more names are too many."""
        if names > self.left:
            raise TooLongError("its derivation is longer than the budget")


def _effect(scribe: _Scribe, law: P, plan: Plan) -> Expression:
    """P(targets | do): the chain rule on the ancestors that matter, then each kernel."""
    if not plan.chains:
        observed = P(law.of)
        scribe.walk(law, observed)
        return observed
    home = {v: chain for chain in plan.chains for v in bits(chain.scope)}
    return _factorised(scribe, law, plan.needed, plan.sought.actions, home)


def _factorised(
    scribe: _Scribe, law: P, scope: int, do: int, home: Mapping[int, Chain]
) -> Expression:
    """P(of | do) = Σ over the rest of the scope of Π P(v | what comes before v, do), resolved.

    ``home`` says which chain leads to the kernel of each vertex.
    """
    members = {
        chain: [v for v in bits(scope) if home[v] == chain] for chain in _chains(scope, home)
    }
    rest, factors = _factors(scribe, law, members.values(), do)
    resolved: list[Expression] = []
    for chain, part in members.items():
        if _is_long(scribe, chain, part):
            resolved.append(_together(scribe, {v: factors[v] for v in part}, chain))
        else:
            resolved += [_conditional(scribe, v, factors[v], chain) for v in part]
    return _summed(rest, tuple(resolved))


def _factors(
    scribe: _Scribe, law: P, members: Iterable[list[int]], do: int
) -> tuple[Symbols, dict[int, P]]:
    """The chain rule on some vertices, those of one part side by side; and what is summed out."""
    order = [v for part in members for v in part]
    scope = union(order)
    scribe.afford(len(order) ** 2 // 2)
    factors = {v: scribe.law(1 << v, given=scope & ((1 << v) - 1), do=do) for v in order}
    rest = scribe.symbols(scope) - law.of
    why = ["marginalisation"] if rest else []
    why += ["chain rule"] if len(factors) > 1 else []
    scribe.expand(law, _summed(rest, tuple(factors.values())), " and ".join(why))
    return rest, factors


def _chains(scope: int, home: Mapping[int, Chain]) -> dict[Chain, None]:
    return dict.fromkeys(home[v] for v in bits(scope))


def _is_long(scribe: _Scribe, chain: Chain, members: list[int]) -> bool:
    """Whether a district is a margin whose members are not got one by one from the observed law."""
    if not chain.moves or not isinstance(chain.moves[-1], Margin):
        return False
    if chain.scope != union(members):
        return False
    do = scribe.graph.parents_mask(chain.scope) & ~chain.scope
    before = ((v, chain.scope & ((1 << v) - 1)) for v in members)
    hard = (v for v, given in before if grounded(scribe.graph, 1 << v, given=given, do=do) is None)
    return len(list(islice(hard, 2))) == 2


def _together(scribe: _Scribe, factors: Mapping[int, P], chain: Chain) -> Expression:
    """The factors of one district as its joint law, and that as a margin."""
    return _margin(scribe, _whole(scribe, factors), chain)


def _whole(scribe: _Scribe, factors: Mapping[int, P]) -> P:
    """The factors of one district as its joint law when all of its causes are set."""
    scope = union(factors)
    do = scribe.graph.parents_mask(scope) & ~scope
    parts = {v: scribe.law(1 << v, given=scope & ((1 << v) - 1), do=do) for v in factors}
    for v, factor in factors.items():
        scribe.walk(factor, parts[v])
    whole = scribe.law(scope, do=do)
    if len(parts) > 1:
        scribe.gather(tuple(parts.values()), whole)
    return whole


def _split(scribe: _Scribe, law: P, sought: Effect) -> Expression:
    """P(targets | do) as the sum of a product of one law a district."""
    districts = scribe.graph.districts_mask(sought.needed(scribe.graph))
    members = [list(bits(district)) for district in districts]
    rest, factors = _factors(scribe, law, members, sought.actions)
    return _summed(rest, tuple(_whole(scribe, {v: factors[v] for v in part}) for part in members))


def _summed(over: Symbols, factors: tuple[Expression, ...]) -> Expression:
    product = Product(factors) if len(factors) > 1 else factors[0]
    return Sum(over, product) if over else product


def _conditional(scribe: _Scribe, v: int, law: P, chain: Chain) -> Expression:
    """Rewrite a law that equals Q(v | before v) at the end of a chain, as far as it goes."""
    if (gone := scribe.gone(law)) is not None:
        return gone
    scribe.known[law] = resolved = _rewritten(scribe, v, law, chain)
    return resolved


def _rewritten(scribe: _Scribe, v: int, law: P, chain: Chain) -> Expression:
    match chain.moves:
        case () | (District(),):
            observed = _observed(scribe, v, chain.whole)
            scribe.walk(law, observed)
            return observed
    here = 1 << v
    before, after = chain.scope & (here - 1), chain.scope & ~(here * 2 - 1)
    do = scribe.graph.parents_mask(chain.scope) & ~chain.scope
    short = grounded(scribe.graph, here, given=before, do=do)
    if short is not None:
        observed = scribe.law(here, given=short)
        scribe.walk(law, observed)
        return observed
    if isinstance(chain.moves[-1], District):
        # The conditional of a district is the conditional of the kernel it is a district of.
        return _rewritten(scribe, v, law, chain.shorter)
    if chain.scope == here:
        return _margin(scribe, law, chain)
    conditional, whole = scribe.law(here, given=before, do=do), scribe.law(chain.scope, do=do)
    joint, rest = scribe.law(here | before, do=do), scribe.symbols(after)
    scribe.walk(law, conditional)
    if before:
        scribe.divide(conditional, joint, whole, more=scribe.symbols(here | after))
    if rest:
        scribe.expand(joint, Sum(rest, whole), "marginalisation")
    resolved = _ratio(scribe, _margin(scribe, whole, chain), here, before, after)
    scribe.known[conditional] = resolved
    return resolved


def _ratio(scribe: _Scribe, whole: Expression, here: int, before: int, after: int) -> Expression:
    """Q(here | before) from Q(before, here, after)."""
    above = Sum(scribe.symbols(after), whole) if after else whole
    return Quotient(above, Sum(scribe.symbols(after | here), whole)) if before else above


def _margin(scribe: _Scribe, law: P, chain: Chain) -> Expression:
    """Q[scope] as a margin of the kernel before it (rule 3, then marginalisation)."""
    if (gone := scribe.gone(law)) is not None:
        return gone
    larger = chain.shorter
    do = scribe.graph.parents_mask(larger.scope) & ~larger.scope
    margin = scribe.law(chain.scope, do=do)
    scribe.walk(law, margin)
    home = dict.fromkeys(bits(larger.scope), larger)
    resolved = _factorised(scribe, margin, larger.scope, do, home)
    scribe.known |= {law: resolved, margin: resolved}
    return resolved


def _observed(scribe: _Scribe, v: int, scope: int) -> P:
    """P(v | its Markov blanket among what comes before it)."""
    graph, here = scribe.graph, 1 << v
    before = scope & (here - 1)
    district = graph.district_mask(here, before | here)
    return scribe.law(here, given=(district | graph.parents_mask(district)) & before)
