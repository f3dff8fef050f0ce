"""A formula got on a short way is the effect, exactly, and its derivation holds."""

from __future__ import annotations

from itertools import pairwise
from unittest import mock

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies.graphs import admgs, effects, hard_admgs, seeds

import causal
from causal.certification import compared
from causal.checker import check
from causal.model import random_scm


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_doors_are_right_wherever_they_are_looked_for(data):
    """In graphs that are small enough to be compared with models, by asking for doors in all."""
    graph = data.draw(admgs() | hard_admgs())
    query = data.draw(effects(graph))
    with mock.patch("causal.identification.short_ways.MANY", 0):
        answer = causal.identify(graph, query)
    assume(isinstance(answer, causal.Identified))
    assert compared(random_scm(graph, data.draw(seeds())), answer)
    assert check(answer.certificate).startswith("verified: ")


@pytest.mark.parametrize(
    ("hidden", "query", "formula"),
    [
        ((), "P(Y | do(V0))", "P(Y | V0)"),
        (
            (("V0", "Y"),),
            "P(Y | do(V0))",
            "Σ_{V4998} P(V4998 | V0) Σ_{V0'} P(V0') P(Y | V0', V4998)",
        ),
        ((("V0", "Y"),), "P(Y | do(V9))", "Σ_{V8} P(V8) P(Y | V8, V9)"),
        ((("V0", "Y"),), "P(Y | do(V9), V99)", "Σ_{V8} P(V8) P(Y | V8, V9, V99)"),
    ],
)
def test_a_chain_of_five_thousand_has_a_formula_of_one_line(hidden, query, formula):
    names = [*(f"V{i}" for i in range(4999)), "Y"]
    answer = causal.identify(causal.ADMG.of(directed=pairwise(names), bidirected=hidden), query)
    assert str(answer.estimand) == formula
    assert len(answer.derivation.steps) <= 7
