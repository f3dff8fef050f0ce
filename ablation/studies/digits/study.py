"""The leave-one-out study of the transformer: nine switches, one off at a time, paired by seed."""

from collections.abc import Iterable
from dataclasses import asdict, replace

from ablation.component import Component
from ablation.design import LeaveOneOut
from ablation.studies.digits.recipe import Recipe
from ablation.study import Metric, Study

COMPONENTS = (
    Component("position embedding", switch="position"),
    Component("attention", switch="attention"),
    Component("residual stream", switch="residual"),
    Component("layer norm", switch="norm"),
    Component("MLP", switch="mlp"),
    Component("augmentation", switch="augmentation"),
    Component("dropout", switch="dropout", off=0.0),
    Component("warm-up", switch="warmup"),
    Component("label smoothing", switch="smoothing", off=0.0),
)


def study(
    *,
    seeds: int | Iterable[int] = 5,
    components: Iterable[Component] = COMPONENTS,
    epochs: int = Recipe().epochs,
    images: int = Recipe().images,
) -> Study:
    """State the study: what does each part of the transformer's recipe add to its accuracy.

    An effect within one point of accuracy, eight of the 797 test images, counts as none.

    >>> len(study().conditions), study().metrics[0].equivalence
    (10, 0.01)
    """
    recipe = replace(Recipe(), epochs=epochs, images=images)
    return Study(
        "digits",
        "ablation.studies.digits.training:train",
        components,
        LeaveOneOut(),
        [Metric("accuracy", equivalence=0.01), Metric("loss", higher_is_better=False)],
        seeds,
        config=asdict(recipe),
        question="What does each part of a small vision transformer's recipe add to its accuracy?",
    )
