"""Chain rule, marginalisation, conditioning and Bayes hold in every law, and the checker agrees."""

from __future__ import annotations

import pytest

from causal import ADMG
from causal.calculus import Derivation, Step, bayes, chain_rule, conditioning, marginalisation
from causal.checker import check
from causal.errors import QueryError
from causal.expression import P
from causal.model import random_scm

GRAPH = ADMG.parse("W -> Z -> X -> Y; W <-> X; W <-> Y")
STEPS = [
    chain_rule(P.of_names("WXY")),
    chain_rule(P.of_names("WXY", "Z"), ("Y", "W", "X")),
    marginalisation(P.of_names("Y", "X"), ["W", "Z"]),
    conditioning(P.of_names("Y", "XZ")),
    conditioning(P.of_names("Y", "XZ"), "X"),
    bayes(P.of_names("Y", "XZ"), "Z"),
    bayes(P.of_names("WY", "X")),
    chain_rule(P.of_names("WY", do="X")),
    marginalisation(P.of_names("Y", "Z", do="X"), "W"),
    conditioning(P.of_names("Y", "W", do="X")),
    bayes(P.of_names("Y", "W", do="X")),
]


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_the_checker_replays_an_axiom_as_a_step(step: Step) -> None:
    said = check(Derivation(step.before, (step,), step.after).certificate(GRAPH))
    assert said.startswith(f"verified: {step.before} = {step.after}, in 1 steps")


@pytest.mark.parametrize("step", [s for s in STEPS if not s.before.do], ids=str)
def test_both_sides_of_an_axiom_are_equal_on_an_exact_law(step: Step) -> None:
    law = random_scm(GRAPH, rng=11).law()
    one, other = step.before.evaluate(law), step.after.evaluate(law)
    assert one.to_dict() == other.reorder_levels(one.index.names).to_dict()


def test_what_an_axiom_cannot_mean_is_refused_in_words() -> None:
    for misuse, words in (
        (lambda: chain_rule(P.of_names("Y")), "two or more outcomes"),
        (lambda: chain_rule(P.of_names("XY"), ("X", "X")), "each once"),
        (lambda: marginalisation(P.of_names("Y"), ()), "summed over"),
        (lambda: marginalisation(P.of_names("Y", "X"), "X"), "mentions it already"),
        (lambda: conditioning(P.of_names("Y")), "no condition"),
        (lambda: bayes(P.of_names("Y", "X"), "Z"), "Z is no condition"),
    ):
        with pytest.raises(QueryError, match=words):
            misuse()
