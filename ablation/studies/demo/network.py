"""The one network that parts two and four look into: the baseline of part one, first seed."""

from dataclasses import replace

from ablation.design import Seeds
from ablation.studies.demo.part import Setting
from ablation.studies.digits.data import Examples, split
from ablation.studies.digits.recipe import Recipe
from ablation.studies.digits.study import study
from ablation.studies.digits.transformer import VisionTransformer
from ablation.studies.digits.weights import trained

PARTS = ("position", "blocks.*.attention", "blocks.*.mlp")
ALL = ("embed", *PARTS, "norm", "head")


def baseline(setting: Setting) -> VisionTransformer:
    """Train it once, or read what was trained: the very network of the study's first trial."""
    return trained(_recipe(setting), _seeds(), setting.folder)


def held_out(setting: Setting) -> Examples:
    """The scans that this network never saw."""
    return split(_seeds()["split"], train=setting.scale.images).test


def _recipe(setting: Setting) -> Recipe:
    return replace(Recipe(), epochs=setting.scale.epochs, images=setting.scale.images)


def _seeds() -> Seeds:
    stated = study(seeds=1)
    return Seeds(stated.name, stated.seeds[0])
