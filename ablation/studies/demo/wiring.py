"""Part two: the wiring of the trained network, found by switching its components off.

The discovery never reads the network's code; the code is read afterwards, to count the mistakes.
"""

from collections.abc import Iterator

from ablation.attribution.discovery import (
    ComponentGraph,
    discover_components,
    structural_hamming_distance,
)
from ablation.neural import Components
from ablation.operators import Zero
from ablation.pages.figures import graph_figure
from ablation.pages.numbers import count, number
from ablation.pages.page import Block, Figure, KeyFigures, Prose
from ablation.studies.demo.network import ALL, baseline, held_out
from ablation.studies.demo.part import Part, Setting
from ablation.studies.digits.transformer import VisionTransformer

IMAGES = 8


def wired(setting: Setting) -> Part:
    """Discover the graph of components by ablation, and compare it with the computation graph."""
    network, images = baseline(setting), held_out(setting).images[:IMAGES]
    found = discover_components(network, images, ALL, by=Zero())
    true = Components.of(network, images, ALL)
    wrong = structural_hamming_distance(found, true)
    told, blocks = _told(found, true, wrong), _blocks(network, found, true, wrong)
    return Part(_answer(found, wrong), tuple(told), tuple(blocks))


def _answer(found: ComponentGraph, wrong: int) -> str:
    if not wrong:
        return f"Exactly as in the code: all {len(found.edges)} edges are found, and none besides."
    return f"Not quite as in the code: {wrong} edges are wrong."


def _told(found: ComponentGraph, true: Components, wrong: int) -> Iterator[str]:
    yield (
        f"{found.runs} forward passes on {IMAGES} test images find {len(found.edges)} edges "
        f"between {len(found.names)} components; the network's code has {len(true.edges)}."
    )
    pairs = len(found.names) * (len(found.names) - 1) // 2
    yield f"Structural Hamming distance: {wrong}, of {pairs} pairs."
    yield _shortcuts(found)


def _shortcuts(found: ComponentGraph) -> str:
    """What the plain ablations alone would have drawn."""
    more = len(set(found.ancestral) - set(found.edges))
    if not more:
        return "Plain ablations alone would have found the same edges."
    return (
        f"Plain ablations alone see {len(found.ancestral)} effects, {more} of them only by way of "
        "other components; holding the others tells them apart."
    )


def _blocks(
    network: VisionTransformer, found: ComponentGraph, true: Components, wrong: int
) -> Iterator[Block]:
    size = sum(weights.numel() for weights in network.parameters())
    yield Prose(
        f"The baseline's first seed, a network of {count(size)} weights, is now left as it is. "
        "Each component is switched off at inference twice on the same images. Once everything "
        "after it runs on: whatever changes is a descendant. Once all other components are held at "
        "what they passed on before: whatever still would change reads the component directly."
    )
    yield KeyFigures(
        (
            (f"{wrong}", "structural Hamming distance"),
            (f"{len(found.edges)} / {len(true.edges)}", "edges found / in the code"),
            (f"{found.runs}", f"forward passes, {IMAGES} images each"),
        )
    )
    titles = ("computation graph", "found by ablation")
    yield Figure.fitting(
        lambda width: graph_figure(
            true.edges, true.names, found=found.edges, titles=titles, width=width,
            title="The components of the transformer",
        ),
        f"The graph that {true.route} reads in the code, and the one found without reading it. "
        "Every branch writes to one stream, so each component reads all that came before it.",
    )  # fmt: skip
    yield Prose(_shortcuts(found))
    yield Prose(_clearly(found))


def _clearly(found: ComponentGraph) -> str:
    conflicts = (
        "the two kinds of runs agree with each other"
        if not found.conflicts
        else f"the two kinds of runs disagree on {len(found.conflicts)} pairs"
    )
    return (
        f"The weakest direct effect changed its target by {number(found.weakest, 2)} of its size; "
        f"the largest change that was taken for none is {number(found.residue, 2)}; {conflicts}."
    )
