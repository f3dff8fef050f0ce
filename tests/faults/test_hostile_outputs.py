"""A thousand hostile names through all that is said of graphs: text, pictures, tables, commands."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from strategies.attacks import BOW, FOURS, NAPKIN, renamed

import causal
from causal import ADMG
from causal.cli import causal as command
from causal.errors import CausalError
from causal.expression import lines, parse
from causal.graph.drawing.notebook import PHONE, STYLE
from causal.graph.formats import FORMATS
from causal.query import Query
from causal.variables import quoted

SOME = FOURS[::5]


def some(fours: list[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], ADMG, ADMG]]:
    """The names, and two graphs of them: one with a formula, one without."""
    for four in fours:
        yield four, renamed(NAPKIN, four)[0], renamed(BOW, four)[0]


@pytest.fixture(autouse=True)
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    assert [p.name for p in tmp_path.iterdir()] == []


def assert_shown(*outputs: object) -> None:
    """Nothing moves the terminal or turns a line around: all is printable, line by line."""
    for output in outputs:
        for line in str(output).split("\n"):
            assert line.isprintable(), line


def test_graphs_are_shown_and_come_back_from_every_format() -> None:
    for _, napkin, bow in some(FOURS):
        for graph in (napkin, bow):
            assert_shown(graph, repr(graph), graph.latex(), graph._repr_latex_())
            for form in FORMATS:
                assert ADMG.parse(graph.to(form)) == graph
            assert causal.read(str(graph)) == graph


def test_what_formats_write_is_printable_where_their_grammar_has_escapes() -> None:
    for _, napkin, _ in some(FOURS):
        for form in ("arrows", "dagitty", "gml", "json"):
            assert_shown(napkin.to(form))


ELEMENTS = {"svg", "g", "title", "rect", "text", "path"}


def test_pictures_are_pictures() -> None:
    for _, napkin, bow in some(FOURS):
        shown = (bow._repr_html_() or "").replace(STYLE, "")
        for text in (napkin.svg(), napkin.svg(width=PHONE), shown):
            assert text.isprintable()
            elements = list(ET.fromstring(text).iter())
            assert {element.tag.rpartition("}")[2] for element in elements} - {"div"} == ELEMENTS
            attributes = {key for element in elements for key in element.attrib}
            assert not any(re.match(r".*href|on|src", key) for key in attributes)


def test_worlds_are_shown() -> None:
    for four, napkin, _ in some(SOME):
        y, x = quoted(four[3]), quoted(four[2])
        worlds = causal.parallel_worlds(napkin, f"P({y}[{x}=1]=1, {y}[{x}=0]=0)")
        assert worlds.svg().isprintable()
        assert_shown(worlds, repr(worlds))


def test_answers_and_reasons_are_shown() -> None:
    for four, napkin, bow in some(FOURS):
        yes, no = (identified(graph, four) for graph in (napkin, bow))
        assert_shown(yes, no, yes.query, repr(yes.query), yes.estimand, no.hedge, no.hedge.why)
        assert_shown(*yes.derivation.steps, repr(yes), repr(no), repr(yes.derivation))
        assert_shown(causal.open_path(napkin, four[0], four[3]))
        assert_shown(*causal.why_not(bow, four[1], four[2], [four[3]]))
        assert_shown(*(each.why for each in causal.why_not(bow, four[1], four[2], [four[3]])))
        assert_shown(*causal.adjustment_sets(napkin, four[1], four[2]))
        assert_shown(*causal.instruments(bow, four[1], four[2]))
        assert_shown(*causal.front_door_sets(renamed(FRONT, four)[0], four[0], four[2]))


def test_formulas_at_values_and_on_several_lines_are_shown_and_read_back() -> None:
    for four, napkin, bow in some(SOME):
        w, x, y, z = map(quoted, four)
        answer = causal.identify(napkin, f"P({y}={x} | do({x}=0))")
        assert isinstance(answer, causal.Identified)
        assert isinstance(answer.derivation, causal.Derivation)
        assert_shown(answer.formula, answer.formula.latex(), answer._repr_latex_())
        for width in (40, 80):
            assert_shown(answer.derivation.told(values=answer.values, width=width))
            broken = " ".join(line.strip() for line in lines(answer.formula, width))
            assert parse(broken) == answer.formula
        shorter = causal.simplify(napkin, f"P({x} | {z}, {w})")
        assert_shown(shorter, shorter.latex(), shorter.end.latex())
        assert_shown(causal.equal(bow, f"P({x}) P({y} | do({x}))", f"P({x}, {y})"))
        objections = causal.why_no_instruments(bow, four[1], four[2], {four[3]: ()})
        assert_shown(*objections, *(each.to_dict() for each in objections))


def test_the_cells_that_a_formula_needs_are_shown() -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.integers(0, 2, size=(9, 4)), columns=list("abcd"))
    for four, napkin, _ in some(SOME[::4]):
        table = rows.set_axis(list(four), axis=1).replace({1: four[0]}).astype(str)
        answer = causal.identify(napkin, f"P({quoted(four[2])} | do({quoted(four[1])}))")
        found = causal.positivity(answer, table)
        assert_shown(found, *found.demands, *found.frame()["condition"])


FRONT = "W -> Z -> X -> Y; W <-> X"


def identified(graph: ADMG, four: tuple[str, ...]) -> causal.Answer:
    names = dict(zip("WXYZ", four, strict=True))
    return causal.identify(graph, Query.of(names["Y"], do=names["X"]))


def test_equalities_and_remedies_are_shown() -> None:
    for four, napkin, bow in some(SOME):
        w, x, y, z = map(quoted, four)
        assert_shown(*causal.equivalents(napkin, f"P({y} | do({x}), {z})"))
        proof = causal.prove(napkin, f"P({x} | do({z}))", f"P({x} | do({z}, {y}))")
        refusal = causal.prove(bow, f"P({y} | do({x}))", f"P({y} | {x})")
        assert_shown(proof, refusal, repr(refusal), *causal.estimands(napkin, f"P({y} | do({x}))"))
        found = causal.remedies(bow, f"P({y} | do({x}))")
        assert_shown(repr(found))
        assert w


def test_what_a_graph_implies_is_shown_and_tested_by_table() -> None:
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.integers(0, 2, size=(60, 4)), columns=list("abcd"))
    for four, napkin, _ in some(SOME[::4]):
        chain = renamed("W -> X -> Y -> Z; X <-> Z", four)[0]
        for graph in (napkin, chain):
            implied = causal.implications(graph)
            assert_shown(*implied, repr(implied.independences))
            table = causal.confront(graph, rows.set_axis(list(four), axis=1))
            assert_shown(*table["implication"])


def commands(four: tuple[str, ...]) -> Iterator[list[str]]:
    """Every command that needs a graph only, with and without --json."""
    w, x, y, z = map(quoted, four)
    napkin, bow = (str(renamed(text, four)[0]) for text in (NAPKIN, BOW))
    for graph in (napkin, bow):
        effect = f"P({y} | do({x}))"
        yield ["identify", graph, effect]
        yield ["identify", graph, effect, "--proof"]
        yield ["identify", graph, effect, "--latex"]
        yield ["identify", graph, effect, "--json"]
        yield ["identify", graph, effect, "--certificate"]
        yield ["identify", graph, f"P({y}[{x}=1]=1 | {x}=0)"]
        for shape in ([], ["--json"]):
            yield ["separated", graph, w, y, "--given", f"{x},{z}", *shape]
            yield ["adjust", graph, x, y, *shape]
            yield ["adjust", graph, x, y, "--set", z, *shape]
            yield ["prove", graph, effect, f"P({y} | {x})", *shape]
            yield ["equivalents", graph, effect, *shape]
            yield ["implications", graph, *shape]
            yield ["simplify", graph, f"P({y} | {x}, {z}) P({z})", *shape]
            yield ["prove", graph, f"P({y} | do({x})) P({x})", f"P({x}, {y})", *shape]
        yield ["identify", graph, f"P({y}={w} | do({x}={z}))", "--proof", "--latex"]


def said(arguments: list[str]) -> str:
    """What a command prints; every command here has an answer, if only a no."""
    ending = CliRunner().invoke(command, arguments, standalone_mode=False)
    if ending.exception is not None:
        raise AssertionError(arguments) from ending.exception
    return ending.output


def command_lines_are_shown(fours: list[tuple[str, ...]]) -> None:
    for four in fours:
        for arguments in commands(four):
            output = said(arguments)
            assert_shown(output)
            if {"--json", "--certificate"} & {*arguments} and "undecided" not in output:
                names = set(strings(json.loads(output)))
                if arguments[0] == "separated":
                    assert {four[0], four[2]} <= names


def strings(found: object) -> Iterator[str]:
    match found:
        case str():
            yield found
        case list():
            for each in found:
                yield from strings(each)
        case dict():
            for each in found.values():
                yield from strings(each)


def test_commands_show_hostile_names() -> None:
    command_lines_are_shown(FOURS[::10])


@pytest.mark.torture
def test_commands_show_a_thousand_hostile_names() -> None:
    command_lines_are_shown(FOURS)


MISTAKES = [
    lambda four, graph: ADMG.of(directed=[(four[0], four[1]), (four[1], four[0])]),
    lambda four, graph: ADMG.parse(f"{quoted(four[0])} -> {quoted(four[0])}"),
    lambda four, graph: ADMG.parse(f"{graph}; {str(graph).split('; ')[0]}"),
    lambda four, graph: ADMG.parse(f"{quoted(four[0])} -> {quoted(four[1])} -> {quoted(four[0])}"),
    lambda four, graph: causal.identify(graph, f"P({quoted(four[0])} | do({quoted('no' * 3)}))"),
    lambda four, graph: causal.identify(
        ADMG.parse("X -> Y"), f"P({quoted(four[0])} | do({quoted(four[1])}))"
    ),
    lambda four, graph: causal.identify(graph, Query.of(four[0], do=four[1], given=four[0])),
    lambda four, graph: causal.separated(graph, four[0], f"{four[1]}?"),
    lambda four, graph: list(causal.adjustment_sets(graph, four[0], four[0])),
    lambda four, graph: list(
        causal.separators(graph, four[0], four[3], include=four[1], exclude=four[1])
    ),
    lambda four, graph: causal.SCM(graph, {}),
    lambda four, graph: causal.confront(graph, pd.DataFrame({f"{four[0]}?": [0, 1]})),
    lambda four, graph: identified(graph, four).estimand.evaluate(pd.DataFrame({four[0]: [1]})),
    lambda four, graph: identified(graph, four).estimand.evaluate({f"do({four[0]}": None}),
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_errors_show_names_on_one_short_line(mistake) -> None:
    for four, graph, _ in some(FOURS):
        with pytest.raises((CausalError, TypeError)) as caught:
            mistake(four, graph)
        assert_shown(caught.value)
        assert len(str(caught.value)) < 4000


def test_commands_tell_of_mistakes_with_hostile_names() -> None:
    for four, napkin, _ in some(SOME):
        for arguments in (
            ["identify", str(napkin), f"P({quoted('?' + four[0])} | do({quoted(four[1])}))"],
            ["identify", f"{napkin}; {quoted(four[3])} -> {quoted(four[0])}", "P(Y)"],
            ["identify", four[0], four[1]],
            ["separated", str(napkin), quoted(four[0]), quoted(four[0])],
            ["separated", str(napkin), f"{four[0]}?", quoted(four[1])],
        ):
            ending = CliRunner().invoke(command, arguments, standalone_mode=False)
            assert_shown(ending.output, getattr(ending.exception, "message", ending.exception))
