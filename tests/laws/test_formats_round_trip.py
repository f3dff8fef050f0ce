"""Every format reads back the graph that it wrote, and is recognised, whatever the names are."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from strategies.graphs import admgs
from strategies.mutations import mutated_graph
from strategies.names import HOSTILE, renamed

from causal import ADMG
from causal.errors import GraphSyntaxError
from causal.graph.formats import FORMATS, recognised
from causal.graph.formats.tokens import Tokens

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


NEARLY_PLAIN = {  # statements that begin as a plain edge does, and go on otherwise
    "arrows": ["A -> B; C -> D -> E; F", 'A -> B, C <-> "D"; "E\\n" -> F', "A->B\nC->D.1;E->1.5"],
    "dot": [
        "digraph { node [latent=1] A -> B; C -> D; node [latent=no] E -> B }",
        "digraph { A -> B; edge [dir=back] A -> C; B -> C; edge [dir=none]; D -> E }",
        "digraph { A -> B; A -> subgraph { C -> D; E -> F } -> G; SubGraph { H } }",
        'digraph { A -> B; C -> "D" + "E"; C -> F:port; G -> H [dir=both]; I -> J = 2 }',
        "strict digraph { A -> B; A -> B; edge -> node; node -> edge }",
    ],
    "dagitty": ['dag { A -> B C -> D -> E "F" -> G "H"I -> J K <-> L [beta=1] }'],
    "lavaan": [
        "B ~ A\nD ~ C\n\n  + E\nF ~ D\n* 0",
        "B ~ A\nD ~ C\n+ NA*E",
        "A ~ B\nC ~~ C\nD ~*~ D\n",
    ],
    "causaleffect": [
        "graph_from_literal(A -+ B, C +- D, E +-+ F, G -+ H:I, simplify = FALSE)",
        "graph_from_literal(A -+ B, C ++ D, A --+ E, 1L -+ F, simplify -+ G)",
    ],
    "csv": [
        "from,to\nA,B\nC,D,directed\n",
        "from,to,kind\nA,B\nC,D,<-\n'=1,\"'=1\"\nE, F ,directed\n",
    ],
    "json": ['{"directed": [["A", "B"], ["C", "D", "E"]]}', '{"nodes": ["A", ["A", "B"], "C"]}'],
    "gml": [
        (
            "graph [ directed 1 node [ id 1 ] node [ id 2 ] edge [ source 1 target 2 ] "
            "edge [ source 1 target 2 bidirected 1 ] edge [ source 2 target 1 key 0 ] ]"
        )
    ],
}


def outcome(text: str, form: str) -> object:
    """What a text says, or that it says nothing."""
    try:
        return FORMATS[form].read(text)
    except GraphSyntaxError:
        return "refused"


@pytest.mark.parametrize("form", FORMATS)
def test_reading_edge_by_edge_is_reading_word_by_word(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(form)
    texts = [mutated_graph(rng, form) for _ in range(300)] + NEARLY_PLAIN[form]
    edge_by_edge = [outcome(text, form) for text in texts]
    monkeypatch.setattr(Tokens, "plain", lambda _: iter(()))
    assert [outcome(text, form) for text in texts] == edge_by_edge
