"""A text that reads well and means nothing is refused at the place that makes it so."""

from __future__ import annotations

import pytest

from causal.errors import QueryError, QueryInTextError
from causal.query import Quantity, Query


@pytest.mark.parametrize(
    "marked",
    [
        "P(Y | do(X), «X)",
        "P(Y, X | Z, «Y)",
        'P("a b", Y=1 | do(X),\n  «"a b"=Y)',
        "P(Y[X=1] | do(«Z))",
        "P(Y[X=1, «X=0])",
        "P(Y[X->M=1, «X->M=0]=1)",
        "P(Y[M=M[X=1, «X=2]]=1)",
    ],
)
def test_the_caret_stands_below_the_second_place(marked: str) -> None:
    text, place = marked.replace("«", ""), marked.index("«")
    for read in (Query.parse, Quantity.parse):
        with pytest.raises(QueryError) as caught:
            read(text)
        assert isinstance(caught.value, QueryInTextError)
        assert caught.value.position == place
        assert caught.value.line == text[:place].count("\n") + 1


@pytest.mark.parametrize("marked", ["E(«Y=1)", "E(Y, «Z)", "1 - E(«Y[]=1)"])
def test_a_mean_of_an_event_is_shown(marked: str) -> None:
    with pytest.raises(QueryInTextError) as caught:
        Quantity.parse(marked.replace("«", ""))
    assert caught.value.position == marked.index("«")


def test_parts_put_together_by_hand_have_no_place() -> None:
    with pytest.raises(QueryError) as caught:
        Query.of("Y", do="Y")
    assert not isinstance(caught.value, QueryInTextError)
    assert caught.value.variables == ("Y",)
