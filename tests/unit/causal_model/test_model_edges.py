"""An intervention on one edge reaches one reader, and leaves the other as it was."""

from fractions import Fraction

import pytest

from causal import ADMG, SCM, Response, Table, counterfactual
from causal.errors import QueryError

MODEL = SCM(
    ADMG.parse("X -> M -> Y; X -> Y"),
    {
        "X": Table((), "1/2, 1/2"),
        "M": Table("X", {0: "9/10, 1/10", 1: "1/5, 4/5"}),
        "Y": Response.of(("X", "M"), lambda x, m: x & m),
    },
)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("P(Y[X->Y=1]=1 | X=0)", Fraction(1, 10)),
        ("P(Y[X->M=1]=1 | X=0)", Fraction(0)),
        ("P(Y[X->M=1, X->Y=1]=1 | X=0)", Fraction(4, 5)),
        ("P(Y[X=1]=1 | X=0)", Fraction(4, 5)),
        ("P(Y[X=1, X->M=0]=1)", Fraction(1, 10)),
        ("P(Y[X=1, M=M[X=0]]=1)", Fraction(1, 10)),
    ],
)
def test_the_value_of_an_edge_intervention(query: str, value: Fraction):
    assert counterfactual(MODEL, query).value == value


def test_an_edge_that_is_not_there_is_refused():
    with pytest.raises(QueryError, match="sets an edge M -> X"):
        counterfactual(MODEL, "P(X[M->X=1]=1)")
