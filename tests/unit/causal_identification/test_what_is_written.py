"""What is written of an answer: no name twice in two meanings, and no page of names."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies.formulas import bound
from strategies.graphs import admgs, effects, hard_admgs

from causal import ADMG, Identified, NotIdentified, identify
from causal.expression import parse


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_step_sums_over_a_name_that_it_has_free(data):
    graph = data.draw(admgs() | hard_admgs())
    answer = identify(graph, data.draw(effects(graph)))
    assume(isinstance(answer, Identified))
    shown = (*answer.derivation.to_list(), *answer.certificate["derivation"])
    for text in (step[side] for step in shown for side in ("from", "to")):
        formula = parse(text)
        assert not bound(formula) & formula.free, text


def test_a_hedge_of_thousands_is_told_in_a_sentence_and_is_whole_in_plain_data():
    names = [f"V{i}" for i in range(3000)]
    graph = ADMG.of(directed=list(pairwise(names)), bidirected=list(pairwise(names)))
    answer = identify(graph, "P(V2999 | do(V0))")
    assert isinstance(answer, NotIdentified)
    assert len(str(answer)) < 600
    assert "V0, V1, V2" in str(answer)
    assert "and 2,980 more" in str(answer)
    assert str(answer.hedge).count("more}") == 2
    assert len(answer.certificate["hedge"]["outer"]) == 3000
    assert len(json.loads(json.dumps(answer.certificate))["graph"]["nodes"]) == 3000
