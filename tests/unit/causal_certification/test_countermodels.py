"""Two models agree on all data and disagree on the answer, for hedges of every shape."""

from dataclasses import replace
from fractions import Fraction

import pytest

from causal import ADMG, Hedge, NotIdentified, Query, countermodels, identify
from causal.certification import parity
from causal.certification.circuits import Circuit
from causal.certification.obstruction import Obstruction
from causal.errors import CertificateError
from causal.model import Do

CASES = [
    ("X -> Y; X <-> Y", "P(Y | do(X))"),
    ("X -> Z -> Y; X <-> Z", "P(Y | do(X))"),  # carried on to the outcome
    ("X -> Z -> Y; X <-> Z; A -> X; B <- Y; B <-> A", "P(Y | do(X))"),  # bystanders
    ("W -> X -> Y; W <-> X; W <-> Y", "P(Y | do(X))"),
    ("X1 -> Y; X2 -> Y; X1 <-> X2; X2 <-> Y", "P(Y | do(X1, X2))"),
    ("X -> Y1; X -> Y2; X <-> Y1; Y1 <-> Y2", "P(Y1, Y2 | do(X))"),
    # Conditional effects: the outcome is felt (i) below, (ii) beside, (iii) above what is given.
    ("X -> Z -> Y; X <-> Z; Z <-> Y", "P(Y | do(X), Z)"),
    ("X -> Y -> Z; X <-> Y", "P(Y | do(X), Z)"),
    ("X -> Z <- Y; X <-> Z", "P(Y | do(X), Z)"),
    ("X -> Z <-> Y; X <-> Z", "P(Y | do(X), Z)"),
    ("X -> Z <- A -> C <- B -> Y; C -> D; X <-> Z", "P(Y | do(X), Z, D)"),  # a collider handed down
    ("X -> Z <- M -> Y; X <-> Z", "P(Y | do(X), Z)"),
    # Variables on the way that belong to the hedge themselves.
    ("X -> A -> C -> Y; X <-> A; A <-> B; B <-> C; X -> B -> Y; C -> B", "P(Y | do(X))"),
]


@pytest.mark.parametrize(("graph", "query"), CASES)
def test_the_models_agree_on_the_data_and_not_on_the_answer(graph, query):
    answer = identify(ADMG.parse(graph), query)
    assert isinstance(answer, NotIdentified)
    one, other = found = countermodels(answer)
    assert one.graph == other.graph == answer.graph
    law = one.law()
    assert (law == other.law()).all()
    assert (law > 0).all()
    names = sorted(answer.query.outcomes | answer.query.conditions)
    given = sorted(answer.query.conditions)
    answers = []
    for model in found:
        done = model.under(Do({v: found.cell[v] for v in answer.query.actions}))
        cells = [found.cell[v] for v in names]
        seen = done.law(*names)[tuple(cells) if len(cells) > 1 else cells[0]]
        below = [found.cell[v] for v in given]
        if given:
            seen /= done.law(*given)[tuple(below) if len(below) > 1 else below[0]]
        answers.append(seen)
    assert tuple(answers) == found.values
    assert answers[0] != answers[1]


@pytest.mark.parametrize(
    "query", ["P(Y=1 | do(X=0))", "P(Y=cured | do(X=drug))", "P(Y=7 | do(X=3))"]
)
def test_the_models_disagree_at_the_very_values_that_were_asked(query):
    answer = identify(ADMG.parse("X -> Z -> Y; X <-> Z"), query)
    found = countermodels(answer)
    assert {v: found.cell[v] for v in ("X", "Y")} == answer.query.values
    assert found.values[0] != found.values[1]


def test_a_pair_prints_what_it_shows():
    answer = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y=1 | do(X=1))")
    assert str(countermodels(answer)) == (
        "P(Y=1 | do(X=1)) at X=1, Y=1 is 1/2 in one model and 1/10 in another "
        "with the same observed law"
    )


def test_equal_answers_have_equal_models():
    answer = identify(ADMG.parse("X -> Z -> Y; X <-> Z; Z <-> Y"), "P(Y | do(X))")
    assert countermodels(answer) == countermodels(answer)


def test_what_cannot_be_verified_is_not_returned():
    names = [f"X{i}" for i in range(20)]
    graph = ADMG.of(
        directed=[(v, "Y") for v in names[:1]] + list(zip(names[1:], names, strict=False)),
        bidirected=[*zip(names[1:], names, strict=False), (names[0], "Y")],
    )
    answer = identify(graph, f"P(Y | do({names[-1]}))")
    assert isinstance(answer, NotIdentified)
    with pytest.raises(CertificateError, match=r"2\^21 cells or more is too large"):
        countermodels(answer)


def test_models_that_exclude_something_are_not_returned(monkeypatch):
    """Without the flips that make every cell possible."""
    answer = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    monkeypatch.setattr(parity, "FLIP", Fraction(0))
    with pytest.raises(CertificateError, match="differ, or have zeros, on X, Y"):
        countermodels(answer)


def test_models_that_the_data_tells_apart_are_not_returned(monkeypatch):
    """The bits of the second circuit are flipped at other times than those of the first."""
    answer = identify(ADMG.parse("X -> Y; X <-> Y"), "P(Y | do(X))")
    one, other = Obstruction.of(answer).circuits()
    bits = {wire: replace(bit, flip=Fraction(1, 3)) for wire, bit in other.bits.items()}
    monkeypatch.setattr(Obstruction, "circuits", lambda _: (one, Circuit(bits)))
    with pytest.raises(CertificateError, match="differ, or have zeros, on X, Y"):
        countermodels(answer)


def test_a_hedge_away_from_what_is_asked_makes_no_models():
    graph, query = ADMG.parse("X -> Y; X -> W; X <-> W"), Query.parse("P(Y | do(X))")
    hedge = Hedge(outer=frozenset("XW"), inner=frozenset("W"))
    with pytest.raises(CertificateError, match="inner variables lead to what is asked"):
        countermodels(NotIdentified(graph, query, hedge))
