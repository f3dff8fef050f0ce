"""Boosted trees, grown by scikit-learn and kept as plain arrays."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from causal.errors import DataError
from causal.model.continuous.trees import Tree, Trees, encoded
from causal.model.fitting.task import Task
from causal.model.noise import Floats

__all__ = ["grown"]

FEWEST = 20  # rows in a leaf


def grown(task: Task, weights: Floats | None, *, rounds: int, rate: float, leaves: int) -> Trees:
    """Trees for the mean of a task, by histogram gradient boosting (Ke et al. 2017)."""
    ensemble = import_module("sklearn.ensemble")  # an extra, and slow to import
    if not task.given:
        return Trees((), float(np.average(task.numbers, weights=weights)), ())
    if len(task) < 2 * FEWEST:
        raise DataError(f"{task.variable} has {len(task)} rows; trees need {2 * FEWEST} at least")
    domains = tuple((name, task.levels[name]) for name in task.given if name in task.levels)
    matrix = encoded(task.columns, task.given, dict(domains))
    forest = ensemble.HistGradientBoostingRegressor(
        max_iter=rounds,
        learning_rate=rate,
        max_leaf_nodes=leaves,
        min_samples_leaf=FEWEST,
        early_stopping=False,
        random_state=0,
    ).fit(matrix, task.numbers, sample_weight=weights)
    trees = tuple(_tree(predictor.nodes) for (predictor,) in forest._predictors)
    return Trees(task.given, float(forest._baseline_prediction.ravel()[0]), trees, domains)


def _tree(nodes: np.ndarray[tuple[int], np.dtype[np.void]]) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    own = np.arange(len(nodes))
    return Tree(
        tuple(np.where(leaf, 0, nodes["feature_idx"]).tolist()),
        tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        tuple(np.where(leaf, own, nodes["left"]).tolist()),
        tuple(np.where(leaf, own, nodes["right"]).tolist()),
        tuple(nodes["value"].tolist()),
        int(nodes["depth"].max()),
    )
