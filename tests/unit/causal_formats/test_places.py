"""What is wrong with a graph as a whole is shown at the edge of its text that makes it so."""

from __future__ import annotations

import pytest

from causal import ADMG
from causal.errors import (
    CycleError,
    CycleInTextError,
    DuplicateEdgeError,
    EmptyGraphError,
    GraphSyntaxError,
)
from causal.graph.formats import FORMATS, sketch

NODES = " ".join(f'node [ id {name} label "{name}" ]' for name in "12345")
FORMS = {  # how a text begins, an edge of it, and how it ends
    "arrows": ("5", "{} -> {}", ""),
    "dot": ("digraph {", "{} -> {};", "}"),
    "dagitty": ("dag {", "{} -> {}", "}"),
    "lavaan": ("V5 ~~ V5", "V{1} ~ V{0}", ""),
    "causaleffect": ("graph_from_literal(", '"{}" -+ "{}",', "5)"),
    "csv": ("from,to,kind", "{},{},directed", ""),
    "json": ('{"directed": [', '["{}", "{}"],', "]}"),
    "gml": (f"graph [ directed 1 {NODES}", "edge [ source {} target {} ]", "]"),
}


def text(form: str, *edges: str) -> str:
    """A graph of numbered variables, an edge a line, from the second line on."""
    first, edge, last = FORMS[form]
    return "\n".join([first, *(edge.format(*pair) for pair in edges), last])


@pytest.mark.parametrize("form", FORMATS)
def test_a_cycle_is_shown_where_it_closes(form: str) -> None:
    with pytest.raises(CycleError) as caught:
        ADMG.parse(text(form, "12", "34", "23", "31", "45"), form)
    assert isinstance(caught.value, CycleInTextError)
    assert (caught.value.line, len(caught.value.cycle)) == (5, 4)


@pytest.mark.parametrize("form", FORMATS)
def test_an_edge_is_given_twice_where_it_stands_again(form: str) -> None:
    with pytest.raises(DuplicateEdgeError) as caught:
        ADMG.parse(text(form, "12", "23", "34", "12", "45"), form)
    assert caught.value.line == 5


@pytest.mark.parametrize("form", FORMATS)
def test_an_edge_too_many_is_refused_where_it_stands(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sketch, "MOST_EDGES", 3)
    with pytest.raises(GraphSyntaxError, match="more than 3 edges") as caught:
        ADMG.parse(text(form, "12", "23", "34", "45"), form)
    assert caught.value.line == 5


@pytest.mark.parametrize("form", FORMATS)
def test_a_text_without_a_variable_is_refused_at_its_end(form: str) -> None:
    empty = {"json": '{"directed": []}', "gml": "graph [ directed 1 ]"}.get(form)
    first, _, last = FORMS[form]
    bare = f"{first}\n{last}" if form in ("dot", "dagitty", "csv") else "# nothing\n"
    if form == "causaleffect":
        bare = "graph_from_literal()"
    with pytest.raises(EmptyGraphError) as caught:
        ADMG.parse(empty or bare, form)
    assert isinstance(caught.value, GraphSyntaxError)


def test_a_text_of_latent_variables_alone_is_empty() -> None:
    with pytest.raises(EmptyGraphError, match="1:17: the graph is empty"):
        ADMG.parse("dag {U [latent]}")


def test_a_long_cycle_is_shown_by_its_ends() -> None:
    around = [str(i) for i in range(2000)]
    with pytest.raises(CycleError) as caught:
        ADMG.parse(" -> ".join([*around, "0"]))
    assert len(caught.value.cycle) == 2001
    assert len(str(caught.value)) < 300
