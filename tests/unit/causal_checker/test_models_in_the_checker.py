"""The second leg: numbers in a prime field find a wrong formula, as often as the bound says."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest

import causal.checker
from causal import ADMG, certificate, examples, identify
from causal.checker import check, models
from causal.checker.models import any_model, degree
from causal.checker.reading import laws, read
from causal.checker.separation import drawn


def sides(graph: ADMG, query: str, formula: str) -> tuple[object, object]:
    plain = {
        "nodes": graph.nodes,
        "directed": graph.directed,
        "bidirected": graph.bidirected,
    }
    model = any_model(drawn(plain), frozenset(graph.nodes))
    parts = [part for side in map(read, (query, formula)) for law in laws(side) for part in law[1:]]
    at = {symbol: 1 for part in parts for symbol in part}
    return model.value(read(query), at), model.value(read(formula), at)


@pytest.mark.parametrize(
    ("name", "formula", "right"),
    [
        ("back-door", "Σ_{Z} P(Y | X, Z) P(Z)", True),
        ("back-door", "P(Y | X)", False),
        ("back-door", "Σ_{Z} P(Y | X, Z) P(Z | X)", False),
        ("front-door", "Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)", True),
        ("front-door", "Σ_{Z} P(Z | X) P(Y | X, Z)", False),
        ("napkin", "(Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))", True),
        ("napkin", "Σ_{W} P(W) P(Y | X, W)", False),
        ("bow", "P(Y | X)", False),
        ("bow", "P(Y | do(X))", True),
    ],
)
def test_numbers_tell_a_right_formula_from_a_wrong_one(name, formula, right):
    one, other = sides(examples()[name], "P(Y | do(X))", formula)
    assert (one == other) is right


def test_a_wrong_formula_passes_no_more_often_than_the_bound_says(monkeypatch):
    """In a small field, where it does happen."""
    monkeypatch.setattr(models, "PRIME", 211)
    query, formula, graph = "P(Y | do(X))", "P(Y | X)", examples()["back-door"]
    (a, b), (c, d) = (degree(read(text), len(graph.nodes)) for text in (query, formula))
    passed, drawn_models = 0, 0
    while drawn_models < 4000:
        try:
            one, other = sides(graph, query, formula)
        except ZeroDivisionError:
            continue
        drawn_models += 1
        passed += one == other
    assert 0 < passed / drawn_models < max(a + d, b + c) / 211


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1", (0, 0)),
        ("P(Y)", (5, 0)),
        ("P(Y | X)", (5, 5)),
        ("P(Y) / P(X)", (5, 5)),
        ("Σ_{Z} P(Y | X, Z) P(Z)", (15, 10)),  # two terms of degree 10 over 5
    ],
)
def test_the_degree_is_counted_on_the_common_denominator(formula, expected):
    assert degree(read(formula), 5) == expected


def test_a_formula_too_large_for_numbers_is_replayed_and_says_so():
    graph = ADMG.parse("X -> Y; " + "; ".join(f"Z{i} -> {{X, Y}}" for i in range(18)))
    answer = identify(graph, "P(Y | do(X))")
    said = check(certificate(answer)).splitlines()
    assert said[0].startswith("verified: P(Y | do(X)) = ")
    assert said[1].startswith("random models: none, because")


def test_free_variables_of_a_formula_take_random_values():
    answer = identify(examples()["napkin"], "P(Y | do(X))")
    assert answer.free == {"Z"}
    assert "random models: equal in 3" in check(answer.certificate)


def test_the_checker_stays_short_enough_to_be_read():
    files = sorted(Path(causal.checker.__file__).parent.glob("*.py"))
    assert sum(lines_of_code(path.read_text(encoding="utf-8")) for path in files) <= 640


def lines_of_code(source: str) -> int:
    """Lines that are neither blank nor comment nor docstring."""
    described = (ast.Module, ast.ClassDef, ast.FunctionDef)
    first = [n.body[0] for n in ast.walk(ast.parse(source)) if isinstance(n, described)]
    prose = {
        line
        for s in first
        if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant)
        for line in range(s.lineno, (s.end_lineno or s.lineno) + 1)
    }
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    kept = [t for t in tokens if t.type not in layout | {tokenize.ENDMARKER}]
    return len({n for t in kept for n in range(t.start[0], t.end[0] + 1)} - prose)
