"""Every picture is drawn twice: as wide as the page, and as wide as a phone."""

from collections.abc import Callable

import causal
from ablation.pages.figures import graph_figure
from ablation.pages.page import Figure

PAGE, PHONE = 740, 340


def picture(draw: Callable[[float], str], caption: str) -> Figure:
    """Draw at both widths, under one caption.

    >>> from ablation.pages.figures import Bar, bar_compare
    >>> bars = [Bar(label="naive", value=0.1)]
    >>> figure = picture(lambda width: bar_compare(bars, title="One", width=width), "One bar.")
    >>> 'width="740"' in figure.svg, 'width="340"' in figure.narrow
    (True, True)
    """
    return Figure(draw(PAGE), caption, narrow=draw(PHONE))


def graph_picture(graph: causal.ADMG, title: str, caption: str) -> Figure:
    """Draw a causal graph.

    >>> bow = causal.examples()["bow"]
    >>> graph_picture(bow, "The bow", "X and Y share a hidden cause.").caption
    'X and Y share a hidden cause.'
    """

    def draw(width: float) -> str:
        return graph_figure(
            graph.directed, graph.nodes, bidirected=graph.bidirected, title=title, width=width
        )

    return picture(draw, caption)
