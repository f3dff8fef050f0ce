"""From a graph and a table of observations to a model: one mechanism a variable, learned by itself.

A structural model factorises (Pearl 2009, 1.30), so that without hidden common causes each
mechanism can be learned from its own variable and parents.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Literal

import numpy as np
import pandas as pd

from causal.errors import DataError, ModelError, OptionError, UnknownVariableError
from causal.graph import ADMG
from causal.model.fitting import checks
from causal.model.fitting.choice import CELLS, Multinomial, Tables
from causal.model.fitting.fitted import Fitted, described
from causal.model.fitting.held_out import HeldOut, better, held_out
from causal.model.fitting.regression import Boosted, LeastSquares, Mean, Scaled, Splines
from causal.model.fitting.task import Learner, Rows, Task
from causal.model.mechanism import Column, Mechanism, Values
from causal.model.scm import SCM
from causal.model.streams import Randomness, root, stream
from causal.variables import Variable, natural, nearest

__all__ = ["fit"]

FEW_VALUES = 10  # different whole numbers that still count as choices
ROWS_A_CELL = 5  # of a table, for it to be chosen
FOLDS = 5
KINDS = dict.fromkeys(("string", "boolean", "mixed", "mixed-integer"), "choice") | dict.fromkeys(
    ("integer", "floating", "mixed-integer-float", "decimal"), "number"
)


def fit(
    graph: ADMG,
    data: pd.DataFrame,
    by: Mapping[Variable, Learner] | None = None,
    *,
    missing: Literal["refuse", "drop"] = "refuse",
    rng: Randomness = 0,
) -> Fitted:
    """Learn a model from observations: a mechanism a variable, chosen on rows held out.

    A variable of text, truth values, categories, or few different whole numbers is a choice: a
    table with a Dirichlet prior, or multinomial logits when a parent is a number.  Any other is a
    number: a straight line, added splines or boosted trees (with scikit-learn), whichever clearly
    predicts rows held out better, the simpler one in doubt.  Its noise is stretched by the parents
    where that clearly helps, or where the spread of the residuals moves and it does not hurt.
    ``by`` overrides the choice for some variables.

    Raises ModelError for a graph with ``<->``, whose mechanisms no observations determine;
    DataError for missing values (``missing="drop"`` leaves such rows out) and columns.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=500)
    >>> data = pd.DataFrame({"X": x, "Y": 2 * x + rng.normal(size=500)})
    >>> print(fit(ADMG.parse("X -> Y"), data))
    500 rows, 2 mechanisms
      X := mean(nothing) + noise
      Y := mean(X) + noise; explains 82% out of sample
    """
    _check_graph(graph)
    rows = _rows(graph, data, missing)
    chosen = dict(by or {})
    graph.require(chosen)
    if strange := [learner for learner in chosen.values() if not hasattr(learner, "learn")]:
        raise OptionError("by", strange[0], "a learner is a value such as LeastSquares()")
    levels = {
        v: values
        for v in graph.nodes
        if not _is_regression(chosen.get(v)) and (values := _values(rows[v]))
    }
    columns = {v: _column(rows[v], choice=v in levels) for v in graph.nodes}
    tasks = {}
    for v in graph.nodes:
        given = tuple(sorted(graph.parents(v), key=natural))
        tasks[v] = Task(v, given, {u: columns[u] for u in (*given, v)}, levels)
    folds = _folds(len(rows), stream(root(rng), "folds"))
    learned = {v: _learned(task, chosen.get(v), folds) for v, task in tasks.items()}
    learners = {v: learner for v, (learner, _, _) in learned.items()}
    model = SCM(graph, {v: mechanism for v, (_, mechanism, _) in learned.items()})
    report, warnings = _report(tasks, learned)
    held = {v: found for v, (_, _, found) in learned.items()}
    return Fitted(model, learners, tasks, report, warnings, held)


Learned = tuple[Learner, Mechanism, HeldOut]


def _learned(task: Task, learner: Learner | None, folds: list[Rows]) -> Learned:
    if learner is None:
        learner, held = _automatic(task, folds)
    else:
        held = held_out(learner, task, folds)
    return learner, learner.learn(task), held


def _automatic(task: Task, folds: list[Rows]) -> tuple[Learner, HeldOut]:
    """The simplest learner that no more complicated one clearly beats on rows held out."""
    if task.values:
        cells = float(np.prod([len(task.levels.get(name, ())) or np.inf for name in task.given]))
        tables = cells <= min(CELLS, len(task) / ROWS_A_CELL)
        learner: Learner = Tables() if tables else Multinomial()
        return learner, held_out(learner, task, folds)
    mean: LeastSquares | Splines | Boosted = LeastSquares()
    best = held_out(mean, task, folds)
    if not task.given:
        return mean, best
    for other in (Splines(), Boosted()) if find_spec("sklearn") else (Splines(),):
        if better(found := held_out(other, task, folds), best):
            mean, best = other, found
    return _spread(mean, best, task, folds)


def _spread(mean: Mean, best: HeldOut, task: Task, folds: list[Rows]) -> tuple[Learner, HeldOut]:
    """Noise that the parents stretch, where that clearly helps or the spread is seen to move."""
    chosen: Learner = mean
    moves = checks.moving_spread(task, best) < checks.BELIEVED
    for scaled in (Scaled(mean, bent=False), Scaled(mean)):
        found = held_out(scaled, task, folds)
        if better(found, best) or (moves and found.score.mean() > best.score.mean()):
            chosen, best = scaled, found
    return chosen, best


def _report(
    tasks: Mapping[Variable, Task], learned: Mapping[Variable, Learned]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    rows: list[dict[str, object]] = []
    warnings: list[str] = []
    for v, (learner, mechanism, held) in learned.items():
        spread = checks.moving_spread(tasks[v], held)
        said = checks.warnings(tasks[v], learner, mechanism, spread)
        warnings += said
        text, noise = described(mechanism)
        rows.append(
            {
                "variable": v,
                "learner": type(learner).__name__,
                "mechanism": text,
                "noise": noise,
                "rows": len(tasks[v]),
                "log_score": float(held.score.mean()),
                "explained": held.explained if tasks[v].given else float("nan"),
                "misfit_p": checks.misfit(mechanism, held),
                "spread_p": spread,
                "warnings": "; ".join(said),
            }
        )
    return pd.DataFrame(rows), tuple(warnings)


def _check_graph(graph: ADMG) -> None:
    if not graph.bidirected:
        return
    one, other = graph.bidirected[0]
    more = f" and {len(graph.bidirected) - 1} more" if len(graph.bidirected) > 1 else ""
    raise ModelError(
        f"{one} <-> {other}{more}: variables with a hidden common cause have no mechanisms that "
        "observations determine; identify() says what they do determine, bounds() what they limit",
        variables=[one, other],
    )


def _is_regression(learner: Learner | None) -> bool:
    """Whether a learner, if there is one, is of real numbers."""
    return learner is not None and not isinstance(learner, Tables | Multinomial)


def _rows(graph: ADMG, data: pd.DataFrame, missing: str) -> pd.DataFrame:
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"the data are a {type(data).__name__}; give a DataFrame")
    if missing not in ("refuse", "drop"):
        raise OptionError("missing", missing, 'it is "refuse" or "drop"')
    columns = [str(c) for c in data.columns]
    if twice := [v for v in graph.nodes if columns.count(v) > 1]:
        raise DataError(f"the data have {columns.count(twice[0])} columns called {twice[0]}")
    if absent := [v for v in graph.nodes if v not in columns]:
        close = dict.fromkeys(hit for name in absent for hit in nearest(name, columns))
        raise UnknownVariableError(absent, columns, close, where="data")
    rows = data.set_axis(columns, axis=1)[list(graph.nodes)]
    if missing == "drop":
        rows = rows.dropna()
    elif holes := {v: int(n) for v, n in rows.isna().sum().items() if n}:
        where = ", ".join(f"{v} ({n} of {len(rows)})" for v, n in holes.items())
        raise DataError(
            f"missing values in {where}; "
            'missing="drop" leaves such rows out, which is right only if they are missing at random'
        )
    if len(rows) < 2 * FOLDS:
        raise DataError(f"{len(rows)} rows; a model needs {2 * FOLDS} at least")
    return rows


def _values(column: pd.Series) -> Values:
    """The values of a choice; none for a real number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(column.cat.categories.tolist())
    kind = pd.api.types.infer_dtype(column)
    if kind not in KINDS:
        raise DataError(f"{column.name} holds values of the kind {kind}; give numbers or text")
    different = column.unique().tolist()
    if KINDS[kind] == "number":
        whole = len(different) <= FEW_VALUES and all(float(v).is_integer() for v in different)
        return tuple(sorted(different)) if whole else ()
    if len(different) > max(FEW_VALUES, len(column) / ROWS_A_CELL):
        raise DataError(
            f"{column.name} has {len(different)} different values in {len(column)} rows, too many "
            "for a choice; if they are names of rows, leave it out of the graph"
        )
    return tuple(sorted(different, key=lambda value: natural(str(value))))


def _column(column: pd.Series, *, choice: bool) -> Column:
    if choice:
        return column.to_numpy()
    try:
        numbers = column.to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"{column.name} holds no real numbers: {error}") from error
    if not np.isfinite(numbers).all():
        strange = numbers[~np.isfinite(numbers)][0]
        raise DataError(f"{column.name} holds {strange}; give finite numbers")
    return numbers


def _folds(rows: int, rng: np.random.Generator) -> list[Rows]:
    return [np.sort(part) for part in np.array_split(rng.permutation(rows), FOLDS)]
