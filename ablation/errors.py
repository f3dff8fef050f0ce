"""Everything `ablation` raises on purpose: what was given, what was expected, what to do next.

Two families: a study that cannot be run as stated, and a store that must not be touched.
The facts behind each message are attributes.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path


def listed(names: Iterable[str]) -> str:
    """Spell out names as a sentence does.

    >>> listed(["attention", "dropout", "mlp"])
    'attention, dropout and mlp'
    """
    *most, last = list(names) or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last


def some(names: Iterable[str], most: int = 16) -> str:
    """Spell out names, the first ones if there are very many.

    >>> some("abcde", most=3)
    'a, b, c and 2 more'
    """
    known = list(names)
    if len(known) <= most:
        return listed(known)
    return f"{', '.join(known[:most])} and {len(known) - most} more"


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Find the known names that someone who typed `name` may have meant, best first.

    >>> nearest("atention", ["attention", "dropout"])
    ('attention',)
    """
    spelled = {known_name.casefold(): known_name for known_name in known}
    close = get_close_matches(name.casefold(), spelled, n=3, cutoff=0.6)
    return tuple(spelled[match] for match in close)


def did_you_mean(names: Sequence[str]) -> str:
    """Turn near misses into the question that ends a message, or into nothing.

    >>> did_you_mean(("attention",))
    ' Did you mean attention?'
    """
    return f" Did you mean {' or '.join(names)}?" if names else ""


class AblationError(Exception):
    """Base of every error raised on purpose by this package."""


class NotJsonError(AblationError, ValueError):
    """A value that a study file could not hold, such as NaN, a date or an object."""

    def __init__(self, where: str, value: object) -> None:
        self.where, self.value = where, value
        super().__init__(
            f"{where} is {str(value)[:60]!r} ({type(value).__name__}), which JSON cannot hold: "
            "use numbers, text, true, false, null, lists and tables."
        )


class StudyError(AblationError, ValueError):
    """A study that cannot be run as it is stated."""


class SettingError(StudyError):
    """A setting of a design, a metric or a budget that cannot be; `setting` names it."""

    def __init__(self, setting: str, problem: str) -> None:
        self.setting = setting
        super().__init__(problem)


class UnknownNameError(StudyError):
    """A study has nothing of that name; `nearest` holds the likely ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        self.nearest = nearest(name, self.known)
        super().__init__(
            f"no {kind} is called {name!r}; there is {some(self.known)}."
            f"{did_you_mean(self.nearest)}"
        )


class UnknownComponentError(UnknownNameError):
    """A component that the study does not have."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("component", name, known)


class DuplicateNameError(StudyError):
    """Two components, or two metrics, of one name."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name = kind, name
        super().__init__(f"two {kind}s are called {name!r}: give each its own name.")


class SameComponentError(StudyError):
    """Two names for one thing: switching either off makes the same model."""

    def __init__(self, first: str, second: str, how: str) -> None:
        self.first, self.second, self.how = first, second, how
        super().__init__(
            f"{first!r} and {second!r} are the same component ({how}): drop one of them."
        )


class UnknownSwitchError(StudyError):
    """A component's switch is not a key of the study's configuration."""

    def __init__(self, component: str, switch: str, known: Iterable[str]) -> None:
        self.component, self.switch, self.known = component, switch, tuple(known)
        self.nearest = nearest(switch, self.known)
        super().__init__(
            f"component {component!r} has the switch {switch!r}, which is not in the config; "
            f"there is {some(self.known)}.{did_you_mean(self.nearest)}"
        )


class UnknownFeatureError(StudyError):
    """A component is a feature that the study's configuration does not list."""

    def __init__(self, component: str, feature: object, key: str, known: Iterable[object]) -> None:
        self.component, self.feature, self.key, self.known = component, feature, key, tuple(known)
        self.nearest = nearest(str(feature), map(str, self.known))
        super().__init__(
            f"component {component!r} is the feature {feature!r}, which {key} in the config does "
            f"not list; there is {some(map(str, self.known))}.{did_you_mean(self.nearest)}"
        )


class FeatureListError(StudyError):
    """A component is a feature of something in the configuration that is no list."""

    def __init__(self, component: str, problem: str) -> None:
        self.component = component
        super().__init__(problem)


class UnknownConditionError(UnknownNameError):
    """A contrast weighs a condition that the design does not run."""

    def __init__(self, contrast: str, name: str, known: Iterable[str]) -> None:
        self.contrast = contrast
        super().__init__(f"condition (of the contrast {contrast!r})", name, known)


class OverBudgetError(StudyError):
    """The design asks for more than the study's budget allows; `excess` is how much more."""

    def __init__(self, what: str, planned: float, allowed: float) -> None:
        self.what, self.planned, self.allowed = what, planned, allowed
        self.excess = planned - allowed
        super().__init__(
            f"the design asks for {planned:,.4g} {what}, and the budget allows {allowed:,.4g}: "
            f"{self.excess:,.4g} too many ({planned / allowed:.3g} times the budget). Take fewer "
            "seeds, another design (ablation plan shows what each costs), or a larger budget."
        )


class UnequalBudgetError(StudyError):
    """An arm would train for another length than the baseline, and nobody said that it should."""

    def __init__(self, component: str, key: str) -> None:
        self.component, self.key = component, key
        super().__init__(
            f"component {component!r} changes {key}, which says how long a trial trains: its arm "
            "would have another budget than the baseline. If that is what is asked, declare it: "
            f'[budget] unequal = ["{component}"].'
        )


class AlreadyOffError(StudyError):
    """The configuration has the component off from the start: leaving it out changes nothing."""

    def __init__(self, component: str, how: str) -> None:
        self.component, self.how = component, how
        super().__init__(
            f"component {component!r} is off already: {how} is what the config says. "
            "Switch it on in the config, or drop the component."
        )


class UnreturnedMetricError(StudyError):
    """The system returns metrics, and one that the study declares is not among them."""

    def __init__(self, metric: str, returned: Iterable[str]) -> None:
        self.metric, self.returned = metric, tuple(returned)
        self.nearest = nearest(metric, self.returned)
        super().__init__(
            f"no trial returned the metric {metric!r}; the system returns {listed(self.returned)}."
            f"{did_you_mean(self.nearest)}"
        )


class StudyFileError(StudyError):
    """A study file that cannot be read; `line` (from 1) says where, when that is known."""

    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        self.path, self.line, self.problem = path, line, problem
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {problem}")


class SystemNotFoundError(StudyError):
    """The system that a study names cannot be imported, or is not callable."""

    def __init__(self, system: str, problem: str) -> None:
        self.system, self.problem = system, problem
        super().__init__(f"the system {system!r} {problem}")


class SystemCheckError(AblationError):
    """A system does not hold what studies take for granted; `findings` has every check."""

    def __init__(self, system: str, findings: Sequence[str]) -> None:
        self.system, self.findings = system, tuple(findings)
        super().__init__("\n".join([f"{system} fails its check:", *findings]))


class StoreError(AblationError):
    """A store that cannot be used; it is left as it was found."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path}: {problem}")


class ForeignStoreError(StoreError):
    """A file that this package did not write: refused, never overwritten."""


class DamagedStoreError(StoreError):
    """A store whose content is not what was written; `row` names the first such row."""

    def __init__(self, path: Path, problem: str, row: str | None = None) -> None:
        self.row = row
        super().__init__(path, problem)


class NewerStoreError(StoreError):
    """A store written by a later version of this package."""

    def __init__(self, path: Path, version: int, known: int) -> None:
        self.version, self.known = version, known
        super().__init__(
            path,
            f"has store version {version}, and this package reads up to {known}: "
            "upgrade causal-ablation.",
        )


class StudyChangedError(StoreError):
    """The store holds a study of that name which says something else."""

    def __init__(self, path: Path, study: str, differing: Iterable[str]) -> None:
        self.study, self.differing = study, tuple(differing)
        super().__init__(
            path,
            f"holds another study called {study!r}: {listed(self.differing)} "
            f"{'differs' if len(self.differing) == 1 else 'differ'}. "
            "Give the changed study a new name, or a new store.",
        )


class UnknownStudyError(StoreError):
    """The store has no such study, or several and none was named."""

    def __init__(self, path: Path, study: str | None, known: Iterable[str]) -> None:
        self.study, self.known = study, tuple(known)
        self.nearest = nearest(study or "", self.known)
        asked = f"has no study called {study!r}" if study else "needs the name of one study"
        super().__init__(
            path, f"{asked}; it holds {listed(self.known)}.{did_you_mean(self.nearest)}"
        )


class StudyBusyError(StoreError):
    """Another runner works on this study; nothing was run."""

    def __init__(self, path: Path, study: str, holder: str) -> None:
        self.study, self.holder = study, holder
        super().__init__(
            path,
            f"another runner works on {study!r} ({holder}): let it finish, or stop it; "
            "the same command goes on from there.",
        )


class FencedRunnerError(StoreError):
    """Another runner took the study over while ours was silent; nothing was doubled."""

    def __init__(self, path: Path, study: str, holder: str) -> None:
        self.study, self.holder = study, holder
        super().__init__(
            path,
            f"{study!r} was taken over by another runner ({holder}) while this one was silent. "
            "This one stops; what it had recorded is kept and nothing was doubled.",
        )


class TrialRecordedError(StoreError):
    """Another runner recorded this trial meanwhile; nothing was doubled."""

    def __init__(self, path: Path, condition: str, seed: int, attempt: int) -> None:
        self.condition, self.seed, self.attempt = condition, seed, attempt
        super().__init__(
            path,
            f"attempt {attempt} of {condition!r}, seed {seed}, is recorded already: "
            "another runner works on this study. Nothing was doubled; let it finish.",
        )


class WorkerError(AblationError, RuntimeError):
    """A worker process could not be started, so no trial can run."""
