"""What fitting gives: a model, how well each mechanism does, and how sure its numbers are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from causal.errors import OptionError
from causal.graph import ADMG
from causal.model.continuous import Additive, Categorical, LocationScale
from causal.model.continuous.flow import Flow
from causal.model.engines.counterfactual import Question
from causal.model.engines.units import outcome_moments
from causal.model.finite import Table
from causal.model.fitting.choice import Tables
from causal.model.fitting.held_out import HeldOut
from causal.model.fitting.learned import LearnedCounterfactual, asked_of_all
from causal.model.fitting.picture import pictured
from causal.model.fitting.residuals import settled
from causal.model.fitting.task import Learner, Rows, Task
from causal.model.intervention import Intervention
from causal.model.mechanism import Mechanism
from causal.model.scm import SCM
from causal.model.streams import Randomness, root, stream
from causal.variables import Variable

__all__ = ["Fitted", "described"]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A model that data taught, and what speaks for and against it.

    ``report`` has one row a variable; ``warnings`` says in words what makes counterfactuals of
    single units doubtful, and is empty when the data speak against nothing.  ``held`` is how each
    mechanism did on rows held out, and a notebook shows it: where were the values that came, among
    those that were predicted?
    """

    model: SCM
    learners: Mapping[Variable, Learner]
    tasks: Mapping[Variable, Task]
    report: pd.DataFrame
    warnings: tuple[str, ...]
    held: Mapping[Variable, HeldOut]

    @property
    def graph(self) -> ADMG:
        """The graph of the model."""
        return self.model.graph

    @property
    def rows(self) -> int:
        """How many rows the model was learned from."""
        return len(next(iter(self.tasks.values())))

    def __str__(self) -> str:
        lines = [f"{self.rows} rows, {len(self.tasks)} mechanisms"]
        for v, mechanism, explained in zip(
            self.report["variable"], self.report["mechanism"], self.report["explained"], strict=True
        ):
            well = "" if np.isnan(explained) else f"; explains {explained:.0%} out of sample"
            lines.append(f"  {v} := {mechanism}{well}")
        return "\n".join([*lines, *(f"  warning: {text}" for text in self.warnings)])

    def bootstrap(self, draws: int, *, rng: Randomness) -> tuple[SCM, ...]:
        """Models learned in the same ways from rows drawn with replacement (Efron 1979).

        A straight line, a curve, or a family of noise that the data chose stays chosen.
        """
        return tuple(map(self._again, _streams(draws, "bootstrap", rng)))

    def posterior(self, draws: int, *, rng: Randomness) -> tuple[SCM, ...]:
        """Models with each table drawn from its Dirichlet law; other mechanisms as ``bootstrap``.

        Where a setting was hardly seen, the bootstrap is as sure as the prior; this is not.
        """
        return tuple(self._again(rng, drawn=True) for rng in _streams(draws, "posterior", rng))

    def uncertainty(
        self,
        units: pd.DataFrame,
        *interventions: Intervention,
        target: Variable,
        draws: int = 100,
        rng: Randomness,
    ) -> pd.DataFrame:
        """What each unit would have been, and how sure that is: from the data, from the noise.

        One row a unit: ``expected``, and two standard deviations.  ``sd_parameters`` is how much
        the expectation moves from one model of the ``posterior`` to the next, ``sd_noise`` what
        would stay uncertain with endless data, because the unit's noise is not determined (law of
        total variance).  ``lower`` and ``upper`` are the 2.5 % and 97.5 % points of the
        expectation.
        """
        if draws < 2:
            raise OptionError("draws", draws, "a spread takes 2 at least")
        moments = [
            outcome_moments(model, units, *interventions, target=target)
            for model in self.posterior(draws, rng=rng)
        ]
        expected, _ = outcome_moments(self.model, units, *interventions, target=target)
        means = np.array([mean for mean, _ in moments])
        lower, upper = np.quantile(means, [0.025, 0.975], axis=0)
        return pd.DataFrame(
            {
                "expected": expected,
                "lower": lower,
                "upper": upper,
                "sd_parameters": means.std(axis=0, ddof=1),
                "sd_noise": np.sqrt(np.mean([variance for _, variance in moments], axis=0)),
            },
            index=units.index,
        )

    def counterfactual(
        self, query: Question, *, draws: int = 100, rng: Randomness
    ) -> LearnedCounterfactual:
        """The answer to any question, and how far the rows leave it open.

        The same question is asked of ``draws`` models of the ``posterior``, with the same noise.
        Raises what ``counterfactual`` raises.
        """
        if draws < 2:
            raise OptionError("draws", draws, "a spread takes 2 at least")
        others = self.posterior(draws, rng=rng)
        return asked_of_all(self.model, others, query, rows=self.rows, rng=root(rng))

    def svg(self) -> str:
        """A picture: for each mechanism, where values held out lay among those predicted."""
        return pictured(self.held, self.report)

    def _repr_svg_(self) -> str:
        return self.svg()

    def _again(self, rng: np.random.Generator, *, drawn: bool = False) -> SCM:
        rows: Rows = rng.integers(self.rows, size=self.rows)
        mechanisms: dict[Variable, Mechanism] = {}
        for v, task in self.tasks.items():
            learner = settled(self.learners[v], self.model.mechanisms[v])
            if drawn and isinstance(learner, Tables):
                mechanisms[v] = learner.drawn(task, rng)
            else:
                mechanisms[v] = learner.learn(task.only(rows))
        return SCM(self.graph, mechanisms)


def _streams(draws: int, what: str, rng: Randomness) -> Iterator[np.random.Generator]:
    if draws < 1:
        raise OptionError("draws", draws, "it is at least 1")
    seed = root(rng)
    return (stream(seed, what, str(i)) for i in range(draws))


def described(mechanism: Mechanism) -> tuple[str, str]:
    """A mechanism in a few words, and the law of its noise."""
    reads = ", ".join(mechanism.given) or "nothing"
    match mechanism:
        case Additive():
            return f"mean({reads}) + noise", _law(mechanism)
        case LocationScale():
            return f"mean({reads}) + scale × noise", _law(mechanism)
        case Flow():
            return f"flow({reads})", _law(mechanism)
        case Table():
            return f"table({reads})", f"{type(mechanism.coupling).__name__} coupling"
        case Categorical():
            return f"logits({reads})", f"{type(mechanism.coupling).__name__} coupling"
    return type(mechanism).__name__, _law(mechanism)


def _law(mechanism: Mechanism) -> str:
    return type(mechanism.noise).__name__
