"""Graphs as pictures: our own layered layout and our own SVG, so nothing has to be installed."""

from causal.graph.drawing.svg import drawn as drawn

__all__ = ["drawn"]
