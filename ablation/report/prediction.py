"""One prediction on a page: what went in, the two worlds, the components behind it.

`ablation.report.prediction.page(explain(...), flow(...)).save("why.html")`.
"""

from collections.abc import Iterator

import pandas as pd

from ablation.attribution.explanation import HEAD, Explanation, asked, kind, rows, worlds_figure
from ablation.attribution.flowing import Flow, flow_figure, flow_said
from ablation.attribution.given import input_figure
from ablation.pages.page import Beside, Figure, Listing, Page, Prose, Section, Table


def page(answer: Explanation, found: Flow | None = None) -> Page:
    """A page about one prediction, and about what its components are worth if that was measured."""
    how = Prose(f"Intervals: {kind(answer)}. {answer.engine}.")
    rests = Section("What it rests on", [how, Listing(answer.assumptions)])
    sections = [Section("Two worlds", [*_told(answer)]), rests]
    if found is not None:
        picture = Figure.fitting(
            lambda width: flow_figure(found, width), flow_said(found), scrolls=True
        )
        frame = found.arrows.rename(columns={"source": "from", "reader": "to"})
        if not found.sites:  # then the ends of the intervals are the values
            frame = frame[["from", "to", "effect"]]
        listed = Table(frame, "What each arrow is worth.", formats={"effect": "+.4f"})
        sections.insert(1, Section("The components behind it", [picture, listed]))
    return Page(asked(answer), str(answer), sections)


def _told(answer: Explanation) -> Iterator[Beside | Table]:
    worlds = Figure(
        worlds_figure(answer),
        f"Where the event holds, draw by draw: with {answer.component}, and without it.",
    )
    drawn = input_figure(answer.given) if answer.given else None
    yield Beside([Figure(drawn, "What went in."), worlds] if drawn else [worlds])
    listed = pd.DataFrame(rows(answer), columns=list(HEAD))
    yield Table(listed, "Probabilities of causation.")
