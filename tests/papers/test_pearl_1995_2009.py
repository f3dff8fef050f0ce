"""Pearl (1995), "Causal diagrams for empirical research", Biometrika 82; (2009), "Causality".

Each formula is the one in the paper; it, ours and the mutilated model are one number.
"""

from __future__ import annotations

import pytest
from strategies.exact import assert_identified_as

from causal import ADMG, NotIdentified, certificate, identify
from causal.checker import check

# Eelworms and crops after fumigation: last year's eelworms and the birds are not observed.
FUMIGATION = (
    "X -> Z2; X -> Y; Z1 -> Z2 -> Z3 -> Y; Z2 -> Y; X <-> Z1; X <-> Z3; Z1 <-> Z3"  # fig. 1
)


@pytest.mark.parametrize(
    ("graph", "query", "formula"),
    [
        # The adjustment for direct causes, and the back-door formula.
        ("Z -> X -> Y; Z -> Y", "P(Y | do(X))", "Σ_{Z} P(Y | X, Z) P(Z)"),
        # The front-door formula; fig. 3.
        (
            "X -> Z -> Y; X <-> Y",
            "P(Y | do(X))",
            "Σ_{Z} P(Z | X) Σ_{X'} P(Y | X', Z) P(X')",
        ),
        # The three effects from which section 4.3 derives it.
        ("X -> Z -> Y; X <-> Y", "P(Z | do(X))", "P(Z | X)"),
        ("X -> Z -> Y; X <-> Y", "P(Y | do(Z))", "Σ_{X} P(Y | X, Z) P(X)"),
        (
            FUMIGATION,
            "P(Y | do(X))",
            "Σ_{Z1, Z2, Z3} P(Y | X, Z2, Z3) P(Z2 | X, Z1) (Σ_{X'} P(Z3 | X', Z1, Z2) P(X', Z1))",
        ),
        # A plan of two actions (2009, section 4.4; Pearl and Robins 1995).
        (
            "X1 -> Z -> X2 -> Y; X1 -> Y; Z <-> Y",
            "P(Y | do(X1, X2))",
            "Σ_{Z} P(Y | X1, X2, Z) P(Z | X1)",
        ),
    ],
)
def test_the_effect_has_the_published_formula(graph, query, formula):
    assert_identified_as(ADMG.parse(graph), query, formula, models=2)


@pytest.mark.parametrize(
    ("graph", "query"),
    [
        ("X -> Y; X <-> Y", "P(Y | do(X))"),  # the bow pattern
        ("Z -> X -> Y; X <-> Y", "P(Y | do(X))"),  # an instrument does not help
        ("X -> Z -> Y; X <-> Z", "P(Y | do(X))"),  # the bow on the way
        ("X -> Z -> Y; X <-> Y; X <-> Z", "P(Y | do(X))"),  # the front door is open
        ("X -> Z -> Y; X <-> Y; Z <-> Y", "P(Y | do(X))"),
    ],
)
def test_the_effect_is_not_identified_and_two_models_say_so(graph, query):
    answer = identify(ADMG.parse(graph), query)
    assert isinstance(answer, NotIdentified)
    assert "two models: equal and positive in law" in check(certificate(answer))
