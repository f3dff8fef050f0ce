"""A long log is taken into a store in large transactions; an interrupted import only goes on."""

from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest

from ablation import Component, LeaveOneOut, Metric, Study, Trial, read_log
from ablation.cli.importing import _progress
from ablation.logs import Log
from ablation.runner import adopting
from ablation.runner.adopting import adopt
from ablation.store import Store, verify
from ablation.store.rows import Row


def long_log(folder: Path, runs: int) -> tuple[Study, Log]:
    """A study and a log of it: two runs of every name, three of every seed."""
    study = Study(
        "long", "toy:train", [Component("a", switch="a")], LeaveOneOut(), [Metric("m")], runs // 3,
        config={"a": True},
    )  # fmt: skip
    rows = [f"r{each % (runs // 2)},{each % 2 == 0},{each // 3},{each}" for each in range(runs)]
    (folder / "long.csv").write_text("\n".join(["run,a,seed,m", *rows]))
    return study, read_log(folder / "long.csv")


def recorded(path: Path) -> tuple[Trial, ...]:
    with Store.read(path) as store:
        return store.trials("long")


def test_many_runs_are_recorded_with_few_syncs_and_watched(tmp_path: Path, monkeypatch) -> None:
    study, log = long_log(tmp_path, 9000)
    append_all = Store.append_all
    sizes: list[int] = []

    def counted(store: Store, trials: Sequence[Trial]) -> None:
        append_all(store, trials)
        sizes.append(len(trials))
        assert len(recorded(store.path)) == sum(sizes)  # others see what is said to be durable

    monkeypatch.setattr(Store, "append_all", counted)
    seen: list[int] = []
    adopt(study, log, tmp_path / "runs.db", watch=seen.append)
    assert sizes == seen == [4096, 4096, 808]
    assert verify(tmp_path / "runs.db").sound


@pytest.mark.parametrize("stop", [0, 1, 199, 200, 201, 599])
def test_an_interrupted_import_goes_on_to_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    monkeypatch.setattr(adopting, "_AT_ONCE", 200)
    study, log = long_log(tmp_path, 600)
    adopt(study, log, tmp_path / "whole.db")
    rows, insert = iter(range(600)), Store._insert

    def interrupted(store: Store, table: str, row: Row) -> None:
        if next(rows) == stop:
            raise KeyboardInterrupt
        insert(store, table, row)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_insert", interrupted)
        with pytest.raises(KeyboardInterrupt):
            adopt(study, log, tmp_path / "runs.db")
    kept = stop - stop % 200
    assert recorded(tmp_path / "runs.db") == recorded(tmp_path / "whole.db")[:kept]
    assert verify(tmp_path / "runs.db").sound
    again = adopt(study, log, tmp_path / "runs.db")
    assert (again.known, len(again.trials)) == (kept, 600 - kept)
    assert recorded(tmp_path / "runs.db") == recorded(tmp_path / "whole.db")
    assert adopt(study, log, tmp_path / "runs.db").known == 600


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_many_runs_are_dealt_with_and_a_file_nothing() -> None:
    terminal, file = Terminal(), StringIO()
    with _progress(terminal, 9000) as watch:
        for many in (4096, 4096, 808):
            watch(many)
    assert "8192/9000" in terminal.getvalue()
    assert "9000/9000" in terminal.getvalue()
    with _progress(file, 9000) as watch:
        assert watch is None
    assert not file.getvalue()
