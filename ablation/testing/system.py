"""Check a system before a study relies on it, as scikit-learn's `check_estimator` does.

A study takes for granted that the same seeds give the same numbers, that other seeds give others,
that a switch acts, and that a worker process can do what this one can. Each is tried.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ablation.canonical import Json, canonical, plain
from ablation.component import Component
from ablation.design import LeaveOneOut, Seeds
from ablation.errors import AblationError
from ablation.realisation import Realisation
from ablation.runner.session import run
from ablation.study import Metric, Study, System
from ablation.systems import Outcome, find
from ablation.testing.chance import disturbed
from ablation.testing.finding import Checked, Finding
from ablation.testing.watching import Watched

_OTHER = 1_000_003  # a seed that no study counts up to


def check_system(
    system: Study | System | str,
    *,
    config: Mapping[str, Json] | None = None,
    components: Iterable[Component] = (),
    metrics: Iterable[Metric | str] = (),
    seed: int | None = None,
    folder: Path | None = None,
) -> Checked:
    """Try a system on one seed, and say what a study could not rely on; or that of a whole study.

    It is called five times, once more for every component with a switch, and twice in a worker
    process. Failed is what makes the numbers of a study wrong; a warning may be meant. Without
    `metrics`, whatever it returns is taken.

    >>> def train(config, seeds):
    ...     return {"accuracy": 0.5 + 0.1 * config["attention"] + seeds["init"] % 100 / 1000}
    >>> attention = Component("attention", switch="attention")
    >>> checked = check_system(train, config={"attention": True}, components=[attention])
    >>> checked.sound, checked["switch of attention"].standing
    (True, 'passed')
    """
    if isinstance(system, Study):
        return _Check(system, system.seeds[0] if seed is None else seed).checked()
    seed = seed or 0
    names = [each.name if isinstance(each, Metric) else each for each in metrics]
    study = Study(
        "check",
        system,
        tuple(components) or [Component("nothing", module="*")],
        LeaveOneOut(),
        [Metric(name) for name in names] or [Metric(_ANY)],
        [seed],
        config=config,
        folder=folder,
    )
    return _Check(study, seed).checked()


_ANY = "any metric"  # stands for metrics that were not named


@dataclass
class _Check:
    """The calls that were made so far, and what they showed."""

    study: Study
    seed: int
    read: set[str] = field(default_factory=set)

    def checked(self) -> Checked:
        return Checked(self.study.system, tuple(self._findings()))

    def _findings(self) -> Iterator[Finding]:
        try:
            self.system = Realisation.of(self.study)
        except AblationError as error:
            yield Finding("is found", "failed", str(error))
            return
        home = Path.cwd()
        first, kept = self._watched()
        returned = _returned(first)
        yield returned
        if returned.standing == "failed":
            return
        yield _kept(kept=kept)
        repeated = self._repeated(first)
        yield repeated
        if repeated.standing == "passed":
            yield from self._compared(first)
        else:
            said = "it does not repeat, so what else changes its numbers cannot be told"
            yield Finding("seeds, switches, workers", "skipped", said)
        yield _stayed(home)

    def _compared(self, first: Outcome) -> Iterator[Finding]:
        """Compare with the first call what has to be another, and what has to be the same."""
        yield self._seeded(first)
        for each in self.study.components:
            if each.retrains:
                yield self._switched(first, each)
        yield self._left_over(first)
        yield self._in_a_worker(first)

    @property
    def _declared(self) -> list[str]:
        return [each.name for each in self.study.metrics if each.name != _ANY]

    def _seeds(self, seed: int) -> Seeds:
        held = dict.fromkeys(self.study.streams.held, self.study.seeds[0])
        return Seeds(self.study.name, seed, held)

    def _call(self, config: Mapping[str, Json] | None = None, seed: int | None = None) -> Outcome:
        return self.system.run(
            self.study.config if config is None else config,
            self._seeds(self.seed if seed is None else seed),
            self._declared,
        )

    def _watched(self) -> tuple[Outcome, bool]:
        """Call it with a configuration that is watched; say whether that stayed as it was."""
        before = plain(self.study.config)
        given = Watched.of(before)
        inner = self.system.train

        def watching(_config: dict[str, Json], seeds: Seeds) -> object:
            return inner(given, seeds)

        watcher = Realisation(watching, self.system.evaluate)
        outcome = watcher.run(before, self._seeds(self.seed), self._declared)
        self.read = {*given.read}  # comparing reads everything
        try:
            return outcome, canonical(given) == canonical(before)
        except AblationError:
            return outcome, False

    def _repeated(self, first: Outcome) -> Finding:
        with disturbed(1):
            same = self._call()
        if same.metrics == first.metrics:
            return Finding("repeats", "passed", f"{_metrics(first)}, twice")
        with disturbed(2):
            once = self._call()
        with disturbed(2):
            again = self._call()
        why = (
            "It draws from the global generators (random, numpy.random, torch): seed generators "
            "of its own from seeds[...]."
            if once.metrics == again.metrics
            else "It draws from a generator that is seeded by nothing, or by the clock; or threads "
            "add numbers in another order: seed it from seeds[...]."
        )
        return Finding(
            "repeats", "failed", f"{_difference(first, same)} with the same seeds. {why}"
        )

    def _seeded(self, first: Outcome) -> Finding:
        other = self._call(seed=_OTHER)
        streams = ", ".join(f'"{name}"' for name in _streams(first)) or "no stream"
        if other.metrics != first.metrics:
            return Finding("uses its seeds", "passed", f"asks for {streams}")
        return Finding(
            "uses its seeds",
            "warning",
            f"another seed gives the same metrics (it asks for {streams}): every seed is the same "
            "run, so a study learns no more from many than from one",
        )

    def _switched(self, first: Outcome, component: Component) -> Finding:
        name = f"switch of {component.name}"
        off = self._call(component.switched_off(self.study.config))
        if off.error:
            return Finding(name, "failed", f"without it: {off.error.splitlines()[0]}")
        if off.metrics != first.metrics:
            return Finding(name, "passed", _difference(first, off, between=" on, off"))
        if component.key not in self.read:
            return Finding(
                name,
                "failed",
                f'{component.switched} changes nothing, and config["{component.key}"] is never '
                "read: its ablation would be a second baseline",
            )
        return Finding(
            name,
            "warning",
            f"{component.switched} changes no metric with seed {self.seed}, although "
            f'config["{component.key}"] is read',
        )

    def _left_over(self, first: Outcome) -> Finding:
        last = self._call()
        if last.metrics == first.metrics:
            return Finding("leaves nothing behind", "passed", "the same again, after other trials")
        return Finding(
            "leaves nothing behind",
            "failed",
            f"{_difference(first, last)} after other trials ran: something is kept from trial to "
            "trial (a global, a cache, a file), so results would depend on their order",
        )

    def _found_by_name(self) -> bool:
        if self.study.function is None:
            return True
        try:
            return find(self.study.system, self.study.folder) is self.study.function
        except AblationError:
            return False

    def _in_a_worker(self, first: Outcome) -> Finding:
        name = "same in a worker process"
        components = [each for each in self.study.components if each.retrains][:1]
        if not (self.study.importable and self._found_by_name()):
            said = "the function is defined where a worker cannot import it: move it to a module"
            return Finding(name, "skipped", said)
        if not components:
            return Finding(name, "skipped", "no component with a switch was given")
        study = Study(
            self.study.name,
            self.study.system,
            components,
            LeaveOneOut(),
            [Metric(each) for each in first.metrics],
            [self.seed],
            config=self.study.config,
            evaluate=self.study.evaluate,
            folder=self.study.folder,
        )
        with TemporaryDirectory() as folder:
            try:
                trials = run(study, Path(folder, "check.db"), workers=1)
            except AblationError as error:
                return Finding(name, "failed", str(error))
        there = next(each for each in trials if each.condition == "baseline")
        if there.error:
            return Finding(name, "failed", there.error.splitlines()[0])
        if dict(there.metrics) == dict(first.metrics):
            return Finding(name, "passed", "bit for bit")
        seen = Outcome(metrics=there.metrics)
        return Finding(
            name,
            "warning",
            f"{_difference(first, seen)} there: it depends on threads, hash order or what else is "
            "imported (workers have one numeric thread, and PYTHONHASHSEED=0)",
        )


def _returned(outcome: Outcome) -> Finding:
    if outcome.error:
        return Finding("returns metrics", "failed", outcome.error.splitlines()[0])
    if not outcome.metrics:
        return Finding("returns metrics", "failed", "the mapping that it returns has no number")
    return Finding("returns metrics", "passed", f"{_metrics(outcome)}, {outcome.wall_s:.2g} s")


def _kept(*, kept: bool) -> Finding:
    if kept:
        return Finding("leaves its config alone", "passed", "as it was given")
    return Finding(
        "leaves its config alone",
        "failed",
        "it changes the config that it is given: copy it first (copy.deepcopy), or what is "
        "recorded is not what was run",
    )


def _stayed(home: Path) -> Finding:
    if Path.cwd() == home:
        return Finding("stays in its folder", "passed", "the working directory is as it was")
    changed = Path.cwd()
    os.chdir(home)
    return Finding(
        "stays in its folder", "warning", f"it leaves the working directory changed to {changed}"
    )


def _metrics(outcome: Outcome, most: int = 3) -> str:
    shown = [f"{name} {value:.6g}" for name, value in [*outcome.metrics.items()][:most]]
    rest = len(outcome.metrics) - most
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")


def _difference(first: Outcome, second: Outcome, *, between: str = ", then") -> str:
    """Show the first metric that differs."""
    if second.error:
        return f"it fails ({second.error.splitlines()[0]})"
    for name, value in first.metrics.items():
        other = second.metrics.get(name)
        if other is None:
            return f"{name} {value!r}, then not returned"
        if other != value:
            return f"{name} {value!r}{between} {other!r}"
    return "other metrics are returned"


def _streams(outcome: Outcome) -> list[str]:
    streams = outcome.environment.get("streams")
    return list(streams) if isinstance(streams, Mapping) else []
