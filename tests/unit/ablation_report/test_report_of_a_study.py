"""The report of a study says what was asked, found, failed and not run; the same every time."""

from pathlib import Path

import pytest
from strategies.handmade_trials import made
from strategies.reading_html import Reading

import ablation
from ablation import Component, LeaveOneOut, Metric, Study, Trials
from ablation.errors import AblationError

BASE = [0.90, 0.92, 0.91, 0.93, 0.90]
RUNS = {
    "baseline": BASE,
    "attention": [0.7, 0.72, 0.69, 0.75, 0.71],
    "augmentation": [0.95, 0.96, 0.97, 0.97, 0.95],
    "dropout": [0.901, 0.919, 0.911, 0.929, 0.9],
    "mlp": [0.89, None, 0.93, 0.92],
}
ERROR = "FloatingPointError: loss is nan\nTraceback (most recent call last):\n  File 'x'"


def page(trials: Trials, folder: Path) -> str:
    return ablation.report(trials, to=folder).read_text(encoding="utf-8")


def test_the_report_says_each_verdict_in_words_and_shouts_about_harm(tmp_path: Path) -> None:
    html = page(made(RUNS, seeds=5, error=ERROR), tmp_path)
    text = Reading(html).text
    assert "Without attention , accuracy falls from 0.9120 to 0.7140" in text
    assert '<aside class="warning">' in html
    assert "augmentation does harm. Without augmentation , accuracy rises from" in text
    assert "1 component makes no difference that matters. Without dropout" in text
    assert "1 component stays undecided. Without mlp" in text


def test_what_could_not_be_estimated_is_not_called_undecided(tmp_path: Path) -> None:
    never = [None] * 5
    runs = {**RUNS, "norm": never, "attention": never, "mlp": [0.89, 0.95, 0.93, 0.92, 0.85]}
    text = Reading(page(made(runs, seeds=5), tmp_path)).text
    lead = text[: text.index("What was asked")]
    assert "2 could not be estimated: every trial failed (attention and norm)" in lead
    assert "1 stays undecided (mlp)" in lead
    assert "2 components could not be estimated. attention : not estimated" in text
    assert text.count("– – not estimated") == 2


def test_why_there_is_no_estimate_is_said_only_where_all_share_the_reason(tmp_path: Path) -> None:
    never, none = [None] * 5, list[float | None]()
    text = Reading(page(made({**RUNS, "norm": never, "mlp": none}, seeds=5), tmp_path)).text
    assert "2 could not be estimated (mlp and norm)" in text
    text = Reading(page(made({**RUNS, "mlp": none}, seeds=5), tmp_path)).text
    assert "1 could not be estimated: no trial was run (mlp)" in text


def test_failures_and_gaps_are_on_the_page(tmp_path: Path) -> None:
    text = Reading(page(made(RUNS, seeds=5, error=ERROR), tmp_path)).text
    assert "1 trial failed." in text
    assert "without mlp 1 1 FloatingPointError: loss is nan" in text
    assert "File 'x'" in text
    assert "without mlp: seed 4 has no trial yet." in text


def test_a_component_that_no_trial_can_realise_is_said_not_to_be_run(tmp_path: Path) -> None:
    study = Study(
        "toy", "toy:train",
        [Component("mlp", switch="mlp"), Component("heads", module="blocks.*.attn")],
        LeaveOneOut(), [Metric("accuracy")], seeds=1, config={"mlp": True},
        question="Is it <needed>?",
    )  # fmt: skip
    text = Reading(page(Trials(study, []), tmp_path)).text
    assert "Is it <needed>?" in text
    assert "heads has no switch" in text
    assert "0 trials run of 2 planned" in text
    assert "heads : not estimated: no trial was run without it." in text


def test_equal_trials_give_equal_bytes_wherever_they_are_written(tmp_path: Path) -> None:
    one = ablation.report(made(RUNS, seeds=5), to=tmp_path / "a")
    two = ablation.report(made(RUNS, seeds=5), to=tmp_path / "b" / "mine.html")
    assert one.name == "report.html"
    assert one.read_bytes() == two.read_bytes()


def test_a_place_that_cannot_hold_a_report_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "dir.html").mkdir()
    for to in ("taken", "taken/deeper", "dir.html"):
        with pytest.raises(AblationError, match="cannot be written"):
            ablation.report(made(RUNS, seeds=5), to=tmp_path / to)
    assert (tmp_path / "taken").read_text() == "mine"


def test_every_metric_has_its_section_its_figure_and_its_tables(tmp_path: Path) -> None:
    both = [Metric("accuracy", equivalence=0.01), Metric("loss", higher_is_better=False)]
    read = Reading(page(made(RUNS, *both, seeds=5), tmp_path))
    assert "What came out: accuracy" in read.text
    assert "What came out: loss" in read.text
    assert read.count("figure") == 2
    assert read.count("table") == 1 + 2 * 2 + 2


def test_a_component_that_holds_the_runs_steady_is_pointed_out(tmp_path: Path) -> None:
    steady = {f"s{k}": [v - 0.1 + 0.002 * ((i * k) % 5) for i, v in enumerate(BASE)]
              for k in (1, 2, 3)}  # fmt: skip
    runs = {"baseline": BASE, "residual": [0.9, 0.5, 0.8, 0.2, 0.85], **steady}
    text = Reading(page(made(runs, seeds=5), tmp_path)).text
    assert (
        "residual may be what holds the runs steady: without it, accuracy differs far more" in text
    )
    assert "s1 may be" not in text
