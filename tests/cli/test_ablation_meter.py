"""Progress is one line redrawn on a terminal, and a plain line every ten seconds elsewhere."""

from io import StringIO

import pytest

from ablation.cli.meter import Meter
from ablation.runner.progress import Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def state(done: int, elapsed_s: float, failed: int = 0) -> Progress:
    return Progress(
        study="toy", total=60, done=done, failed=failed, running=("baseline, seed 3",),
        ended=done + failed, elapsed_s=elapsed_s,
    )  # fmt: skip


def shown(stream: StringIO, states: list[Progress]) -> list[str]:
    meter = Meter(stream)
    for each in states:
        meter(each)
    meter.close()
    return stream.getvalue().replace("\r\x1b[K", "\n").strip("\n").split("\n")


def test_a_log_gets_the_first_state_one_line_in_ten_seconds_and_the_last() -> None:
    lines = shown(StringIO(), [state(second, second) for second in range(35)])
    assert len(lines) == 5
    assert lines[1] == "toy: 10 of 60 done, 0 failed, 1 running, 1.0/s, 50 s left"
    assert lines[-1].startswith("toy: 34 of 60 done")


def test_a_terminal_gets_one_line_that_is_drawn_at_most_ten_times_a_second() -> None:
    stream = Terminal()
    lines = shown(stream, [state(tick // 20, tick / 100) for tick in range(200)])
    assert stream.getvalue().count("\n") == 1
    assert 15 <= len(lines) <= 22


def test_the_bar_shows_what_is_done_and_what_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    *_, line = shown(Terminal(), [state(30, 60, failed=1)])
    assert line.startswith("[############x...........] toy: 30 of 60 done, 1 failed")
    assert line.endswith("56 s left")


@pytest.mark.parametrize("columns", ["20", "40", "80"])
def test_a_narrow_terminal_keeps_it_on_one_line(
    monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert all(
        len(line) < int(columns) for line in shown(Terminal(), [state(30, 60), state(59, 61)])
    )


def slow(oldest_s: float, typical_s: float | None) -> str:
    return str(
        Progress(
            study="toy", total=60, done=4, failed=0, running=("baseline, seed 3", "other, seed 3"),
            ended=4, elapsed_s=400, oldest_s=oldest_s, typical_s=typical_s,
        )
    )  # fmt: skip


@pytest.mark.parametrize(("oldest_s", "typical_s"), [(301, 100), (11, 0.1), (11, None)])
def test_a_trial_that_runs_much_longer_than_the_others_is_named(
    oldest_s: float, typical_s: float | None
) -> None:
    line = slow(oldest_s, typical_s)
    assert "2 running, one for " in line
    assert line.endswith(" left (baseline, seed 3)")


@pytest.mark.parametrize(("oldest_s", "typical_s"), [(299, 100), (9, 0.1), (9, None)])
def test_a_trial_that_runs_as_long_as_the_others_is_not(
    oldest_s: float, typical_s: float | None
) -> None:
    line = slow(oldest_s, typical_s)
    assert "one for" not in line
    assert "(" not in line


def test_nothing_is_shown_of_a_study_that_had_nothing_to_run() -> None:
    assert shown(StringIO(), []) == [""]
