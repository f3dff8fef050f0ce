"""No answer is given before the independent checker has agreed with it.

It is handed texts and names, and shares no code with whatever found the answer (ADR 16).
"""

from __future__ import annotations

from causal.calculus import Derivation, confirm_no, confirm_yes
from causal.checker import TooLargeError
from causal.errors import CertificateError, DefectError
from causal.expression import Expression, P
from causal.graph import ADMG
from causal.identification.hedge import Hedge
from causal.identification.proof import TooLongError
from causal.query import Query

__all__ = ["checked_equal", "checked_no", "checked_yes"]


def checked_equal(graph: ADMG, derivation: Derivation) -> Derivation:
    """A derivation between laws of experiments, once each step has been replayed.

    Raises DefectError where one is false, and TooLongError where a line is longer than is read.

    >>> law = P.of_names("Y", do="X")
    >>> checked_equal(ADMG.parse("X -> Y"), Derivation(law, (), law)).steps
    ()
    """
    _replayed(graph, derivation, str(derivation.start), derivation.start, acts=True)
    return derivation


def checked_yes(graph: ADMG, query: Query, derivation: Derivation) -> Derivation:
    """The derivation, once each step has been replayed; raises DefectError where one is false.

    Raises TooLongError where a line is longer than the checker reads.

    >>> from causal import identify
    >>> chain, query = ADMG.parse("X -> Z -> Y"), Query.parse("P(Y | do(X))")
    >>> derivation = identify(chain, query).derivation
    >>> checked_yes(chain, query, derivation) is derivation
    True
    """
    _replayed(graph, derivation, str(query), _law(query), acts=False)
    return derivation


def checked_no(graph: ADMG, query: Query, hedge: Hedge) -> Hedge:
    """The hedge, once it has been verified; raises DefectError if it does not forbid the query.

    >>> bow, query = ADMG.parse("X -> Y; X <-> Y"), Query.parse("P(Y | do(X))")
    >>> print(checked_no(bow, query, Hedge(frozenset("XY"), frozenset("Y"))))
    {X, Y} around {Y}
    """
    try:
        confirm_no(graph, _law(query), outer=hedge.outer, inner=hedge.inner)
    except CertificateError as error:
        raise DefectError(str(query), str(hedge), str(error), str(graph)) from error
    return hedge


def _law(query: Query) -> P:
    return P.of_names(query.outcomes, query.conditions, query.actions)


def _replayed(
    graph: ADMG, derivation: Derivation, asked: str, start: Expression, *, acts: bool
) -> None:
    """Replay a derivation; its end may speak of actions only if ``acts``."""
    try:
        confirm_yes(graph, start, derivation.end, derivation.steps, acts=acts)
    except CertificateError as error:
        if isinstance(error.__cause__, TooLargeError):
            raise TooLongError(f"its derivation is too long to be checked: {error}") from error
        raise DefectError(asked, str(derivation.end), str(error), str(graph)) from error
