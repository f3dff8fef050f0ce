"""Avin, Shpitser & Pearl (2005), "Identifiability of path-specific effects"; Pearl (2001)."""

from __future__ import annotations

import pytest

from causal import ADMG, Identified, NotIdentified, certify, identify, path_specific
from causal.errors import CausalError
from causal.expression import alike, parse

MEDIATION = ADMG.parse("X -> M -> Y; X -> Y")
KITE = ADMG.parse("X -> W -> M -> Y; W -> Y; X -> Y")


def test_the_mediation_formula():
    """Pearl (2001), the natural direct effect; with a confounder measured, its weighted form."""
    query = "P(Y[X=1, M=M[X=0]])"
    answer = identify(MEDIATION, query)
    assert alike(answer.estimand, parse("Σ_{M} P(Y | M, X=1) P(M | X=0)"))
    confounded = ADMG.parse("X -> M -> Y; X -> Y; C -> X; C -> M; C -> Y")
    weighted = identify(confounded, query)
    assert alike(weighted.estimand, parse("Σ_{C, M} P(Y | M, X=1, C) P(M | X=0, C) P(C)"))
    assert certify(confounded, query, weighted, models=4).cells == 8


def test_an_edge_and_a_nested_world_say_the_same():
    nested = identify(MEDIATION, "P(Y[X=1, M=M[X=0]])").estimand
    assert identify(MEDIATION, "P(Y[X=0, X->Y=1])").estimand == nested
    along = path_specific(MEDIATION, ["X -> Y"], active=1, reference=0)
    assert identify(MEDIATION, along).estimand == nested


def test_a_path_through_the_mediator():
    along = path_specific(MEDIATION, ["X -> M -> Y"], active=1, reference=0)
    answer = identify(MEDIATION, along)
    assert alike(answer.estimand, parse("Σ_{M} P(Y | M, X=0) P(M | X=1)"))


def test_all_paths_are_the_total_effect():
    along = path_specific(MEDIATION, ["X -> M -> Y", "X -> Y"], active=1, reference=0)
    assert str(identify(MEDIATION, along).estimand) == "P(Y | X=1)"


def test_the_recanting_witness_is_named():
    """The kite, theorem 4: W is needed as X=1 makes it and as X=0 does."""
    along = path_specific(KITE, ["X -> W -> M -> Y"], active=1, reference=0)
    answer = identify(KITE, along)
    assert isinstance(answer, NotIdentified)
    assert answer.hedge.witness == "W"
    assert answer.hedge.variable == "X"


@pytest.mark.parametrize(
    "paths",
    [
        ["X -> Y"],
        ["X -> W -> M -> Y", "X -> W -> Y"],
        ["X -> W -> M -> Y", "X -> W -> Y", "X -> Y"],
    ],
)
def test_no_witness_recants_where_all_paths_through_it_go_together(paths: list[str]):
    along = path_specific(KITE, paths, active=1, reference=0)
    answer = identify(KITE, along)
    assert isinstance(answer, Identified)
    assert certify(KITE, along, answer, models=4).cells == 8


def test_a_recanting_district_is_named_too():
    """Shpitser (2013): the two ends of the conflict share a hidden cause."""
    graph = ADMG.parse("X -> M -> Y; X -> Y; M <-> Y")
    answer = identify(graph, "P(Y[X=1, M=M[X=0]])")
    assert isinstance(answer, NotIdentified)
    assert answer.hedge.witness is None
    assert answer.hedge.district == {"M", "Y"}
    assert "M[X=0] and Y[X=1, M] share hidden causes" in str(answer)


def test_hidden_causes_elsewhere_do_no_harm():
    graph = ADMG.parse("X -> M -> Y; X -> Y; X <-> M")
    answer = identify(graph, "P(Y[X=1, M=M[X=0]])")
    assert str(answer.estimand) == "Σ_{M} P(M | do(X=0)) P(Y | M, X=1)"
    assert [str(law) for law in answer.experiments] == ["P(M | do(X=0))"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["X -> Z"], "Z is not in the graph"),
        (["M -> X"], "no edge M -> X"),
        (["X -> M", "X -> Y"], "from one cause to one outcome; found X to M and X to Y"),
        ([], "found no path"),
        ([["X"]], "a path has a cause and an outcome"),
    ],
)
def test_what_is_no_path_is_refused(paths: list, message: str):
    with pytest.raises(CausalError, match=message):
        path_specific(MEDIATION, paths, active=1, reference=0)
