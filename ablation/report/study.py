"""The report of a study, on one page: what was asked, what came out, what failed, and how.

Everything that was planned appears (Nosek et al. 2018, "The preregistration revolution"): a reader
sees the failures and the gaps beside the findings. Equal trials give equal bytes.
"""

from pathlib import Path

from ablation.errors import AblationError
from ablation.pages.inline import Code
from ablation.pages.page import Page, Section
from ablation.report.depending import dependences
from ablation.report.findings import asked, lead, results
from ablation.report.record import fingerprint, gaps, method, reproducibility
from ablation.report.stated import stated
from ablation.statistics import contrasts, effects, interactions
from ablation.trials import Trials, require_trials


def write(trials: Trials, *, to: str | Path = "out/", level: float = 0.95) -> Path:
    """Write the report into a folder as report.html, or to a file whose name ends in .html.

    >>> from ablation import Component, LeaveOneOut, Metric, Study, Trials
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=1, config={"mlp": True})
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write(Trials(study, []), to=folder).name
    'report.html'
    """
    target = Path(to)
    path = target if target.suffix.lower() in (".html", ".htm") else target / "report.html"
    taken = next((each for each in path.parents if each.exists() and not each.is_dir()), None)
    if taken or path.is_dir():
        raise AblationError(
            f"the report cannot be written to {path}: {taken or path} is "
            f"{'a file' if taken else 'a folder'}. Give a folder, or a name that ends in .html."
        )
    return study_page(trials, level=level).save(path)


def study_page(trials: Trials, *, level: float = 0.95) -> Page:
    """Lay the report out: to be rendered, saved, or taken apart for a larger page.

    >>> from ablation import Component, LeaveOneOut, Metric, Study, Trials
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=1, config={"mlp": True})
    >>> study_page(Trials(study, [])).sections[0].title
    'What was asked'
    """
    require_trials(trials)
    study = trials.study
    table, pairs, beside = (
        estimate(trials, level=level) for estimate in (effects, interactions, contrasts)
    )
    found = [
        Section(f"What came out: {metric.name}", tuple(results(table, metric)))
        for metric in study.metrics
    ]
    together = [
        Section(f"How components depend on each other: {metric.name}", tuple(blocks))
        for metric in study.metrics
        if len(pairs)
        for blocks in [dependences(pairs, metric)]
    ]
    asked_too = [
        Section(f"What else was asked: {metric.name}", tuple(stated(beside, metric)))
        for metric in study.metrics
        if len(beside)
    ]
    return Page(
        title=study.question or f"Ablation study: {study.name}",
        lead=lead(trials, table),
        sections=(
            Section("What was asked", tuple(asked(trials))),
            *found,
            *together,
            *asked_too,
            Section("What failed, and what was not run", tuple(gaps(trials))),
            Section("How it was judged", tuple(method(table, study))),
            Section("How to repeat it", tuple(reproducibility(trials))),
        ),
        colophon=(f"Study {study.name}, definition ", Code(fingerprint(study)[:12]), "."),
    )
