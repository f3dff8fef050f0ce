"""``causal remedies`` says what the library says would help, latents by their names."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import causal
from causal.cli import causal as command

EFFECT = "P(Y | do(X))"
NAPKIN_LIKE = "Z -> X -> Y; Z <-> X; Z <-> Y"


def run(*arguments: str):
    return CliRunner().invoke(command, ["remedies", *arguments], standalone_mode=False)


def test_every_kind_of_change_is_listed() -> None:
    done = run(NAPKIN_LIKE, EFFECT)
    assert done.return_value == 0
    assert done.output == (
        "Any one of these would make P(Y | do(X)) computable.\n\n"
        "Measure\n\n  what X and Z share\n  what Y and Z share\n\n"
        "Randomise\n\n  Z\n\n"
        "Rule out\n\n  Z <-> X\n  Z <-> Y\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("U -> {X, Y}; V -> Y; X -> Y", EFFECT, "--latent", "U,V"),
        ("dag { U [latent] V [latent] X <- U -> Y; V -> Y; X -> Y }", EFFECT),
    ],
)
def test_a_latent_is_named_whether_the_graph_declares_it_or_the_command(arguments) -> None:
    done = run(*arguments)
    assert done.return_value == 0
    assert "Measure\n\n  U\n\nRule out\n\n  X <-> Y\n" in done.output


def test_the_record_is_that_of_the_library() -> None:
    record = json.loads(run(NAPKIN_LIKE, EFFECT, "--json").output)
    found = causal.remedies(causal.ADMG.parse(NAPKIN_LIKE), EFFECT)
    assert record == {"schema": 1, "answer": "listed", "query": EFFECT} | found.to_dict()


def test_what_is_identified_needs_nothing() -> None:
    done = run("X -> Y", EFFECT)
    assert done.output.startswith("Nothing is needed")
    assert json.loads(run("X -> Y", EFFECT, "--json").output)["answer"] == "identified"


def test_a_search_that_was_cut_off_is_undecided() -> None:
    names = [f"V{i}" for i in range(12)]
    arrows = " -> ".join(names)
    clique = "; ".join(f"{a} <-> {b}" for i, a in enumerate(names) for b in names[:i])
    done = run(f"{arrows}; {clique}", "P(V11 | do(V5))")
    assert done.return_value == 3
    assert done.output.startswith("Nothing single was found")
    assert "stopped early" in done.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("U -> {X, Y}; X -> Y", "P(Y | do(U))", "--latent", "U"), "U"),
        (("X -> Y", EFFECT, "--latent", "Q"), "Q is not in the graph"),
        (("X", "P(X)", "--latent", "X"), "every variable is latent"),
    ],
)
def test_misuse_is_one_message(arguments, says) -> None:
    done = run(*arguments)
    assert says in str(done.exception)
