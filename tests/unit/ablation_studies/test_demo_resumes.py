"""The demo may be stopped anywhere: it goes on where it was, and ends with the same page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ablation.studies.demo import demo
from ablation.studies.demo.part import Scale
from ablation.studies.digits import training, weights
from ablation.studies.digits.transformer import VisionTransformer

TINY = Scale(seeds=2, epochs=1, images=50, runs=40, close_calls=2, draws=40, rows=500)
RETRAINED, NETWORK, LOGGED = 2 * (1 + 9), 1, 2 * 40


class Trainings:
    """Counts the trainings that ended, and stops the one that it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ended, self.stop_at = 0, -1
        self._fitted = training.fitted
        monkeypatch.setattr(training, "fitted", self)
        monkeypatch.setattr(weights, "fitted", self)

    def __call__(self, *asked: object) -> VisionTransformer:
        if self.ended == self.stop_at:
            raise KeyboardInterrupt
        network = self._fitted(*asked)
        self.ended += 1
        return network


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trainings]:
    return Trainings(monkeypatch)


def shown(folder: Path) -> tuple[list[str], bytes]:
    lines: list[str] = []
    path = demo(folder, workers=0, tell=lines.append, scale=TINY)
    return lines[:-1], path.read_bytes()


def test_a_demo_that_is_stopped_anywhere_trains_nothing_twice_and_ends_the_same(
    tmp_path: Path, trainings: Trainings
) -> None:
    whole = shown(tmp_path / "whole")
    assert trainings.ended == RETRAINED + NETWORK + LOGGED
    trainings.ended = 0
    for trainings.stop_at in (0, 7, RETRAINED, RETRAINED + NETWORK + 30):
        with pytest.raises(KeyboardInterrupt):
            shown(tmp_path / "stopped")
    trainings.stop_at = -1
    assert shown(tmp_path / "stopped") == whole
    assert trainings.ended == RETRAINED + NETWORK + LOGGED
    trainings.stop_at = trainings.ended  # whatever trains now, raises
    assert shown(tmp_path / "stopped") == whole
