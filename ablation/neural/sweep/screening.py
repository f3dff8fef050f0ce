"""Guess all effects, then run exactly those that look large, and a random sample of all.

The sample says what the guesses are worth in this network: the rank correlation of guess and
effect. What was not run has no effect in the table, only a guess.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from torch import nn

from ablation.errors import StudyError
from ablation.neural.forwards import eager
from ablation.neural.noise import require_seed
from ablation.neural.replacement import OFF
from ablation.neural.selection import Patterns, require_names
from ablation.neural.sweep.asking import require_callable
from ablation.neural.sweep.axes import cut_along_examples
from ablation.neural.sweep.batches import batches, examples_in
from ablation.neural.sweep.cutting import places_of
from ablation.neural.sweep.errors import QuestionError
from ablation.neural.sweep.meter import Meter, Watched
from ablation.neural.sweep.metric import Read
from ablation.neural.sweep.screens import Effects, FirstOrder, Screen
from ablation.neural.sweep.sweeping import MEMORY, cuts_of, sweep
from ablation.neural.trees import Inputs
from ablation.operators import Operator


def screen(
    module: nn.Module,
    inputs: Inputs | list[Inputs],
    components: Patterns | None = None,
    *,
    metric: Read,
    by: Operator = OFF,
    guess: Screen | None = None,
    top: int = 10,
    sample: int = 20,
    read: Callable[[object], object] | None = None,
    reference: Inputs | None = None,
    seed: int = 0,
    examples: int = 0,
    batch_size: int | None = None,
    memory: int = MEMORY,
    progress: Watched = None,
) -> pd.DataFrame:
    """Guess the effect of every component, and measure it for the top and a random sample.

    One row a component, the largest guess first: `guess`, `effect` where it was run (missing
    elsewhere), `noise_floor`, `exact`, and `chosen` for the top, the sample or both. The attribute
    `rank_correlation` is Spearman's between guess and effect in the sample alone, which is drawn
    from all components; of `sampled` many. `progress=True` draws a bar for what is run exactly, and
    then writes that correlation. Guesses: FirstOrder(), IntegratedGradients(), LowPrecision().

    >>> import torch
    >>> net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    >>> found = screen(net, torch.rand(8, 2), "0[*]", metric=lambda out: out.mean(), top=1)
    >>> len(found), int(found["exact"].sum()), found.attrs["guessed_by"]
    (4, 4, 'FirstOrder()')
    """
    require_callable(metric=metric, read=read)
    if guess is not None and (isinstance(guess, type) or not hasattr(guess, "effects")):
        raise QuestionError(f"guess is {guess!r}; expected a screen, such as FirstOrder().")
    if sample < 2:
        raise StudyError(
            f"a screen is measured on a sample of two components or more, not {sample}."
        )
    seed = require_seed(seed)
    components = components if components is None else require_names(components)
    chosen_by, module = guess or FirstOrder(), eager(module)
    places = places_of(module, components)
    names = list(places)

    def measured(output: object) -> object:
        return metric(output if read is None else read(output))

    def swept(
        of: nn.Module,
        some: Inputs | list[Inputs],
        which: list[str] | None,
        watched: Watched = None,
    ) -> pd.DataFrame:
        return sweep(
            of,
            some,
            names if which is None else which,
            metric=metric,
            by=by,
            read=read,
            reference=reference,
            seed=seed,
            examples=examples,
            batch_size=batch_size,
            memory=memory,
            expect_effect=False,
            progress=watched,
        )

    def shortened(of: nn.Module, some: Inputs) -> Effects:
        effects: Effects = swept(of, some, None)["effect"].to_numpy(float)
        return effects

    ((*cuts,),) = cuts_of(module, places, [tuple(names)], by, reference=reference, seed=seed)
    guesses, weights = np.zeros(len(names)), 0
    held = None if examples else partial(cut_along_examples, module)
    for batch in batches(inputs, batch_size, held, examples):
        many = examples_in(batch, examples) or 1
        guesses += many * chosen_by.effects(module, batch, cuts, measured, shortened)
        weights += many
    guesses /= weights
    choice = _chosen(guesses, top, sample, seed)
    run = sorted(choice.top | choice.drawn)
    exact = swept(module, inputs, [names[i] for i in run], progress)
    found = _table(names, guesses, choice, run, exact, guessed_by=str(chosen_by))
    if progress is True:
        Meter().tell(_worth(found))
    return found


def _worth(found: pd.DataFrame) -> str:
    """What the guesses are worth here, in words."""
    told = found.attrs
    return (
        f"{told['guessed_by']}: rank correlation of guess and effect "
        f"{told['rank_correlation']:.2f} in a random sample of {told['sampled']}"
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """The order of the guesses, the first of them, and some drawn at random."""

    order: list[int]
    top: frozenset[int]
    drawn: frozenset[int]


def _chosen(guesses: Effects, top: int, sample: int, seed: int) -> _Choice:
    order: list[int] = np.argsort(-np.abs(guesses), kind="stable").tolist()
    rng = np.random.default_rng(seed % 2**64)
    drawn: list[int] = rng.choice(len(order), min(sample, len(order)), replace=False).tolist()
    return _Choice(order, frozenset(order[:top]), frozenset(drawn))


def _table(
    names: list[str],
    guesses: Effects,
    choice: _Choice,
    run: list[int],
    exact: pd.DataFrame,
    *,
    guessed_by: str,
) -> pd.DataFrame:
    effects, known = np.full(len(names), np.nan), np.zeros(len(names), bool)
    effects[run], known[run] = exact["effect"], exact["exact"]
    sets = (("top", choice.top), ("sample", choice.drawn))
    frame = pd.DataFrame(
        {
            "component": [names[i] for i in choice.order],
            "guess": guesses[choice.order],
            "effect": effects[choice.order],
            "noise_floor": float(exact["noise_floor"].iloc[0]),
            "exact": known[choice.order],
            "chosen": [" and ".join(w for w, s in sets if i in s) for i in choice.order],
        }
    )
    members = sorted(choice.drawn)
    frame.attrs.update(exact.attrs)
    frame.attrs["guessed_by"] = guessed_by
    frame.attrs["sampled"] = len(members)
    frame.attrs["rank_correlation"] = _spearman(guesses[members], effects[members])
    return frame


def _spearman(one: Effects, two: Effects) -> float:
    """Spearman's rank correlation; not a number where all are equal.

    >>> _spearman(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 9.0]))
    1.0
    """
    a, b = (pd.Series(each).rank().to_numpy() for each in (one, two))
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return round(float(np.corrcoef(a, b)[0, 1]), 12)
