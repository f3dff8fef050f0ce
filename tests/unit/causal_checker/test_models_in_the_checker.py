"""The second leg: numbers in a prime field find a wrong formula, as often as the bound says."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

import causal.checker
from causal import ADMG, certificate, examples, identify
from causal.checker import check, models
from causal.checker.models import compared
from causal.checker.plain import CheckError
from causal.checker.reading import read
from causal.checker.separation import drawn


def comparison(graph: ADMG, query: str, formula: str, models: int = 1) -> str:
    """What the checker says of a formula by numbers alone; raises CheckError where they differ."""
    plain = {
        "nodes": list(graph.nodes),
        "directed": [list(edge) for edge in graph.directed],
        "bidirected": [list(edge) for edge in graph.bidirected],
    }
    return compared(drawn(plain), read(query), read(formula), models)


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
    graph = examples()[name]
    if right:
        assert "equal in 3" in comparison(graph, "P(Y | do(X))", formula, models=3)
    else:
        with pytest.raises(CheckError, match="another number"):
            comparison(graph, "P(Y | do(X))", formula)


def test_a_wrong_formula_passes_no_more_often_than_the_bound_says(monkeypatch):
    """In a small field, where it does happen."""
    monkeypatch.setattr(models, "PRIME", 211)
    passed, drawn_models = 0, 0
    while drawn_models < 4000:
        try:
            said = comparison(examples()["back-door"], "P(Y | do(X))", "P(Y | X)")
        except CheckError as error:
            drawn_models += "divides by zero" not in str(error)
            continue
        drawn_models, passed = drawn_models + 1, passed + 1
    assert 0 < passed / drawn_models < degree(said) / 211


def degree(said: str) -> int:
    return int(re.search(r"probability (\d+)/", said)[1])


@pytest.mark.parametrize(
    ("formula", "laws"),
    [
        ("1", 1),
        ("P(Y)", 1),
        ("P(Y | X)", 1),
        ("P(Y) / P(X)", 2),
        ("Σ_{Z} P(Y | X, Z) P(Z)", 4),  # two terms of two laws
        ("Σ_{Z} P(Z | X) Σ_{X'} P(X') P(Y | X', Z)", 10),
    ],
)
def test_the_degree_is_that_of_all_laws_on_a_common_denominator(formula, laws):
    """Three variables and a hidden cause: a law has a degree of four at most."""
    graph = ADMG.parse("X -> Z -> Y; X <-> Y")
    said = comparison(graph, "P(Y, Z | do(X))", formula, models=0)
    assert degree(said) == 4 * (1 + laws)


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
    """What verifies verdict, formula and proof; what works a number out again; and the rest."""
    files = sorted(Path(causal.checker.__file__).parent.glob("*.py"))
    lines = {path.stem: lines_of_code(path.read_text(encoding="utf-8")) for path in files}
    assert lines.pop("opening") <= 30
    assert lines.pop("numbers") <= 60
    worlds = ("worlds", "coupled", "units", "obstacles", "several")
    assert sum(lines.pop(page) for page in worlds) <= 430
    assert sum(lines.values()) <= 400


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
