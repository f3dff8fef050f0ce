"""A derivation stays readable, whatever the length of its formulas."""

from __future__ import annotations

import causal


def derivation(graph: str, query: str) -> causal.Derivation:
    answer = causal.identify(causal.ADMG.parse(graph), query)
    assert isinstance(answer, causal.Identified)
    assert isinstance(answer.derivation, causal.Derivation)
    return answer.derivation


def test_latex_gives_the_separation_that_licenses_each_rule_in_pearls_notation() -> None:
    lines = derivation("W -> Z -> X -> Y; W <-> X; W <-> Y", "P(Y | do(X))").latex().splitlines()
    assert lines[1].endswith(r"&& \text{rule 3: } (Y \perp Z \mid X)_{G_{\overline{X, Z}}} \\")
    assert lines[2].endswith(
        r"&& \text{rule 2: } (Y \perp X \mid Z)_{G_{\overline{Z}\underline{X}}} \\"
    )
    assert lines[3].endswith(r"&& \text{conditioning} \\")


def test_where_lines_are_very_long_each_step_shows_only_the_law_that_it_rewrites() -> None:
    zigzag = "; ".join(f"V{i} -> V{i + 1}; V{i} <-> V{i + 2}" for i in range(20))
    long = derivation(zigzag, "P(V20 | do(V0))")
    text, latex = str(long), long.latex()
    head, *rows = text.splitlines()
    assert head == "P(V20 | do(V0)), one law after another:"
    assert len(rows) == 2 * len(long.steps) + 2  # a line and its reason; at the end the result
    for row, step in zip(rows[:-2:2], long.steps, strict=True):
        assert row.endswith(f"= {step.after}")
        assert str(step.before) in row
    assert rows[-2].endswith(f"= {long.end}")
    assert latex.count("&=") == len(long.steps) + 1


def test_a_derivation_without_a_step_is_its_only_line_in_latex() -> None:
    assert r"P(Y \mid X)" in derivation("X -> Y", "P(Y | X)").latex()
