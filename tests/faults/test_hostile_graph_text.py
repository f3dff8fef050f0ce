"""Graph text from anywhere: only our errors, each with its place, soon, and nothing runs."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from strategies.mutations import PIECES, SHORT, mutated_graph
from strategies.names import HOSTILE
from strategies.refusals import seconds
from strategies.refusals import soon as soon_read

from causal import ADMG
from causal.errors import GraphSyntaxError
from causal.graph.formats import FORMATS, sketch, tokens


def refused_or_read(text: str, form: str | None) -> float:
    return seconds(lambda text: ADMG.parse(text, form), text, GraphSyntaxError)


def soon(text: str, form: str | None) -> bool:
    return soon_read(lambda text: ADMG.parse(text, form), text, error=GraphSyntaxError)


def test_mutated_texts_meet_only_our_errors_and_soon() -> None:
    rng = random.Random(1)
    for turn in range(150 * len(FORMATS)):
        form = list(FORMATS)[turn % len(FORMATS)]
        text = mutated_graph(rng, form)
        assert soon(text, form), text
        assert soon(text, None), text


@pytest.mark.torture
@pytest.mark.parametrize("form", FORMATS)
def test_ten_thousand_mutated_texts_meet_only_our_errors_and_soon(form: str) -> None:
    rng = random.Random(form)
    for _ in range(10_000):
        text = mutated_graph(rng, form)
        assert soon(text, form), text
        assert soon(text, None), text


WORST = [*PIECES, *SHORT, "a ", "a->", "a~", "{a ", '\\"', "#\n", " \n"]
OPENINGS = {
    "dot": "digraph {",
    "dagitty": "dag {",
    "gml": "graph [",
    "json": '{"nodes":[',
    "csv": "from,to\n",
    "causaleffect": "graph.formula(",
}


@pytest.mark.parametrize("form", FORMATS)
def test_reading_takes_linear_time_on_the_worst_of_its_classes(form: str) -> None:
    for piece in WORST:
        text = OPENINGS.get(form, "") + piece * (20_000 // len(piece))
        seconds = min(refused_or_read(text, given) for given in (form, None))
        assert seconds < 1, piece  # a quadratic reader needs many


def test_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for attack in (
        "__import__('os').system('touch canary')",
        "$(touch canary)",
        "`touch canary`",
        "system('touch canary')",
        "=cmd|'/C touch canary'!A1",
    ):
        for form in FORMATS:
            refused_or_read(attack, form)
            graph = ADMG.of(directed=[(attack, "Y")])
            assert ADMG.parse(graph.to(form)) == graph
    assert list(tmp_path.iterdir()) == []


@pytest.mark.torture
def test_a_thousand_hostile_names_survive_every_format_and_harm_no_picture() -> None:
    rng = random.Random(3)
    names = [name for name in HOSTILE if name]
    for _ in range(1000):
        name = "".join(rng.choices(names, k=rng.choice([1, 2, 3])))
        graph = ADMG.of(directed=[(name, "Y")], bidirected=[("Z", name)], nodes=[name * 2])
        for form in FORMATS:
            assert ADMG.parse(graph.to(form)) == graph, (form, name[:80])
        tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(graph.svg()).iter()}
        assert tags == {"svg", "g", "title", "rect", "text", "path"}


def test_a_cell_never_begins_as_a_formula_of_a_spreadsheet() -> None:
    for name in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"):
        row = ADMG.of(nodes=[name]).to("csv").splitlines()[1]
        assert row.startswith("\"'")


def test_markup_of_a_page_is_escaped_in_json() -> None:
    assert "<" not in ADMG.of(nodes=["</script><script>"]).to("json")


def test_there_can_be_too_much_of_everything() -> None:
    many = " ".join(f"V{i}" for i in range(sketch.MOST_NODES + 1))
    with pytest.raises(GraphSyntaxError, match="more than 20,000 variables"):
        ADMG.parse(f"dag {{ {many} }}")
    group = " ".join(f"V{i}" for i in range(1100))
    other = group.replace("V", "W")
    with pytest.raises(GraphSyntaxError, match="more than 1,000,000 edges"):
        ADMG.parse(f"{{{group}}} -> {{{other}}}")
    with pytest.raises(GraphSyntaxError, match="more than 1,000,000 edges"):
        ADMG.parse(f"graph.formula({group.replace(' ', ':')} -+ {other.replace(' ', ':')})")
    with pytest.raises(GraphSyntaxError, match="20,000,001 characters"):
        ADMG.parse(" " * (tokens.LONGEST_TEXT + 1))
