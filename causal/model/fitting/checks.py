"""What speaks against a learned mechanism: a spread that moves, a law that does not fit.

A counterfactual of one unit moves its noise to other circumstances.  That is right only if the
noise does not depend on the circumstances, which data can speak against, never for.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from causal.model.continuous import Additive, LocationScale
from causal.model.finite import Table
from causal.model.fitting.choice import counts
from causal.model.fitting.held_out import HeldOut
from causal.model.fitting.regression import Scaled
from causal.model.fitting.residuals import goodness
from causal.model.fitting.task import Learner, Task
from causal.model.mechanism import Mechanism
from causal.model.noise import Floats, floats

__all__ = ["misfit", "moving_spread", "warnings"]

BELIEVED = 0.01  # p values below this make a warning
NUDGE = 0.3  # of their spread, by which residuals are moved to see how scores react
FEW = 5  # observations behind a row of a table


def moving_spread(task: Task, held: HeldOut) -> float:
    """The p value of a test that the spread of residuals does not move.

    Koenker's (1981), on Mood's (1954) scores: squared ranks of the sizes of residuals of rows held
    out, regressed on parents and their squares.  n R^2 follows chi-squared, whatever the residuals'
    law, and a few rows at the edges, where a curve is learned badly, decide little.  All parents
    together and each by itself are combined (Liu & Xie 2020), so that one that matters is not lost
    among those that do not.  NaN without parents or for choices.
    """
    if task.values or not task.given:
        return float("nan")
    size = _sizes(held.left)
    groups = [_bases(task, name) for name in task.given]
    groups += [[base for group in groups for base in group]] if len(groups) > 1 else []
    found = [p for group in groups if not np.isnan(p := _koenker(size, group))]
    return _combined(found) if found else float("nan")


def _sizes(left: Floats) -> Floats:
    """Scores of the sizes of residuals, on which a mean that is slightly off has no effect.

    Where noise is skew, to miss its mean by a little makes sizes larger on one side than smaller on
    the other; that slope is measured and taken off (after Machado & Santos Silva 2000).
    """
    sizes = np.sort(np.abs(left))
    ranks = (np.arange(len(left)) + 0.5) / len(left)

    def score(at: Floats) -> Floats:
        return np.asarray(np.interp(np.abs(at), sizes, ranks)) ** 2

    step = NUDGE * (float(left.std()) or 1.0)
    slope = float(np.mean(score(left + step) - score(left - step))) / (2 * step)
    return score(left) - slope * left


def _koenker(size: Floats, bases: list[Floats]) -> float:
    regressors = np.column_stack([np.ones(len(size)), *bases])
    fitted = regressors @ np.linalg.lstsq(regressors, size, rcond=None)[0]
    share = 1 - ((size - fitted) ** 2).sum() / ((size - size.mean()) ** 2).sum()
    degrees = int(np.linalg.matrix_rank(regressors)) - 1
    return float(stats.chi2.sf(len(size) * share, degrees)) if degrees else float("nan")


def _combined(ps: list[float]) -> float:
    """The Cauchy combination of p values, whatever their dependence (Liu & Xie 2020)."""
    if len(ps) == 1:
        return ps[0]
    bounded = np.clip(ps, 1e-300, 1 - 1e-12)
    small = bounded < 1e-15  # where the tangent would round
    angles = np.where(small, 1 / (np.pi * bounded), np.tan((0.5 - bounded) * np.pi))
    return float(stats.cauchy.sf(angles.mean()))


def misfit(mechanism: Mechanism, held: HeldOut) -> float:
    """The p value that residuals of rows held out follow the law of the noise (Kolmogorov)."""
    noise = mechanism.noise
    if (
        not isinstance(mechanism, Additive | LocationScale)
        or noise is None
        or isinstance(noise, str)
    ):
        return float("nan")
    return goodness(held.left * np.sqrt(noise.form.variance), noise)


def warnings(task: Task, learner: Learner, mechanism: Mechanism, spread: float) -> tuple[str, ...]:
    """In words, what makes counterfactuals of this variable doubtful."""
    found = []
    v = task.variable
    if spread < BELIEVED:
        if isinstance(mechanism, Additive):
            help_ = "by=Scaled() lets the spread depend on the parents"
        elif isinstance(learner, Scaled) and not learner.bent:
            help_ = "by=Scaled() lets its scale bend"
        else:
            help_ = (
                "neither additive nor scaled noise describes it, so that its counterfactuals of "
                "single units are doubtful"
            )
        found.append(
            f"{v}: the spread of the noise moves with the parents (p = {spread:.1g}); {help_}"
        )
    if isinstance(mechanism, Table) and task.given:
        found += _thin_rows(task)
    return tuple(found)


def _thin_rows(task: Task) -> list[str]:
    seen: dict[object, int] = {}
    for (*setting, _), n in counts(task).items():
        seen[tuple(setting)] = seen.get(tuple(setting), 0) + n
    size = int(np.prod([len(task.levels[name]) for name in task.given]))
    thin = size - sum(n >= FEW for n in seen.values())
    if not thin:
        return []
    text = (
        f"{task.variable}: {thin} of {size} settings of its parents were seen fewer than {FEW} "
        "times; there its law rests on the prior"
    )
    return [text]


def _bases(task: Task, name: str) -> list[Floats]:
    """A parent as regressors: a number and its square, or an indicator for each value but one."""
    column = task.columns[name]
    if values := task.levels.get(name):
        return [floats(column == value) for value in values[1:]]
    number = floats(column)
    number = (number - number.mean()) / (number.std() or 1.0)
    return [number, number**2]
