"""A graph with its unmeasured variables in it, where a text declares some: dagitty, DOT, lavaan."""

from __future__ import annotations

from causal.errors import CycleError
from causal.graph import formats
from causal.graph.admg import ADMG
from causal.variables import Variables

__all__ = ["with_latents"]


def with_latents(text: str, form: str | None = None) -> tuple[ADMG, Variables]:
    """The graph of a text before anything is projected out, and the names declared latent.

    ``ADMG.parse`` gives the projection: ``graph.hide(latent)``.  Raises what it raises.

    >>> graph, latent = with_latents("dag { U [latent] X <- U -> Y }")
    >>> print(graph, sorted(latent), graph.hide(latent), sep=" | ")
    U -> X; U -> Y | ['U'] | X <-> Y
    """
    sketch = formats.sketched(text, form)
    nodes, directed, bidirected = sketch.nodes, sketch.directed, sketch.bidirected
    try:
        graph = ADMG.of(nodes=nodes, directed=directed, bidirected=bidirected)
    except CycleError as error:
        raise sketch.located(error) from error
    return graph, sketch.latent
