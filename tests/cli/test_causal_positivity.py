"""``causal positivity`` counts the rows that a formula needs."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from causal.cli import causal

GRAPH = "Z -> X -> Y; Z -> Y"


@pytest.fixture
def rows(tmp_path: Path) -> str:
    table = pd.DataFrame({"X": [0, 0, 1, 1], "Z": [0, 1, 1, 1], "Y": [0, 1, 1, 0]})
    table.to_csv(tmp_path / "study.csv", index=False)
    return str(tmp_path / "study.csv")


def run(*arguments: str):
    return CliRunner().invoke(causal, ["positivity", *arguments], standalone_mode=False)


def test_empty_cells_come_first_and_the_exit_code_says_so(rows: str) -> None:
    done = run(GRAPH, "P(Y=1 | do(X=1))", "--data", rows)
    assert done.return_value == 1
    assert done.output == (
        "Some cells that the formula needs are empty, of 4 rows in all.\n\n"
        "  P(Y=1 | do(X=1)) = Σ_{Z} P(Y=1 | X=1, Z) P(Z)\n\n"
        "    rows\n"
        "       0  P(Y=1 | X=1, Z) at Z = 0\n"
        "       2  P(Y=1 | X=1, Z) at Z = 1\n"
    )


def test_where_all_are_filled_the_exit_code_is_zero(rows: str) -> None:
    done = run(GRAPH, "P(Y=1 | do(X=0))", "--data", rows, "--limit", "1")
    assert done.return_value == 0
    assert done.output.startswith("Every cell that the formula needs has rows, of 4 in all.")
    assert done.output.endswith("There are 1 more; --limit shows them.\n")


def test_json_counts_part_by_part(rows: str) -> None:
    record = json.loads(run(GRAPH, "P(Y=1 | do(X=1))", "--data", rows, "--json").output)
    assert (record["answer"], record["rows"]) == ("empty-cells", 4)
    [part] = record["parts"]
    assert part["needed"] == [{"at": ["0"], "rows": 0}, {"at": ["1"], "rows": 2}]
    assert part["empty"] == 1


def test_where_there_is_no_formula_the_answer_is_no(rows: str) -> None:
    done = run("X -> Y; X <-> Y", "P(Y | do(X))", "--data", rows)
    assert done.return_value == 1
    assert done.output.startswith("Not identified.")
    record = json.loads(run("X -> Y; X <-> Y", "P(Y | do(X))", "--data", rows, "--json").output)
    assert record["answer"] == "not-identified"


def test_a_column_that_is_not_there_is_named(rows: str) -> None:
    done = run("X -> Q", "P(Q | do(X))", "--data", rows)
    assert "Q is not in the data, which has X, Z, Y" in str(done.exception)
