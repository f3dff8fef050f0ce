"""Formulas of counterfactuals against the models themselves, number by number, as Fractions."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from strategies.counterfactuals import random_query

from causal import ADMG, Identified, counterfactual, experiments, identify
from causal.certification.worlds import compared_in_worlds, loosened
from causal.errors import ImpossibleEvidenceError
from causal.expression import laws
from causal.model import random_scm


def any_graph(rng: Random) -> ADMG:
    """Two to five variables, hidden causes between any two."""
    names = "ABCDE"[: rng.randint(2, 5)]
    directed = [
        (c, name)
        for i, name in enumerate(names)
        for c in rng.sample(names[:i], rng.randint(0, min(2, i)))
    ]
    ties = [pair for pair in combinations(names, 2) if rng.random() < 0.25]
    return ADMG.of(nodes=names, directed=directed, bidirected=ties)


def cases(seeds: range):
    for seed in seeds:
        rng = Random(seed)
        graph = any_graph(rng)
        query = random_query(rng, graph)
        try:
            yield seed, graph, query, identify(graph, query)
        except ImpossibleEvidenceError:
            continue


def check_formulas(seeds: range) -> int:
    count = 0
    for seed, graph, query, answer in cases(seeds):
        model = loosened(random_scm(graph, seed))
        if isinstance(answer, Identified):
            count += compared_in_worlds(model, answer)
            by_experiment = answer.derivation.by_experiment
            assert numbers(model, by_experiment) == numbers(model, answer.estimand), str(query)
            answer.derivation.check(graph)
    return count


def numbers(model, formula) -> set:
    return set(formula.evaluate(experiments(model, formula)))


def test_a_formula_is_the_counterfactual_in_every_model():
    assert check_formulas(range(150)) > 100


@pytest.mark.torture
def test_the_same_in_thousands_of_models():
    assert check_formulas(range(1_000, 4_000)) > 2_000


def test_an_answer_from_observation_reads_no_experiment():
    seen = 0
    for seed, graph, _, answer in cases(range(400, 480)):
        if isinstance(answer, Identified) and not answer.experiments:
            model = loosened(random_scm(graph, seed))
            names = sorted(answer.estimand.variables) or list(graph.nodes)
            value = set(answer.estimand.evaluate(model.law(*names)))
            assert value == numbers(model, answer.estimand)
            seen += 1
    assert seen > 20


def test_only_what_no_observation_shows_is_left_to_experiments():
    """Each law of an experiment in an answer is one that the do-calculus cannot reduce."""
    for _, graph, _, answer in cases(range(500, 580)):
        if isinstance(answer, Identified):
            for law in laws(answer.estimand):
                if law.do:
                    of, do = ({s.variable for s in part} for part in (law.of, law.do))
                    asked = f"P({', '.join(sorted(of))} | do({', '.join(sorted(do))}))"
                    assert not isinstance(identify(graph, asked), Identified)


def test_for_two_values_the_complement_gives_what_no_formula_does():
    seen = 0
    for seed, graph, query, answer in cases(range(600, 1_400)):
        if isinstance(answer, Identified) or answer.hedge.if_binary is None:
            continue
        special = answer.hedge.if_binary.formula
        model = loosened(random_scm(graph, seed))
        regimes = {
            do: model.under(do).law()
            for part in (special.whole, special.part, special.evidence)
            for do in experiments(model, part)
        }
        try:
            truth = counterfactual(model, query, exact=True).value
        except ImpossibleEvidenceError:
            continue
        assert set(special.evaluate(regimes)) == {truth}, f"{query} in {graph}: {special}"
        seen += 1
    assert seen > 5
