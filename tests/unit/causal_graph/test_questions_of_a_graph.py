"""What one asks of a graph is a question only where its parts are apart."""

import pytest

import causal
from causal.errors import QueryError

GRAPH = causal.ADMG.parse("X -> Z -> Y; X <-> Y")
ASKED = [causal.separated, causal.open_path]


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize(
    ("x", "y", "given", "says"),
    [
        ("X", "Y", "X", "X cannot be both in x and in given"),
        ("X", "Y", ["Z", "Y"], "Y cannot be both in y and in given"),
        (["X", "Z"], ["Y", "Z"], (), "Z cannot be both in x and in y"),
        ("X", [], "Z", "y names no variable"),
    ],
)
def test_a_variable_that_plays_two_parts_is_no_question(asked, x, y, given, says):
    with pytest.raises(QueryError, match=says):
        asked(GRAPH, x, y, given=given)


def test_names_may_come_once():
    assert not causal.separated(GRAPH, iter("X"), iter("Y"), given=iter("Z"))
    assert str(causal.open_path(GRAPH, iter("X"), iter("Y"), given=iter("Z"))) == "X <-> Y"
