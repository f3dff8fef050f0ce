"""Every format reads back the graph that it wrote, and is recognised, whatever the names are."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from strategies.graphs import admgs
from strategies.names import HOSTILE, renamed

from causal import ADMG
from causal.graph.formats import FORMATS, recognised

NASTY = [name for name in dict.fromkeys(HOSTILE) if name]


@pytest.mark.parametrize("form", FORMATS)
@given(graph=renamed(admgs(min_nodes=1, max_nodes=5)))
@settings(max_examples=150, deadline=None)
def test_a_graph_reads_back_from_every_format(form: str, graph: ADMG) -> None:
    text = graph.to(form)
    assert ADMG.parse(text, form) == graph
    assert recognised(text).name == form
    assert graph.to(form) == ADMG.parse(text).to(form)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("directed", "bidirected"), [([(0, 1)], []), ([], [(0, 1)]), ([(0, 1)], [(0, 1)]), ([], [])]
)
def test_every_hostile_name_survives_in_every_place(
    form: str, directed: list[tuple[int, int]], bidirected: list[tuple[int, int]]
) -> None:
    for hostile in NASTY:
        for pair in ((hostile, "other"), ("other", hostile)):
            graph = ADMG.of(
                nodes=pair,
                directed=[(pair[a], pair[b]) for a, b in directed],
                bidirected=[(pair[a], pair[b]) for a, b in bidirected],
            )
            assert ADMG.parse(graph.to(form)) == graph, hostile[:40]


@pytest.mark.parametrize("form", FORMATS)
def test_all_hostile_names_stand_in_one_graph(form: str) -> None:
    chain = [*dict.fromkeys(NASTY)]
    graph = ADMG.of(
        directed=list(itertools.pairwise(chain)),
        bidirected=list(zip(chain, chain[3:], strict=False)),
    )
    assert ADMG.parse(graph.to(form)) == graph
