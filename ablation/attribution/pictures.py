"""Answers about predictions as pictures: the input, the two worlds, the components behind them.

As fragments for a notebook (`_repr_html_` of an answer), and piece by piece for a page of their own
(`ablation.report.prediction`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from ablation.pages.figures import image_figure
from ablation.pages.figures.ribbons import Shares, two_worlds
from ablation.pages.figures.svg import INK, MUTED, RULE, drawing, element, label, text_width
from ablation.pages.figures.widths import effect_graph
from ablation.pages.fragment import beside, fitting, fragment, paragraph, table
from ablation.pages.numbers import interval, number

if TYPE_CHECKING:
    from ablation.attribution.circuits import Circuit
    from ablation.attribution.explanation import Explanation
    from ablation.attribution.flowing import Flow
    from ablation.attribution.given import Given

HEAD = ("", "value", "interval", "what the frequencies alone allow")


def shown(answer: Explanation) -> Markup:
    """An explanation in a notebook."""
    pictures = [worlds_figure(answer)]
    if answer.given and (drawn := input_figure(answer.given)):
        pictures.insert(0, drawn)
    return fragment(
        paragraph(str(answer), "lead"),
        beside(*pictures),
        table(HEAD, rows(answer)),
        paragraph(f"Intervals: {kind(answer)}. {answer.engine}.", "small"),
        *(paragraph(each, "small") for each in answer.assumptions),
    )


def flowing(found: Flow) -> Markup:
    """What components and arrows are worth, in a notebook."""
    return fragment(
        paragraph(flow_said(found), "lead"),
        fitting(lambda width: flow_figure(found, width)),
        paragraph(f"The graph was read by {found.route}.", "small"),
    )


def circuit(found: Circuit) -> Markup:
    """A circuit among the components, in a notebook."""
    facts = [("components", str(len(found.names))), ("runs", f"{found.runs:,}")]
    facts += [("margin whole", number(found.baseline, 3)),
              ("margin of the circuit", number(found.found.margin, 3))]  # fmt: skip
    if found.necessary:
        facts.append(("in every smallest circuit", ", ".join(found.necessary)))
    picture = fitting(lambda width: circuit_figure(found, width))
    return fragment(paragraph(str(found), "lead"), picture, table(("", ""), facts))


def asked(answer: Explanation) -> str:
    """The question that an explanation answers."""
    return f"Would it still be so that {answer.event}, without {answer.component}?"


def kind(answer: Explanation) -> str:
    """Which intervals an explanation has, in words."""
    exact = "none is needed, as nothing is left to chance"
    return exact if answer.kind == "exact" else f"{answer.kind}, {answer.level:.0%}"


def worlds_figure(answer: Explanation) -> Markup:
    """The draws as ribbons from the world with the component to the one without."""
    on = f"with {answer.component}"
    return two_worlds(_shares(answer), on=on, off="without it", title=asked(answer))


def _shares(answer: Explanation) -> Shares:
    every = (answer.counts.share(name, "draws") for name in ("both", "only_on", "only_off"))
    both, on, off = every
    return Shares(both, on, off, max(0.0, 1 - both - on - off))


def rows(answer: Explanation) -> list[tuple[str, str, str, str]]:
    """Probabilities of causation with their intervals and bounds, as text under `HEAD`."""
    every = (
        ("would still hold", answer.probability, answer.interval, answer.bounds),
        ("necessity (PN)", answer.necessity, answer.necessity_interval, answer.necessity_bounds),
        ("sufficiency (PS)", answer.sufficiency, answer.sufficiency_interval,
         answer.sufficiency_bounds),
        ("both (PNS)", answer.necessity_and_sufficiency,
         answer.necessity_and_sufficiency_interval, answer.necessity_and_sufficiency_bounds),
    )  # fmt: skip
    return [
        (name, number(value, 3), _ends(value, ends), interval(*bounds, 3))
        for name, value, ends, bounds in every
    ]


def _ends(value: float, ends: tuple[float, float]) -> str:
    if math.isnan(value):
        return "–"
    return "exact" if ends[0] == ends[1] else interval(*ends, 3)


def flow_said(found: Flow) -> str:
    """What a flow measures, in a sentence."""
    return (
        f"What it costs to switch off ({found.operator}) each component, and each arrow alone; "
        f"with everything on the metric is {number(found.baseline.value, 3)}."
    )


def flow_figure(found: Flow, width: float = 740) -> Markup:
    """Components with what they are worth, and arrows as wide as theirs."""
    nodes, arrows = found.nodes, found.arrows
    edges = [(str(a), str(b)) for a, b in zip(arrows["source"], arrows["reader"], strict=True)]
    return effect_graph(
        edges,
        nodes=[str(each) for each in nodes["component"]],
        worth=dict(zip(map(str, nodes["component"]), map(float, nodes["effect"]), strict=True)),
        widths=dict(zip(edges, map(float, arrows["effect"]), strict=True)),
        title="What every component and every arrow is worth",
        width=width,
    )


def circuit_figure(found: Circuit, width: float = 740) -> Markup:
    """The graph of components, with the members of the circuit filled."""
    graph = found.components
    return effect_graph(
        list(graph.edges + graph.ends),
        nodes=list(graph.names),
        members=found.members,
        title=f"The circuit that keeps it that {found.event}",
        width=width,
    )


def input_figure(given: Given, width: float = 180) -> Markup | None:
    """Draw an input: an image, a row of tokens, or numbers as shades; nothing above three axes."""
    values = np.array(given.values).reshape(given.shape)
    if given.labels and values.ndim == 1:
        return _tokens([str(int(each)) for each in values], width)
    if values.ndim == 3:
        values = values.mean(0)  # channels
    if values.ndim == 1:
        values = values[None]
    if values.ndim != 2 or not np.isfinite(values).all():
        return None
    low, high = float(values.min()), float(values.max())
    shades = (values - low) / (high - low) if high > low else np.full_like(values, 0.5)
    return image_figure(shades, title="What went in", width=width, full=1.0)


def _tokens(words: list[str], width: float) -> Markup:
    """Tokens in boxes, line by line."""
    pieces: list[Markup] = []
    x, y = 0.0, 0.0
    for word in words:
        wide = text_width(word) + 12
        if x and x + wide > width:
            x, y = 0.0, y + 30
        pieces.append(element("rect", x=x + 0.5, y=y + 0.5, width=wide - 1, height=23, rx=4,
                              fill="none", stroke=RULE))  # fmt: skip
        pieces.append(label(word, x + wide / 2, y + 17, text_anchor="middle", fill=INK))
        x += wide + 5
    caption = label("what went in", 0, y + 44, fill=MUTED, font_size=12.5)
    return drawing([*pieces, caption], width=width, height=y + 50, title="What went in",
                   description=" ".join(words))  # fmt: skip
