"""A metric: one number that every trial returns, which way is better, and what counts as equal."""

from dataclasses import dataclass

from ablation.errors import SettingError, StudyError


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that the system returns under this name.

    `equivalence` is the half-width of the region of practical equivalence, in the metric's own
    units: an effect that lies inside it does not matter (Lakens 2017, "Equivalence tests").

    >>> Metric("accuracy", equivalence=0.01)
    Metric(name='accuracy', higher_is_better=True, equivalence=0.01)
    """

    name: str
    higher_is_better: bool = True
    equivalence: float | None = None

    def __post_init__(self) -> None:
        if not self.name or not self.name.isprintable():
            raise StudyError(f"a metric needs a name that prints, not {self.name!r}.")
        if self.equivalence is not None and not 0 <= self.equivalence < float("inf"):
            raise SettingError(
                "equivalence",
                f"metric {self.name!r} has the equivalence {self.equivalence}: it is a half-width, "
                "0 or more, in the metric's own units.",
            )
