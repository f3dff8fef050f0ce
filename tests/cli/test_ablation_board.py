"""On a terminal a study is a table that is redrawn: trials, rate, time left, effects so far."""

import re
from io import StringIO

import pytest

from ablation import Component, LeaveOneOut, Metric, Study, effects
from ablation.cli.board import Board
from ablation.plan import plan
from ablation.runner.progress import Progress
from ablation.trial import Trial
from ablation.trials import Trials

NAMES = ["attention", "mlp [red]", "norm"]


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "20")
    monkeypatch.delenv("NO_COLOR", raising=False)


def study(names: list[str]) -> Study:
    parts = [Component(name, switch=name) for name in names]
    config = dict.fromkeys(names, True)
    return Study("toy", "t:t", parts, LeaveOneOut(), [Metric("score")], 4, config=config)


def ended(stated: Study) -> list[Trial]:
    return [
        Trial(
            study="toy",
            condition=each.condition,
            component=each.component,
            seed=each.seed,
            status="done",
            metrics={
                "score": 0.9 - 0.1 * (each.component == "attention") + 0.01 * ((7 * number) % 5)
            },
        )
        for number, each in enumerate(plan(stated).trials)
    ]


def drawn(stated: Study, counts: list[int], every_s: float = 1.0) -> str:
    stream, trials = Terminal(), ended(stated)
    board = Board(stream, stated)
    for number, count in enumerate(counts):
        board(
            Progress(
                study="toy",
                total=len(trials),
                done=count,
                failed=0,
                running=("baseline, seed 3",) if count < len(trials) else (),
                ended=count,
                elapsed_s=number * every_s,
                trials=trials[:count],
            )
        )
    board.close()
    return stream.getvalue()


def plainly(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_the_last_table_has_the_effects_of_the_trials_and_stays() -> None:
    stated = study(NAMES)
    shown = plainly(drawn(stated, [0, 4, 16]))
    assert "16 of 16 done, 0 failed" in shown
    table = effects(Trials(stated, ended(stated))).set_index("component")
    last = shown[shown.rindex("component") :]
    for name in NAMES:
        row = table.loc[name]
        assert f"{row['effect']:.4g}" in last
        assert f"{row['lower']:.4g} to {row['upper']:.4g}" in last
        assert name in last  # square brackets are text here, not colours


def test_no_verdict_is_shown_while_a_study_runs_nor_so_far_once_it_has() -> None:
    shown = plainly(drawn(study(NAMES), [8]))
    assert "so far" in shown
    assert not re.search("matters|hurts|equivalent|undecided", shown)
    assert "so far" not in plainly(drawn(study(NAMES), [16]))


def test_a_low_terminal_gets_as_many_rows_as_it_has_room_for() -> None:
    many = study([f"part{index}" for index in range(40)])
    shown = plainly(drawn(many, [164]))
    last = shown[shown.rindex("component") :]
    assert last.count("part") == 14
    assert "and 26 more" in last


def test_it_is_drawn_four_times_a_second_at_most_and_the_cursor_comes_back() -> None:
    shown = drawn(study(NAMES), [*range(17)], every_s=0.05)
    assert plainly(shown).count("of 16 done") <= 6
    assert shown.rindex("\x1b[?25h") > shown.rindex("\x1b[?25l")


def test_a_study_that_had_nothing_to_run_shows_nothing() -> None:
    assert drawn(study(NAMES), []) == ""


@pytest.mark.parametrize(("stream", "term"), [(StringIO(), "xterm"), (Terminal(), "dumb")])
def test_a_log_or_a_dumb_terminal_does_not_suit(
    monkeypatch: pytest.MonkeyPatch, stream: StringIO, term: str
) -> None:
    monkeypatch.setenv("TERM", term)
    assert not Board.suits(stream)
