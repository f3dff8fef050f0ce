"""One trial as it really happens: train, or train, patch the trained network, and evaluate it.

A component is declared once. Its switch is realised by training without it; its module by patching
the network after training, which needs the system in two functions, `train` and `evaluate`. Both
share the block's random streams, so their difference is what training made up for.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from ablation.canonical import Json
from ablation.design import Seeds
from ablation.errors import StudyError
from ablation.operators import Operator, operator
from ablation.study import Study, System
from ablation.systems import Outcome, call, find

Evaluate = Callable[[object, dict[str, Json], Seeds], Mapping[str, float]]
Patches = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Realisation:
    """The functions of a study, found: `train` returns the metrics, or what `evaluate` takes.

    >>> from ablation.design import Seeds
    >>> two = Realisation(lambda config, seeds: 0.5, lambda model, config, seeds: {"m": model})
    >>> two.run({}, Seeds("toy", 0), ["m"]).metrics
    {'m': 0.5}
    """

    train: Callable[[dict[str, Json], Seeds], object]
    evaluate: Evaluate | None = None

    @classmethod
    def of(cls, study: Study) -> "Realisation":
        """Find the functions of a study in this process."""
        if study.function is not None:
            return cls(study.function, study.judge)
        return cls.find(study.system, study.evaluate, study.folder)

    @classmethod
    def find(cls, system: str, evaluate: str | None, folder: Path | None) -> "Realisation":
        """Import the functions by their names "module:function"."""
        judge = cast("Evaluate", find(evaluate, folder)) if evaluate else None
        return cls(find(system, folder), judge)

    def run(
        self,
        config: Mapping[str, Json],
        seeds: Seeds,
        metrics: Sequence[str],
        patches: Patches = (),
    ) -> Outcome:
        """Run one trial; whatever it does short of killing the process becomes an outcome."""

        def trained_and_judged(config: dict[str, Json], seeds: Seeds) -> Mapping[str, float]:
            trained = self.train(config, seeds)
            if self.evaluate is None:
                return cast("Mapping[str, float]", trained)
            with ExitStack() as patched:
                for module, by in patches:
                    patched.enter_context(_patch(trained, module, operator(by), seeds))
                return self.evaluate(trained, config, seeds)

        system: System = trained_and_judged
        return call(system, config, seeds, metrics, source=self.train)


def _patch(
    trained: object, module: str, by: Operator, seeds: Seeds
) -> AbstractContextManager[object]:
    """Switch a module of a trained network off; torch is imported by then, if it is one."""
    if not hasattr(trained, "named_modules"):
        raise StudyError(
            f"train returned {type(trained).__name__}, in which no module {module!r} can be "
            "patched: return the trained torch.nn.Module, and let evaluate take it."
        )
    neural = import_module("ablation.neural")
    return cast(
        "AbstractContextManager[object]",
        neural.ablated(trained, module, by=by, seed=seeds["ablation"]),
    )
