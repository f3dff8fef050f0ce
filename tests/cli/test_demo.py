"""`ablation demo` tells its story line by line, stops cleanly, and says what it lacks."""

import sys
from pathlib import Path

import pytest

from ablation.cli import main
from ablation.runner.progress import Progress
from ablation.studies import demo as room


def demo(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["ablation", "demo", *arguments])
    with pytest.raises(SystemExit) as ending:
        main()
    assert isinstance(ending.value.code, int)
    return ending.value.code


def ended(study: str) -> Progress:
    return Progress(study=study, total=1, done=1, failed=0, running=(), ended=1, elapsed_s=9.0)


def test_a_story_stands_on_stdout_and_its_progress_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def story(folder, *, workers, tell, watch):
        for study in ("first", "second"):
            tell(f"{study} part")
            watch(
                Progress(study=study, total=1, done=1, failed=0, running=(), ended=1, elapsed_s=9)
            )
        tell(f"{workers} workers, {folder.name}")

    monkeypatch.setattr(room, "demo", story)
    assert demo(monkeypatch, "--out", str(tmp_path / "here"), "--workers", "3") == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[1:] == ["first part", "second part", "3 workers, here"]
    for study in ("first", "second"):
        assert f"{study}: 1 of 1 done, 0 failed" in said.err


def test_ctrl_c_says_that_the_same_command_continues(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def story(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "demo", story)
    assert demo(monkeypatch, "--out", str(tmp_path)) == 130
    assert "the same command continues" in capsys.readouterr().out.splitlines()[-1]


def test_without_torch_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("ablation.studies.demo")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert demo(monkeypatch) == 2
    assert 'torch is not installed: pip install "causal-ablation[torch]"' in capsys.readouterr().err
