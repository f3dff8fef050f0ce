"""A causal graph on a page of the demo: its own picture, as wide as the page and as a phone."""

import causal
from ablation.pages.page import Figure


def graph_picture(graph: causal.ADMG, title: str, caption: str) -> Figure:
    """Draw a causal graph; who cannot see it is told its edges.

    >>> bow = causal.examples()["bow"]
    >>> graph_picture(bow, "The bow", "X and Y share a hidden cause.").alt
    'The bow: X -> Y; X <-> Y'
    """
    return Figure.fitting(lambda width: graph.svg(width=width), caption, alt=f"{title}: {graph}")
