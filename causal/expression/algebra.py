"""Building formulas: every constructor here simplifies as it builds, and only by identities.

The identities are those of probability: a conditional law sums to one, a law sums to its margin,
and P(a | b, c) P(b | c) = P(a, b | c).  Each is local and greedy; none searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from causal.expression.atoms import ONE, ZERO, P
from causal.expression.canonical import alike
from causal.expression.compounds import Product, Quotient, Sum, in_reading_order
from causal.expression.formula import Expression, Symbols
from causal.variables import Symbol

__all__ = ["product", "quotient", "total"]


def product(factors: Iterable[Expression]) -> Expression:
    """Multiply: flatten, drop ones, join chains P(a | b) P(b), cancel against denominators.

    >>> print(product([P.of_names("Y", "X"), P.of_names("X")]))
    P(X, Y)
    """
    above, below = _fraction(factors)
    if ZERO in above:
        return ZERO
    return _ratio(above, below)


def quotient(numerator: Expression, denominator: Expression) -> Expression:
    """Divide: cancel what is equal, and turn P(a, b) / P(b) into P(a | b).

    >>> print(quotient(P.of_names("XY"), P.of_names("X")))
    P(Y | X)
    """
    above, below = _fraction([numerator])
    more_below, more_above = _fraction([denominator])
    return _ratio(above + more_above, below + more_below)


def total(over: Symbols, body: Expression) -> Expression:
    """Sum over all values: whatever sums to one goes, what does not depend on the sum leaves it.

    >>> from causal.variables import Symbol
    >>> joint = product([P.of_names("Y", "Z"), P.of_names("ZW", "X")])
    >>> print(total(frozenset([Symbol("Z")]), joint))
    Σ_{Z} P(W, Z | X) P(Y | Z)
    """
    if not over:
        return body
    if isinstance(body, Quotient) and not over & body.denominator.free:
        return quotient(total(over, body.numerator), body.denominator)
    if isinstance(body, Sum) and not over & body.over:
        return total(over | body.over, body.body)
    factors = list(body.factors) if isinstance(body, Product) else [body]
    before = None
    while over and over != before:
        before = over
        factors, over = _summed_out(_chained(factors), over)
    if not over:
        return product(factors)
    return product(_split(factors, over))


def _fraction(factors: Iterable[Expression]) -> tuple[list[Expression], list[Expression]]:
    """All factors above the bar and all below it, flattened."""
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in factors:
        match factor:
            case Product():
                more_above, more_below = _fraction(factor.factors)
                above += more_above
                below += more_below
            case Quotient():
                more_above, more_below = _fraction([factor.numerator])
                even_below, even_above = _fraction([factor.denominator])
                above += more_above + even_above
                below += more_below + even_below
            case _ if factor != ONE:
                above.append(factor)
    return above, below


def _ratio(above: list[Expression], below: list[Expression]) -> Expression:
    """Cancel what is equal before chains hide it, join the chains, and cancel again."""
    above, below = _cancelled(above, below)
    above, below = _cancelled(_chained(above), _chained(below))
    top = _sorted_product(above)
    return Quotient(top, _sorted_product(below)) if below else top


def _chained(factors: list[Expression]) -> list[Expression]:
    """P(a | b, c) P(b | c) = P(a, b | c), wherever the second is all that the first waits for."""
    waiting = {(f.of | f.given, f.do): f for f in factors if isinstance(f, P)}
    queue = list(factors)
    gone: set[int] = set()
    for factor in queue:
        if id(factor) in gone:
            continue
        match factor:
            case P(of, given, do) if given:
                partner = waiting.get((given, do))
            case _:
                continue
        if partner is None or id(partner) in gone:
            continue
        gone |= {id(factor), id(partner)}
        joint = P(of | partner.of, partner.given, do)
        waiting[joint.of | joint.given, joint.do] = joint
        queue.append(joint)
    return [f for f in queue if id(f) not in gone]


def _cancelled(
    above: list[Expression], below: list[Expression]
) -> tuple[list[Expression], list[Expression]]:
    """Equal factors go, whatever their sums call what they bind; P(a, b) / P(b) is P(a | b)."""
    kept_below = []
    above = list(above)
    for factor in below:
        if (same := next((f for f in above if _equal(f, factor)), None)) is not None:
            above.remove(same)
            continue
        match = next((f for f in above if _divides(factor, f)), None)
        if isinstance(match, P) and isinstance(factor, P):
            above[above.index(match)] = P(match.of - factor.of, match.given | factor.of, match.do)
        else:
            kept_below.append(factor)
    return above, kept_below


def _equal(one: Expression, other: Expression) -> bool:
    if one == other or not (isinstance(one, Sum) and isinstance(other, Sum)):
        return one == other
    # What two sums alike have in common is quicker to compare than their forms.
    known = one.size == other.size and one.free == other.free and one.variables == other.variables
    return known and alike(one, other)


def _divides(factor: Expression, law: Expression) -> bool:
    return (
        isinstance(factor, P)
        and isinstance(law, P)
        and factor.of < law.of
        and factor.given == law.given
        and factor.do == law.do
    )


def _summed_out(factors: list[Expression], over: Symbols) -> tuple[list[Expression], Symbols]:
    """Sum each symbol that only one factor mentions inside that factor, where that can be done."""
    pending = set(over)
    changed = True
    while changed:
        changed = False
        for symbol in sorted(pending):
            using = [i for i, f in enumerate(factors) if symbol in f.free]
            if len(using) == 1 and (inside := _within(symbol, factors[using[0]])) is not None:
                factors[using[0]] = inside
                pending.remove(symbol)
                changed = True
    return [f for f in factors if f != ONE], frozenset(pending)


def _within(symbol: Symbol, factor: Expression) -> Expression | None:
    """The factor summed over a symbol: a smaller law, or a sum with one symbol more."""
    match factor:
        case P(of, given, do) if symbol in of:
            rest = of - {symbol}
            return P(rest, given, do) if rest else ONE
        case Sum(over) if symbol not in over:
            return total(frozenset((symbol,)), factor)
        case _:
            return None


def _split(factors: Sequence[Expression], over: Symbols) -> list[Expression]:
    """A product of sums, one for each group of factors that share a summed symbol."""
    outside = [f for f in factors if not f.free & over]
    remaining = [f for f in factors if f.free & over]
    parts: list[Expression] = outside
    while remaining:
        group = [remaining.pop(0)]
        bound = group[0].free & over
        grew = True
        while grew:
            near = [f for f in remaining if f.free & bound]
            remaining = [f for f in remaining if not f.free & bound]
            group += near
            grown = bound.union(*(f.free & over for f in near))
            grew, bound = grown != bound, grown
        inner = product(group)
        # A sum left alone joins this one, and may simplify further.
        alone = isinstance(inner, Sum) and not bound & inner.over
        parts.append(total(bound, inner) if alone else Sum(bound, inner))
    if unused := over - frozenset().union(*(f.free for f in factors)):
        parts.append(Sum(unused, ONE))
    return parts


def _sorted_product(factors: list[Expression]) -> Expression:
    if not factors:
        return ONE
    return factors[0] if len(factors) == 1 else Product(in_reading_order(factors))
