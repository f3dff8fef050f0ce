"""What one may ask of separators, and how a question that means nothing is refused."""

from __future__ import annotations

import pytest

from causal import ADMG, separators
from causal.errors import QueryError, UnknownVariableError

CHAIN = ADMG.parse("X -> A -> B -> Y; C")


def test_what_must_be_in_is_in_every_answer() -> None:
    assert set(separators(CHAIN, "X", "Y", include="C")) == {frozenset("AC"), frozenset("BC")}


def test_what_may_not_be_used_is_in_none() -> None:
    assert list(separators(CHAIN, "X", "Y", exclude=["A", "B"])) == []
    assert list(separators(CHAIN, "X", "Y", exclude="A")) == [{"B"}]


def test_what_is_separate_already_needs_nothing() -> None:
    assert list(separators(CHAIN, "X", "C")) == [frozenset()]


@pytest.mark.parametrize("text", ["X -> Y", "X <-> Y", "X -> A <-> Y; A -> Y; B -> X; B <-> Y"])
def test_neighbours_have_no_separator(text: str) -> None:
    graph = ADMG.parse(text)
    assert list(separators(graph, "X", "Y", exclude={"B"} & set(graph.nodes))) == []


def test_a_path_of_colliders_above_both_ends_cannot_be_cut() -> None:
    assert list(separators(ADMG.parse("X <-> A <-> Y; A -> Y"), "X", "Y")) == []
    assert list(separators(ADMG.parse("X <-> A <-> B <-> Y; A -> Y; B -> X"), "X", "Y")) == []
    assert list(separators(ADMG.parse("X <-> A <-> B <-> Y"), "X", "Y")) == [frozenset()]


@pytest.mark.parametrize(
    ("sides", "says"),
    [
        ({"x": (), "y": "Y"}, "x names no variable"),
        ({"x": "X", "y": []}, "y names no variable"),
        ({"x": "X", "y": ["Y", "X"]}, "X cannot be both in x and in y"),
        ({"x": "X", "y": "Y", "include": "X"}, "X cannot be both in x and in include"),
        ({"x": "X", "y": "Y", "include": "A", "exclude": "A"}, "A cannot be both included"),
    ],
)
def test_a_question_that_means_nothing_is_refused(sides: dict[str, str], says: str) -> None:
    with pytest.raises(QueryError, match=says):
        separators(CHAIN, **sides)


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownVariableError, match="Q"):
        separators(CHAIN, "X", "Q")
