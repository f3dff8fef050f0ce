"""Arrow text: what it means, and that every mistake is named with its line and column."""

import pytest

from causal.errors import (
    CycleError,
    DuplicateEdgeError,
    EmptyGraphError,
    GraphSyntaxError,
    UnknownVariableError,
)
from causal.graph import ADMG, examples


def edges(graph: ADMG) -> tuple[set[tuple[str, str]], set[frozenset[str]]]:
    return set(graph.directed), {frozenset(edge) for edge in graph.bidirected}


@pytest.mark.parametrize(
    ("text", "directed", "bidirected"),
    [
        ("X -> Y", {("X", "Y")}, set()),
        ("Y <- X", {("X", "Y")}, set()),
        ("X <-> Y", set(), {frozenset("XY")}),
        ("A -> B -> C <- D", {("A", "B"), ("B", "C"), ("D", "C")}, set()),
        ("{A, B} -> {C D}", {(a, b) for a in "AB" for b in "CD"}, set()),
        ("X -> Y # a comment\n\n X <-> Y,", {("X", "Y")}, {frozenset("XY")}),
        ('"blood sugar" -> "a \\" b"', {("blood sugar", 'a " b')}, set()),
        ("1 -> 2; é -> ß.x_1", {("1", "2"), ("é", "ß.x_1")}, set()),
    ],
)
def test_text_means_these_edges(text, directed, bidirected):
    assert edges(ADMG.parse(text)) == (directed, bidirected)


def test_a_name_alone_is_a_vertex():
    assert ADMG.parse("X -> Y; Z").nodes == ("X", "Y", "Z")


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("X -> ; Y", (1, 6), "expected a variable name, found ';'"),
        ("X -> Y\nX - Z", (2, 3), "expected ->, <- or <->"),
        ("X ->", (1, 5), "found the end of the text"),
        ("X ->\nY", (1, 5), "found the end of the line"),
        ("a b", (1, 3), "found 'b'"),
        ('"a', (1, 1), "never closed"),
        ('"" -> X', (1, 1), "a variable needs a name"),
        ("{X Y -> Z", (1, 1), "closing }"),
        ("{} -> Z", (1, 1), "expected names"),
        ("2x -> Y", (1, 1), "double quotes"),
        ("X <-> X", (1, 3), "joins a variable to itself"),
        ("x?y", (1, 2), "unexpected '?'"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, where, says):
    with pytest.raises(GraphSyntaxError, match=r"^\d+:\d+: ") as caught:
        ADMG.parse(text)
    assert (caught.value.line, caught.value.column) == where
    assert says in str(caught.value)
    caret = str(caught.value).splitlines()[-1]
    assert caret.strip() == "^"


@pytest.mark.parametrize("text", ["X -> Y; X -> Y", "X -> Y; Y <- X", "X <-> Y; Y <-> X"])
def test_an_edge_given_twice_is_refused(text):
    with pytest.raises(DuplicateEdgeError, match="is given twice") as caught:
        ADMG.parse(text)
    assert caught.value.column > 7


def test_a_cycle_is_spelled_out():
    with pytest.raises(CycleError, match="B -> C -> D -> B is a cycle") as caught:
        ADMG.parse("A -> B -> C -> D -> B; D -> E")
    assert caught.value.cycle == ("B", "C", "D", "B")


@pytest.mark.parametrize("text", ["", "  \n # nothing\n;;"])
def test_a_graph_without_variables_is_refused(text):
    with pytest.raises(EmptyGraphError, match="empty"):
        ADMG.parse(text)


def test_an_unknown_name_comes_with_the_nearest_known_ones():
    graph = ADMG.parse("Treatment -> Outcome")
    with pytest.raises(UnknownVariableError, match="Did you mean Treatment") as caught:
        graph.parents("Treatmnt")
    assert caught.value.missing == ("Treatmnt",)
    assert caught.value.nearest == ("Treatment",)


def test_the_caret_stays_under_the_mistake_in_a_long_line():
    text = "; ".join(f"A{i} -> B{i}" for i in range(200)) + "; X -> ?"
    with pytest.raises(GraphSyntaxError) as caught:
        ADMG.parse(text)
    _, window, caret = str(caught.value).splitlines()
    assert window[caret.index("^")] == "?"
    assert len(window) <= 82


@pytest.mark.parametrize("name", sorted(examples()))
def test_named_graphs_print_and_read_back(name):
    graph = examples()[name]
    assert ADMG.parse(str(graph)) == graph


def test_equal_graphs_are_equal_whatever_the_order_of_their_edges():
    one = ADMG.parse("B -> C; A -> C; A <-> B")
    other = ADMG.parse("B <-> A; A -> C; C <- B")
    assert one == other
    assert hash(one) == hash(other)
    assert one != ADMG.parse("B -> C; A -> C")


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ({"directed": [("A", "B", "C")]}, r"an edge joins two variables, found \('A', 'B', 'C'\)"),
        ({"bidirected": [("A",)]}, r"an edge joins two variables, found \('A',\)"),
        ({"directed": [(1, 2)]}, "a variable is called by a text, found [12]"),
        ({"nodes": ["A", ""]}, "a variable is called by a text, found ''"),
        ({"nodes": [None]}, "a variable is called by a text, found None"),
    ],
)
def test_what_is_no_edge_or_no_name_is_refused(parts: dict[str, list], problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        ADMG.of(**parts)
