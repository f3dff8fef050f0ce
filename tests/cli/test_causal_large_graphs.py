"""The command line answers in graphs of thousands of variables, and says what it left out."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from click.testing import CliRunner

import causal
from causal.cli import causal as command
from causal.cli.story import of_answer


def test_help_beside_a_hedge_of_thousands_looks_at_few_graphs_and_finds_what_is_near() -> None:
    names = [f"V{i}" for i in range(2001)]
    near = list(pairwise(names))
    answer = causal.identify(causal.ADMG.of(directed=near, bidirected=near), "P(V2000 | do(V0))")
    story = of_answer(answer)
    assert "Any one of these would make it computable:" in story
    assert "a reason to rule out V0 <-> V1" in story


def test_help_that_was_not_looked_for_to_the_end_is_not_called_absent() -> None:
    names = [f"V{i}" for i in range(3001)]
    near = list(pairwise(names))
    graph = causal.ADMG.of(directed=near, bidirected=[*near, *zip(names, names[2:], strict=False)])
    story = of_answer(causal.identify(graph, "P(V3000 | do(V0))"))
    assert "No single experiment" not in story
    found = causal.remedies(graph, "P(V3000 | do(V0))", budget=3)
    assert not found.complete


def test_remedies_in_a_large_graph_end_soon_and_say_that_there_may_be_more(tmp_path: Path) -> None:
    near = "\n".join(f"V{i} -> V{i + 1}; V{i} <-> V{i + 1}; V{i} <-> V{i + 2}" for i in range(3000))
    (tmp_path / "large.txt").write_text(near)
    arguments = ["remedies", str(tmp_path / "large.txt"), "P(V3000 | do(V0))", "--budget", "5"]
    done = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert done.return_value in (0, 3)
    assert "The search stopped early; there may be more." in done.output
