"""Pictures as plain SVG text: they scale, follow light and dark, and can do nothing but draw."""

from ablation.pages.figures.bars import Bar, bar_compare
from ablation.pages.figures.graph import graph_figure
from ablation.pages.figures.image import image_figure

__all__ = ["Bar", "bar_compare", "graph_figure", "image_figure"]
