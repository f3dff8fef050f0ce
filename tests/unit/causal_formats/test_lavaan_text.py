"""lavaan's models: what counts as an edge, what does not, and where a mistake is."""

from __future__ import annotations

import pytest

from causal import ADMG
from causal.errors import DuplicateEdgeError, GraphSyntaxError


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Y ~ X", "X -> Y"),
        ("Y ~ X + Z\nX ~~ Y", "X -> Y; Z -> Y; X <-> Y"),
        ("Y1 + Y2 ~ X", "X -> {Y1, Y2}"),
        ("# a model\n\nY ~ b1*X + start(0.5)*Z + c(a, b)*W ! why\n", "{X, Z, W} -> Y"),
        ("Y ~ X +\n  Z\n  + W", "{X, Z, W} -> Y"),
        ("Y ~ 1 + X; X ~ 1", "X -> Y"),
        ("Y ~ X; X ~~ 0*Z; Z ~~ Z", "X -> Y; Z"),
        ("Y ~ 0*X + 0.5*Z", "Z -> Y; X"),
        ("Y ~ 0?X", "X -> Y"),
        ("X ~~ 1*X", "X"),
        ("f =~ a + b + c", "a <-> b; a <-> c; b <-> c"),
        ("f =~ 1*a + b\nY ~ f", "a <-> b; a <-> Y; b <-> Y"),
        ("f =~ a\nY ~ f + X", "a <-> Y; X -> Y"),
        ("Y ~ a*M\nM ~ b*X\nindirect := a*b\na == 2*b\na > 0", "X -> M -> Y"),
        ("Y ~ X\nY | t1 + t2\nY ~*~ Y", "X -> Y"),
        ('"blood sugar" ~ "a ~ b"', '"a ~ b" -> "blood sugar"'),
    ],
)
def test_a_model_means_these_edges(text: str, means: str) -> None:
    assert ADMG.parse(text) == ADMG.parse(means)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("Y ~ ", (1, 5), "expected a variable name, found the end of the text"),
        ("Y ~ X\nZ ~ ; W", (2, 5), "expected a variable name, found ';"),
        ("Y ~ X Z", (1, 7), "expected + or the end of the line, found 'Z'"),
        ("Y ~ X\nY", (2, 2), "expected =~, ~ or ~~"),
        ("f <~ a + b", (1, 3), "composite"),
        ("Y ~ X:Z", (1, 6), "expected + or the end of the line, found ':'"),
        ("Y ~ start(1*X", (1, 10), "this bracket is never closed"),
        ("Y ~ start(1) + X", (1, 14), "expected * behind a modifier"),
        ("Y ~ Y", (1, 3), "joins a variable to itself"),
        ("Y ~ 'X'", (1, 5), "double quotes"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, where: tuple[int, int], says: str) -> None:
    with pytest.raises(GraphSyntaxError) as caught:
        ADMG.parse(text)
    assert (caught.value.line, caught.value.column) == where
    assert says in str(caught.value)


def test_a_covariance_given_from_both_sides_is_given_twice() -> None:
    with pytest.raises(DuplicateEdgeError, match="X <-> Y is given twice"):
        ADMG.parse("X ~~ Y; Y ~~ X")
