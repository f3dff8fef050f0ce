"""What a check found, in words that say what to do."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ablation.errors import SystemCheckError

Standing: TypeAlias = Literal["passed", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its name, how it stands, and what was seen.

    >>> print(Finding("repeats", "passed", "accuracy 0.9, twice"))
    passed   repeats: accuracy 0.9, twice
    """

    name: str
    standing: Standing
    said: str

    def __str__(self) -> str:
        shown = self.standing.upper() if self.standing == "failed" else self.standing
        return f"{shown:<8} {self.name}: {self.said}"


@dataclass(frozen=True, slots=True)
class Checked:
    """Every check of a system, in the order in which they were made.

    >>> checked = Checked("toy:train", (Finding("repeats", "passed", "twice"),))
    >>> checked.sound
    True
    >>> print(checked)
    toy:train: 1 passed
    passed   repeats: twice
    """

    system: str
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether no check failed; warnings may be meant."""
        return all(each.standing != "failed" for each in self.findings)

    def require(self) -> "Checked":
        """Raise SystemCheckError if any check failed; for tests."""
        if not self.sound:
            raise SystemCheckError(self.system, [str(each) for each in self.findings])
        return self

    def __getitem__(self, name: str) -> Finding:
        return next(each for each in self.findings if each.name == name)

    def __str__(self) -> str:
        counted: dict[str, int] = {}
        for each in self.findings:
            counted[each.standing] = counted.get(each.standing, 0) + 1
        summary = ", ".join(f"{count} {standing}" for standing, count in counted.items())
        return "\n".join([f"{self.system}: {summary}", *map(str, self.findings)])
