"""DOT and dagitty: what they mean, and that every mistake is named with its line and column."""

from __future__ import annotations

import pytest

from causal import ADMG
from causal.errors import DuplicateEdgeError, GraphSyntaxError


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("digraph { X -> Y }", "X -> Y"),
        ("strict digraph G { X -> Y; X -> Y; }", "X -> Y"),
        ('digraph "my graph" { rankdir=LR; X -> Y -> Z }', "X -> Y -> Z"),
        ("digraph { X -> {Y Z}; {Y; Z} -> W }", "X -> {Y, Z}; {Y, Z} -> W"),
        ("digraph { subgraph cluster_0 { label=top; A; B } -> C }", "{A, B} -> C"),
        ("digraph { X -> Y [dir=both] }", "X <-> Y"),
        ("digraph { X -> Y [dir=back] }", "Y -> X"),
        ("digraph { X -> Y; X <-> Y }", "X -> Y; X <-> Y"),
        ("digraph { { edge [dir=both] X -> Y } X -> Y }", "X -> Y; X <-> Y"),
        ("digraph { subgraph a { edge [dir=both] X -> Y } X -> Y }", "X -> Y; X <-> Y"),
        ('digraph { U [observed="no"]; U -> X; U -> Y; X -> Y }', "X -> Y; X <-> Y"),
        ("digraph { node [observed=no] U1 U2; node [observed=yes] U1 -> {A B} U2 -> C }",
         "A <-> B; C"),
        ("digraph { X:north -> Y:e:w [label=<a <b>bold</b> one>, color=\"#ff0000\"] }", "X -> Y"),
        ('digraph { "a" + "b" -> c }', "ab -> c"),
        ("// who\n/* what\n why */ # when\ndigraph { X -> Y // where\n }", "X -> Y"),
        ("DiGraph { NODE [shape=box] 1 -> -2.5 -> .5 }", '1 -> "-2.5" -> ".5"'),
        ("digraph { X -> Y; Z [shape=circle] }", "X -> Y; Z"),
        ("dag { X [exposure] Y [outcome,pos=\"1,2\"] X -> Y }", "X -> Y"),
        ("dag { bb=\"0,0,1,1\" U [latent] U -> {X Y} }", "X <-> Y"),
        ("dag{a b c a->b<-c}", "a -> b <- c"),
        ('dag { "blood sugar" -> b.c [beta=.5] ; a <-> b.c }', '"blood sugar" -> b.c; a <-> b.c'),
        ("mag { x <-> y }", "x <-> y"),
        ("dag { node [adjusted] node -> graph }", "node -> graph"),
        ("dag { U [u] L [latent] U -> L -> {X Y} }", "X <-> Y"),
    ],
)  # fmt: skip
def test_text_means_these_edges(text: str, means: str) -> None:
    assert ADMG.parse(text) == ADMG.parse(means)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("digraph { X -> }", (1, 16), "expected a variable name, or } at the end, found '}'"),
        ("digraph {\n  X -> Y\n", (3, 1), "found the end of the text"),
        ("digraph {\n  X -- Y }", (2, 5), "-- does not say what causes what"),
        ("digraph { X -> Y [dir=none] }", (1, 13), "-- does not say what causes what"),
        ("pag { X o-> Y }", (1, 9), "o-> does not say"),
        ("pag { X @-> Y }", (1, 9), "@-> does not say"),
        ("digraph { X -> Y } Z", (1, 20), "expected nothing behind the last }, found 'Z'"),
        ('digraph { "X -> Y }', (1, 11), "never closed"),
        ("digraph { /* X -> Y }", (1, 11), "this comment is never closed"),
        ("digraph { X [label= ] }", (1, 21), "expected a value after =, found ']'"),
        ("digraph { X -> X }", (1, 13), "joins a variable to itself"),
        ("digraph { X ! }", (1, 13), "double quotes"),
        ("dag { X [selected] X -> Y }", (1, 10), "selected"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, where: tuple[int, int], says: str) -> None:
    with pytest.raises(GraphSyntaxError) as caught:
        ADMG.parse(text)
    assert (caught.value.line, caught.value.column) == where
    assert says in str(caught.value)


def test_an_edge_given_twice_is_refused_unless_the_graph_is_strict() -> None:
    with pytest.raises(DuplicateEdgeError, match="X -> Y is given twice"):
        ADMG.parse("digraph { X -> Y; X -> Y }")


@pytest.mark.parametrize("opening", ["{", "subgraph {"])
def test_deep_nesting_is_refused_and_not_followed(opening: str) -> None:
    with pytest.raises(GraphSyntaxError, match="deeper than 50"):
        ADMG.parse(f"digraph {{ {opening * 100_000}")


@pytest.mark.parametrize("text", ["graph -> digraph", "dag; digraph", "digraphs -> dags"])
def test_words_of_a_format_do_not_make_a_text_one(text: str) -> None:
    assert ADMG.parse(text) == ADMG.parse(text, "arrows")
