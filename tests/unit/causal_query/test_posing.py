"""A question that names what the graph lacks is refused at the place where it does."""

from __future__ import annotations

import pytest

from causal import ADMG, derive, equivalents, identify, prove, remedies
from causal.errors import UnknownInTextError, UnknownVariableError
from causal.query import Query, posed

GRAPH = ADMG.parse('X -> M -> Y; X <-> Y; "blood sugar" -> Y')


@pytest.mark.parametrize(
    "marked",
    [
        "P(Y | do(X, «Q))",
        "P(«Q | do(X))",
        "P(Y=Q | do(X=1), «Q=Q)",
        "P(Y = Q, «Q | X)",
        'P(Y | do(X),\n  «"Q")',
        "P(Y[X=1]=Q | «Q=0)",
        "P(Y[X=1, «Q=0]=1)",
        "P(Y[X->«Q=1]=1)",
        "P(Y[M=«Q[X=0]]=1)",
        "P(Y[M=M[«Q=0]]=1)",
        'P(Y="do(Q)" | «Q)',
    ],
)
def test_the_caret_stands_below_the_name(marked: str) -> None:
    text, place = marked.replace("«", ""), marked.index("«")
    with pytest.raises(UnknownInTextError) as caught:
        posed(GRAPH, text)
    assert (caught.value.position, caught.value.missing) == (place, ("Q",))
    line = marked[:place].count("\n") + 1
    assert str(caught.value).startswith(f"{line}:{caught.value.column}: Q is not in the graph")


@pytest.mark.parametrize("name", ["do", "P", "a, b", 'x"\\', "a\nb", "\u202ex", "1"])
def test_names_of_every_kind_are_found(name: str) -> None:
    query = Query.of("Y", do=["X"], given=[name])
    with pytest.raises(UnknownInTextError) as caught:
        posed(GRAPH, str(query))
    assert caught.value.position == len("P(Y | do(X), ")
    assert str(caught.value).replace("\n", "").isprintable()


def test_every_reader_of_questions_says_where() -> None:
    for ask in (
        lambda: identify(GRAPH, "P(Y | do(Q))"),
        lambda: remedies(GRAPH, "P(Y | do(Q))"),
        lambda: prove(GRAPH, "P(Y)", "P(Y | do(Q))"),
        lambda: list(equivalents(GRAPH, "P(Y | do(Q))")),
        lambda: derive(GRAPH, "P(Y | do(Q))"),
    ):
        with pytest.raises(UnknownInTextError) as caught:
            ask()
        assert caught.value.position == len("P(Y | do(")


def test_a_question_that_is_no_text_has_no_place() -> None:
    with pytest.raises(UnknownVariableError) as caught:
        identify(GRAPH, Query.of("Y", do="Q"))
    assert not isinstance(caught.value, UnknownInTextError)
