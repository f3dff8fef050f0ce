"""What failed, what was not run, how it was judged, how to repeat it: the part that is checked."""

import platform
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib.metadata import version

import pandas as pd

from ablation.canonical import Json, canonical
from ablation.errors import listed
from ablation.pages.blocks import Aside, Block, Facts, Listing, Preformatted, Prose, Table
from ablation.pages.inline import Code, Text
from ablation.pages.numbers import count, percent
from ablation.pages.visible import one_line
from ablation.plan import lay_out
from ablation.report.sentences import counted
from ablation.study import Study
from ablation.trials import Trials

_VERDICTS = (
    "matters: without the component the metric is worse by more than the region of practical "
    "equivalence; hurts: it is better by more than that; equivalent: the whole interval lies in "
    "the region; undecided: none of these, which is not the same as no effect."
)
_ASSUMED = (
    "Assumed: differences are roughly normal, and seeds are independent. Examples of one test set "
    "are not independent runs, and are not counted as such."
)
_GIVEN_OTHERS = (
    "Leaving one out shows a component's effect given all the others. Two components that stand in "
    "for each other both look unimportant; two that need each other both look decisive."
)
_READING = (_VERDICTS, _ASSUMED)
_OF_ONE_TRIAL = {"order", "streams"}
_BUILT_ON = ("causal-ablation", "numpy", "pandas", "scipy")


def gaps(trials: Trials) -> Iterator[Block]:
    """Every trial that failed, with its error; every condition that no trial realised."""
    failed = trials.failed
    if failed:
        yield Prose(
            f"{counted(len(failed), 'trial')} failed. A failure may be an effect of what was "
            "switched off; the other seeds of that condition are then the lucky ones."
        )
        yield Table(
            pd.DataFrame(
                {
                    "condition": [trial.condition for trial in failed],
                    "seed": [trial.seed for trial in failed],
                    "attempt": [trial.attempt for trial in failed],
                    "error": [Code(_first_line(trial.error)) for trial in failed],
                }
            ),
            "Trials that failed.",
            formats={"seed": "d"},
        )
        for trial in failed:
            if trial.error and "\n" in trial.error.strip():
                where = f"Traceback: {trial.condition}, seed {trial.seed}"
                yield Preformatted(trial.error.strip(), summary=where)
    missing: dict[str, list[int]] = {}
    for each in trials.missing:
        missing.setdefault(each.condition, []).append(each.seed)
    lines: list[Text] = [
        f"{condition}: seed {', '.join(map(str, sorted(seeds)))} has no trial yet."
        for condition, seeds in missing.items()
    ]
    lines += [f"{each.condition}: {each.reason}." for each in lay_out(trials.study).not_run]
    if lines:
        yield Prose("These were not run, and nothing here says anything about them:")
        yield Listing(lines)
    if not failed and not lines:
        yield Prose("Nothing failed, and every planned trial was run.")


def method(table: pd.DataFrame, study: Study) -> Iterator[Block]:
    """How the numbers were made and what they assume."""
    level = percent(float(table.attrs["level"]))
    used = sorted(set(table["method"]))
    yield Prose(
        "The unit is the seed. For each component the differences of the two conditions on their "
        "shared seeds are averaged: differences, not levels, since a seed's luck is in both. "
        f"Intervals are made to hold in {level} of studies like this one, for each component by "
        "itself. So is equivalent. The verdicts matters and hurts ask whether the difference is "
        f"larger than the region, in both directions, and {_corrected(study, level)} The p of the "
        "table asks only whether there is any difference at all, and is adjusted by Holm."
    )
    if study.streams.crossed:
        yield Prose(
            f"Seeds are crossed by {listed(study.streams.crossed)}, so blocks share levels of "
            "these. Intervals count the levels: they hold for further levels too, and are wide "
            "where there are few."
        )
    if any(each.startswith("moderated paired t") for each in used):
        yield Prose(
            "A few seeds hardly show how noisy one component is, so the components share what they "
            "know (moderated t, Smyth 2004): the others have at most a quarter of the say, and "
            "never make a component look steadier than it was. One whose variance is more than "
            "six times the median keeps its own spread and is marked."
        )
    reading = (*_READING, _GIVEN_OTHERS) if table.attrs["one_by_one"] else _READING
    yield Listing((*reading, *_correlations(table)))
    notes = table[table["note"] != ""]
    if len(notes):
        yield Table(
            notes[["component", "metric", "note"]].reset_index(drop=True),
            "Remarks on single estimates.",
        )


def _corrected(study: Study, level: str) -> str:
    """What the stated correction promises of the verdicts."""
    if study.correction == "none":
        return (
            "are not adjusted, as the study states: each holds by itself, and among many "
            "components some are false."
        )
    name = {"benjamini-hochberg": "Benjamini and Hochberg"}.get(
        study.correction, study.correction.capitalize()
    )
    how = f"are adjusted for all components of a metric together ({name}):"
    if study.correction == "benjamini-hochberg":
        return f"{how} of all that are made, {level} are right on average."
    return f"{how} {level} of studies should make no false one."


def _correlations(table: pd.DataFrame) -> Iterator[Text]:
    for metric, facts in table.attrs["metrics"].items():
        if facts["rho"] == facts["rho"]:
            yield (
                f"Mean correlation of {metric} between baseline and ablated seeds: "
                f"{facts['rho']:.2f}".replace("-", "−")
                + ". The higher, the more pairing gains."
            )


def reproducibility(trials: Trials) -> Iterator[Block]:
    """What another person needs to run the same study."""
    study = trials.study
    yield Facts(
        (
            ("study", study.name),
            ("definition (SHA-256)", Code(fingerprint(study))),
            ("system", Code(study.system)),
            ("seeds", ", ".join(map(str, study.seeds))),
            ("configuration", Code(canonical(study.config))),
            ("time, all trials", _time(trials)),
            *((name, Code(value)) for name, value in _environment(trials)),
            ("this page", ", ".join(f"{name} {version(name)}" for name in _BUILT_ON)),
        )
    )
    yield Aside(
        "Equal trials and equal versions give this page byte for byte. The digest covers "
        "everything that was stated before the first run: a changed study has another."
    )


def fingerprint(study: Study) -> str:
    """SHA-256 of everything that the study states: another digest is another study."""
    return sha256(study.text.encode()).hexdigest()


def _environment(trials: Trials) -> Iterator[tuple[str, str]]:
    """Where the trials ran; if they did not all run alike, every value or its range is shown."""
    seen: dict[str, dict[str, Json]] = {}
    for environment in trials.environments:
        for name, value in environment.items():
            text = value if isinstance(value, str) else canonical(value)
            seen.setdefault(name, {})[text] = value
    if not seen:
        yield "python", platform.python_version()
    for name in sorted(seen.keys() - _OF_ONE_TRIAL):
        yield name, _all_or_range(seen[name])


def _all_or_range(values: Mapping[str, Json]) -> str:
    """Show different values, of numbers the least and the largest."""
    numbers = [
        value
        for value in values.values()
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if len(values) > 1 and len(numbers) == len(values):
        return f"{min(numbers)} to {max(numbers)}"
    return "; ".join(sorted(values))


def _time(trials: Trials) -> str:
    wall, cpu = sum(trials.ordered.wall_s.tolist()), sum(trials.ordered.cpu_s.tolist())
    return f"{count(round(wall))} s of wall clock, {count(round(cpu))} s of processor"


def _first_line(error: str | None) -> str:
    return one_line((error or "").strip().partition("\n")[0])
