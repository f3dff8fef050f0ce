"""``causal`` says what the library says, with an exit code that a script can read."""

from __future__ import annotations

import json

import pytest
from strategies.commands import Run, runner

import causal
from causal.checker import check

NAPKIN = "W -> Z -> X -> Y; W <-> X; W <-> Y"
BOW = "X -> Y; X <-> Y"
KEYS = ["schema", "answer", "query", "estimand", "latex", "free", "derivation", "hedge"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.mark.parametrize("name", sorted(causal.examples()))
def test_a_verdict_and_its_formula_are_the_ones_of_the_library(run: Run, name: str) -> None:
    graph = causal.examples()[name]
    query = f"P({graph.nodes[-1]} | do({graph.nodes[-2]}))"
    code, out, err = run("identify", str(graph), query, "--json")
    record = json.loads(out)
    assert err == ""
    assert list(record) == KEYS
    assert (record["schema"], record["query"]) == (1, query)
    match causal.identify(graph, query):
        case causal.Identified() as answer:
            assert code == 0
            assert record["answer"] == "identified"
            assert record["estimand"] == str(answer.estimand)
            assert record["latex"] == answer.estimand.latex()
            assert record["free"] == sorted(answer.free)
            assert record["derivation"] == answer.derivation.to_list()
            assert record["hedge"] is None
        case causal.NotIdentified() as answer:
            assert code == 1
            assert record["answer"] == "not-identified"
            assert (record["estimand"], record["latex"]) == (None, None)
            assert set(record["hedge"]["outer"]) == answer.hedge.outer
            assert set(record["hedge"]["inner"]) == answer.hedge.inner
        case answer:
            pytest.fail(f"a textbook graph is undecided: {answer}")


def test_the_textbook_graphs_hold_a_yes_and_a_no(run: Run) -> None:
    assert run("identify", NAPKIN, "P(Y | do(X))").code == 0
    assert run("identify", BOW, "P(Y | do(X))").code == 1


def test_a_formula_is_shown_with_what_it_does_not_depend_on(run: Run) -> None:
    out = run("identify", NAPKIN, "P(Y | do(X))").out
    assert out.startswith("Identified.")
    assert str(causal.identify(causal.ADMG.parse(NAPKIN), "P(Y | do(X))")) in out
    assert "Any value of Z gives the same number." in out


def test_a_no_shows_its_hedge_in_words(run: Run) -> None:
    out = run("identify", BOW, "P(Y | do(X))").out
    assert out.startswith("Not identified.")
    assert "{X, Y} around {Y}" in out
    assert "share hidden causes" in out


def test_a_derivation_gives_every_step_its_reason(run: Run) -> None:
    record = json.loads(run("identify", NAPKIN, "P(Y | do(X))", "--json").out)
    keys = {"rule", "from", "to", "separation", "cut_in", "cut_out", "why"}
    assert [step.keys() for step in record["derivation"]] == [keys] * len(record["derivation"])
    assert all(step["why"] for step in record["derivation"])
    out = run("identify", NAPKIN, "P(Y | do(X))", "--proof").out
    assert [step["why"] for step in record["derivation"] if f"[{step['why']}]" not in out] == []


def test_latex_is_the_formula_alone(run: Run) -> None:
    out = run("identify", "X -> Y", "P(Y | do(X))", "--latex").out
    assert out == "P(Y \\mid X)\n"


@pytest.mark.parametrize(("graph", "code"), [(NAPKIN, 0), (BOW, 1)])
def test_a_certificate_is_what_the_checker_verifies(run: Run, graph: str, code: int) -> None:
    ending = run("identify", graph, "P(Y | do(X))", "--certificate")
    assert ending.code == code
    assert check(json.loads(ending.out))


def test_of_several_shapes_the_last_one_counts(run: Run) -> None:
    out = run("identify", "X -> Y", "P(Y | do(X))", "--json", "--latex").out
    assert out == "P(Y \\mid X)\n"


def test_undecided_has_an_exit_code_and_a_reason_of_its_own(run: Run) -> None:
    question = ("identify", "Z -> X -> Y", "P(Y[X=Z[]]=1)")
    code, out, _ = run(*question, "--json")
    record = json.loads(out)
    assert code == 3
    assert record["answer"] == "undecided"
    assert list(record) == [*KEYS, "reason"]
    assert record["reason"]
    assert record["reason"] in " ".join(run(*question).out.split())


def test_separation_is_a_yes(run: Run) -> None:
    code, out, _ = run("separated", "X -> Z -> Y", "X", "Y", "--given", "Z")
    assert (code, out) == (0, "Separated. X and Y given Z: every path is blocked.\n")


def test_a_connection_is_a_no_with_the_open_path_as_witness(run: Run) -> None:
    code, out, _ = run("separated", "X -> C <- Y; C -> D", "X", "Y", "--given", "D")
    assert code == 1
    assert "X -> C <- Y" in out
    assert "the collider C has D given below it" in out


def test_separation_as_json_names_the_sides_and_the_path(run: Run) -> None:
    connected = json.loads(run("separated", "X -> C <- Y", "X", "Y", "--given", "C", "--json").out)
    assert connected == {
        "schema": 1,
        "answer": "connected",
        "x": ["X"],
        "y": ["Y"],
        "given": ["C"],
        "path": {
            "text": "X -> C <- Y",
            "nodes": ["X", "C", "Y"],
            "arrows": ["->", "<-"],
            "colliders": [{"collider": "C", "opened_by": "C"}],
        },
    }
    apart = json.loads(run("separated", "X -> C <- Y", "X", "Y", "--json").out)
    assert (apart["answer"], apart["path"]) == ("separated", None)


@pytest.mark.parametrize(
    "arguments",
    [
        ["blood pressure", "Y", "--given", "A,B"],
        ["blood pressure", "Y", "--given", "B , A"],
        ['"blood pressure"', "Y", "--given", "A", "--given", "B"],
    ],
)
def test_names_may_have_spaces_and_lists_may_have_commas(run: Run, arguments: list[str]) -> None:
    graph = '"blood pressure" -> {A, B} -> Y'
    code, out, _ = run("separated", graph, *arguments)
    assert (code, out.split(":")[0]) == (0, 'Separated. "blood pressure" and Y given A, B')


def test_a_graph_may_come_from_a_file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("a folder") / "study.txt"
    path.write_text("# the napkin\nW -> Z -> X -> Y\nW <-> {X, Y}\n")
    assert run("identify", str(path), "P(Y | do(X))") == run("identify", NAPKIN, "P(Y | do(X))")


@pytest.mark.parametrize("arguments", [["--help"], ["identify", "--help"], ["separated", "-h"]])
def test_help_shows_an_example_and_the_exit_codes(run: Run, arguments: list[str]) -> None:
    code, out, _ = run(*arguments)
    assert code == 0
    assert "Examples:\n    causal " in out
    assert "Exit code: 0 answered, 1 answered" in out


def test_the_version_is_the_installed_one(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version").out == f"causal {version('causal-ablation')}\n"


def test_no_answer_says_none(run: Run) -> None:
    for query in ("P(Y)", "P(Y | do(X))", "P(Y[X=1] | X=0)", "P(X | Y)"):
        for graph in (BOW, "X -> Y", "X; Y"):
            assert "None" not in run("identify", graph, query).out
