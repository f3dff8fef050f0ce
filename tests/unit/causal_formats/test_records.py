"""GML, CSV and JSON: what they mean, and where a mistake is."""

from __future__ import annotations

import json

import networkx
import pytest

from causal import ADMG, examples
from causal.errors import GraphSyntaxError, OptionError

GML = 'graph [ directed 1 node [ id 0 label "X" ] node [ id 1 label "Y" ] %s ]'
EDGE = "edge [ source 0 target 1 ]"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        (GML % EDGE, "X -> Y"),
        (GML % "edge [ source 0 target 1 bidirected 1 ]", "X <-> Y"),
        ('Creator "me"\nVersion 1\n# why\n' + GML % f'{EDGE} edge [ source 1 target 0 dir "both" ]',
         "X -> Y; X <-> Y"),
        (GML % "comment [ a [ b 1 c [ ] ] ]", "X; Y"),
        ("graph [ directed 1 node [ id 7 ] node [ id 8 ] edge [ source 7 target 8 ] ]", "7 -> 8"),
        ('graph [ directed 1 node [ id 0 label "&#233;&amp;&quot;&eacute;&nix;" ] ]',
         '"é&\\"é&nix;"'),
        (GML % ('node [ id 2 label "U" observed "no" ] edge [ source 2 target 0 ] '
                "edge [ source 2 target 1 ]"), "X <-> Y"),
        ("from,to\nX,Y\n", "X -> Y"),
        ("source,target,kind\r\nX,Y,directed\r\nX,Y,bidirected\r\nZ\r\n", "X -> Y; X <-> Y; Z"),
        ('"from","to","type"\n"a ""b""", c ,->\nc,d,<-\n\nc,e,<->\nf,,',
         '"a \\"b\\"" -> c <- d; c <-> e; f'),
        ('cause,effect\n"\'=1+1",\'+x', '"=1+1" -> "+x"'),
        ('{"directed": [["X", "Y"]]}', "X -> Y"),
        ('{"schema": 1, "nodes": ["X", 1], "bidirected": [["X", 1]]}', "X <-> 1"),
        ('{"directed": [["U", "X"], ["U", "Y"]], "latent": ["U"]}', "X <-> Y"),
        ('{"directed": [["\\u00e9\\n", "\\ud83d\\ude00"]]}', '"é\\n" -> "😀"'),
    ],
)  # fmt: skip
def test_text_means_these_edges(text: str, means: str) -> None:
    assert ADMG.parse(text) == ADMG.parse(means)


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        ("graph [ node [ id 0 ] ]", (1, 1), "without directed 1"),
        ("graph [ directed 1 nod [ id 0 ] ]", (1, 20), "expected node, found 'nod'"),
        ("graph [ directed 1\n node [ id 0 ]", (2, 15), "expected node, edge or ]"),
        ("graph [ directed 1 node [ label 0 ] ]", (1, 20), "this node has no id"),
        ("graph [ directed 1 node [ id 0 ] node [ id 0 ] ]", (1, 44), "a label of its own"),
        (GML % "edge [ source 0 ]", (1, 68), "this edge has no target"),
        (GML % "edge [ source 0 target 5 ]", (1, 91), "no node has the id '5'"),
        (GML % ("a [ " * 9), (1, 70), "expected a value or a closing ]"),
        ("graph [ directed ]", (1, 18), "expected 1 or 0"),
        ("from,too\nX,Y", (1, 6), "expected a column named to, found 'too'"),
        ("from,to\nX,X", (2, 1), "joins a variable to itself"),
        ("from,to\nX,Y,directed", (2, 5), "no more than 2 cells"),
        ("from,to,kind\nX,Y,bidirectd", (2, 5), "expected bidirected"),
        ("from,to,kind\n,Y,directed", (2, 1), "needs a name"),
        ("from,to,kind\nX,,directed", (2, 3), "expected a second variable"),
        ('from,to\nX,"Y', (2, 3), "never closed"),
        ('from,to\nX,"Y"Z', (2, 6), "expected a comma or the end of the line"),
        ('{"directd": []}', (1, 2), "expected the key directed"),
        ('{"directed": [["X"]]}', (1, 19), "expected , between two names"),
        ('{"directed": [["X", "Y", "Z"]]}', (1, 24), "expected ] after two names"),
        ('{"nodes": ["Treatment"], "directed": [["Treatmnt", "Treatment"]]}', (1, 40),
         "did you mean Treatment?"),
        ('{"directed": [], "directed": []}', (1, 18), "stands here twice"),
        ('{"schema": 2}', (1, 12), "schema 1"),
        ('{"nodes": [1.5]}', (1, 12), "unexpected '1'"),
        ('{"nodes": ["\\x"]}', (1, 13), "not a JSON string"),
        ('{"nodes": ["X"]} []', (1, 18), "nothing behind the last }"),
        ('{"nodes": [[[[', (1, 12), "expected a name"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(text: str, where: tuple[int, int], says: str) -> None:
    with pytest.raises(GraphSyntaxError) as caught:
        ADMG.parse(text, "csv" if "too" in text else None)
    assert says in str(caught.value)
    assert (caught.value.line, caught.value.column) == where


@pytest.mark.parametrize("name", sorted(examples()))
def test_networkx_and_json_read_what_we_write(name: str) -> None:
    graph = examples()[name]
    theirs = networkx.parse_gml(graph.to("gml"))
    assert set(theirs) == set(graph.nodes)
    marked = {(a, b, data.get("bidirected", 0)) for a, b, data in theirs.edges(data=True)}
    ours = {(a, b, 0) for a, b in graph.directed} | {(a, b, 1) for a, b in graph.bidirected}
    assert marked == ours
    record = json.loads(graph.to("json"))
    assert [tuple(edge) for edge in record["directed"]] == list(graph.directed)


def test_networkx_reads_every_name_that_we_write() -> None:
    graph = ADMG.parse('"é \\"&amp;" -> "a\\nb" -> "😀"; "</x>" -> "a\\nb"')
    theirs = networkx.parse_gml(graph.to("gml"))
    assert set(theirs) == set(graph.nodes)


def test_a_format_that_nobody_knows_is_named_with_the_nearest() -> None:
    with pytest.raises(OptionError, match="did you mean dagitty"):
        ADMG.parse("X -> Y", "dagity")
    with pytest.raises(OptionError, match="arrows, causaleffect, csv"):
        ADMG.parse("X -> Y").to("?")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_list_of_edges_may_be_separated_by_semicolons_or_tabs(mark: str) -> None:
    text = 'from,to,kind\nX,"a, b; c",directed\nX,Y,bidirected\nZ,,\n'
    swapped = text.replace(",", mark).replace(f"a{mark} b", "a, b")
    assert ADMG.parse(swapped) == ADMG.parse('X -> "a, b; c"; X <-> Y; Z')


def test_a_row_says_which_separator_it_lacks() -> None:
    with pytest.raises(GraphSyntaxError, match="2:6: expected a semicolon or the end of the line"):
        ADMG.parse('from;to\nX;"Y"Z\n', "csv")


@pytest.mark.parametrize("text", ["from; to", "cause;effect", "from;to\nA -> B;", "tail; head\n"])
def test_two_names_between_semicolons_are_arrow_text(text: str) -> None:
    first, _, second = text.split("\n", maxsplit=1)[0].partition(";")
    assert {first.strip(), second.strip()} <= set(ADMG.parse(text).nodes)


def test_a_mark_of_the_byte_order_is_no_part_of_a_graph() -> None:
    assert ADMG.parse("\ufeffA -> B") == ADMG.parse("\ufefffrom,to\nA,B\n") == ADMG.parse("A -> B")


def test_arrows_may_be_drawn() -> None:
    assert ADMG.parse("A → B ← C; A ↔ C") == ADMG.parse("A -> B <- C; A <-> C")


@pytest.mark.parametrize("text", [None, 5, b"A -> B", ["A -> B"]])
def test_what_is_no_text_is_named(text: object) -> None:
    with pytest.raises(TypeError, match="a graph is read from text, found the"):
        ADMG.parse(text)
