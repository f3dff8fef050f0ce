"""Pictures as plain SVG text: they scale, follow light and dark, and can do nothing but draw."""

from ablation.report.figures.bars import Bar, bar_compare
from ablation.report.figures.forest import forest_plot
from ablation.report.figures.graph import graph_figure
from ablation.report.figures.image import image_figure

__all__ = ["Bar", "bar_compare", "forest_plot", "graph_figure", "image_figure"]
