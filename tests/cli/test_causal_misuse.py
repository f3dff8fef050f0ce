"""Bad input gets one message that says where and what; nothing else reaches the terminal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from causal.cli import main

COMMAND = [sys.executable, "-m", "causal"]


def causal(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, **options
    )


MISUSES = {
    "a query that does not parse": (
        ["identify", "X -> Y", "P(Y | do(X)"],
        """Error: query:1:12: expected a comma or the closing ) of P(...), found the end
  P(Y | do(X)
             ^
""",
    ),
    "a graph that does not parse": (
        ["identify", "X -> -> Y", "P(Y)"],
        "Error: graph:1:6: expected a variable name, found '->'\n  X -> -> Y\n       ^\n",
    ),
    "an edge given twice": (
        ["identify", "X -> Y; X -> Y", "P(Y)"],
        """Error: graph:1:11: the edge X -> Y is given twice; delete one of them
  X -> Y; X -> Y
            ^
""",
    ),
    "a cycle": (
        ["identify", "A -> B -> C -> A", "P(C)"],
        """Error: graph:1:13: A -> B -> C -> A is a cycle; a causal graph has none
  A -> B -> C -> A
              ^
""",
    ),
    "an empty graph": (
        ["identify", "", "P(Y)"],
        'Error: graph:1:1: the graph is empty; write edges such as "X -> Y; X <-> Y"\n',
    ),
    "an unknown variable in a query": (
        ["identify", "Treatment -> Y", "P(Y | do(Treatmnet))"],
        """Error: query:1:10: Treatmnet is not in the graph, which has Treatment, Y. \
Did you mean Treatment?
  P(Y | do(Treatmnet))
           ^
""",
    ),
    "an unknown variable among several": (
        ["separated", "A -> B -> C", "A", "C", "--given", "B, Q"],
        "Error: --given:1:4: Q is not in the graph, which has A, B, C.\n  B, Q\n     ^\n",
    ),
    "an unknown variable in a list": (
        ["separated", "dose -> Y", "Dose", "Y"],
        (
            "Error: x:1:1: Dose is not in the graph, which has Y, dose. Did you mean dose?\n"
            "  Dose\n  ^\n"
        ),
    ),
    "a file that is not there": (
        ["identify", "study.txt", "P(Y)"],
        "Error: there is no file 'study.txt', and it is not a graph either\n",
    ),
    "one variable in two parts": (
        ["separated", "X -> Y", "X", "Y", "--given", "X"],
        "Error: X cannot be both in x and in given\n",
    ),
    "a part without a variable": (
        ["separated", "X -> Y", " ", "Y"],
        "Error: x names no variable\n",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), MISUSES.values(), ids=MISUSES)
def test_bad_input_is_one_message_on_stderr(
    arguments: list[str], message: str, tmp_path: Path
) -> None:
    ending = causal(*arguments, cwd=tmp_path)
    assert (ending.returncode, ending.stdout, ending.stderr) == (2, "", message)


def test_a_mistake_in_a_file_is_found_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "study.txt"
    path.write_text("X -> Y\nX <- > Y\n")
    ending = causal("identify", str(path), "P(Y)")
    assert ending.returncode == 2
    assert ending.stderr.startswith(f"Error: {path}:2:6: expected ->, <- or <->")


def test_a_folder_and_a_binary_file_are_not_graphs(tmp_path: Path) -> None:
    assert "Is a directory" in causal("identify", str(tmp_path), "P(Y)").stderr
    binary = tmp_path / "picture.png"
    binary.write_bytes(b"\x89PNG\r\n\xff")
    ending = causal("identify", str(binary), "P(Y)")
    assert (ending.returncode, ending.stdout) == (2, "")
    assert ending.stderr == f"Error: {binary} is not text in UTF-8 (byte 0)\n"


def test_a_graph_may_come_from_standard_input() -> None:
    ending = causal("identify", "-", "P(Y | do(X))", input="X -> Y\n")
    assert (ending.returncode, ending.stderr) == (0, "")
    assert "P(Y | do(X)) = P(Y | X)" in ending.stdout


def test_a_narrow_encoding_still_gets_its_formula() -> None:
    ending = causal(
        "identify", "Z -> X -> Y; Z -> Y", "P(Y | do(X))",
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip
    assert ending.returncode == 0
    assert "\\u03a3_{Z}" in ending.stdout


def test_control_c_ends_with_one_line() -> None:
    with subprocess.Popen(
        [*COMMAND, "identify", "-", "P(Y)"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        with pytest.raises(subprocess.TimeoutExpired):  # it waits for its graph
            process.wait(timeout=1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == ("", "Interrupted.\n")


def test_control_c_while_pages_are_opened_ends_with_the_same_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("causal.cli.start.main", stopped)
    with pytest.raises(SystemExit) as ending:
        main()
    assert (ending.value.code, capsys.readouterr().err) == (130, "Interrupted.\n")


@pytest.mark.parametrize("arguments", [["--help"], ["identify", "X -> Y", "P(Y | do(X))"]])
def test_a_closed_pipe_ends_quietly(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ending = subprocess.run(
            [*COMMAND, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(writing)
    assert (ending.returncode, ending.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_one_message_and_not_a_no() -> None:
    with Path("/dev/full").open("w") as full:
        ending = subprocess.run(
            [*COMMAND, "identify", "X -> Y", "P(Y)"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ending.returncode, ending.stderr) == (70, "Error: No space left on device\n")
