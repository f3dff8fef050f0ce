"""A formula on a page is the formula, and no line of it ends where it would be torn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ablation.pages.formula import sides
from ablation.pages.page import Formula, Page, Section

FORMULAS = [
    "P(Accuracy | do(Augmentation)) = Σ_{Epochs} P(Accuracy | Augmentation, Epochs) P(Epochs)",
    "P(Y=1 | do(X=1)) = (Σ_{W} P(W) P(X, Y | W, Z)) / (Σ_{W} P(W) P(X | W, Z))",
    "P(Y) = Σ_{A, B} (P(A) P(B) / P(A, B)) P(Y | A, B)",
    "hedge: {X, Y} around {Y}",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_law_and_no_set_is_torn_and_no_line_ends_in_a_sign(formula: str) -> None:
    factors = [factor for side in sides(formula) for factor in side]
    for whole in re.findall(r"P\((?:[^()]|\([^()]*\))*\)|\{[^{}]*\}", formula):
        assert any(whole in factor for factor in factors)
    for factor in factors:
        assert not factor.endswith(("=", "/"))
        assert not re.search(r"Σ_\{[^{}]*\}$", factor)


@given(st.text("P(YX|,)=/Σ_{W} ", max_size=40) | st.sampled_from(FORMULAS))
def test_the_pieces_are_the_formula(formula: str) -> None:
    assert " ".join(factor for side in sides(formula) for factor in side) == formula


def test_the_sides_of_the_napkin_are_its_numerator_and_its_denominator() -> None:
    assert sides(FORMULAS[1]) == (
        ("P(Y=1 | do(X=1))",),
        ("= (Σ_{W} P(W)", "P(X, Y | W, Z))"),
        ("/ (Σ_{W} P(W)", "P(X | W, Z))"),
    )


def test_a_page_ties_each_factor() -> None:
    html = Page("P", "", [Section("S", [Formula(FORMULAS[0])])]).render()
    assert (
        '<span class="factor">= Σ<sub>Epochs</sub> P(Accuracy | Augmentation, Epochs)</span> '
        in html
    )
    assert '<span class="factor">P(Epochs)</span></span></p>' in html
