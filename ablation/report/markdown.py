"""A table of effects as Markdown: for a README, an issue, a pull request."""

import re

import pandas as pd

from ablation.pages.cells import grid
from ablation.pages.inline import Text, plain_text
from ablation.pages.visible import one_line
from ablation.report.tables import effects_table

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$:@-])")


def to_markdown(effects: pd.DataFrame, metric: str | None = None) -> str:
    r"""Write the effects on one metric as a table of Markdown; names stay names.

    Whatever could be read as markup, a link, a mention or HTML is escaped.

    >>> from ablation import Component, LeaveOneOut, Metric, Study, Trials
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=1, config={"mlp": True})
    >>> from ablation.statistics import effects
    >>> print(to_markdown(effects(Trials(study, []))), end="")
    | component | n | baseline | without | effect | 95 % interval | p \(Holm\) | d | g | verdict |
    | :--- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | :--- |
    | mlp | 0 | – | – | – | – | – | – | – | not estimated |
    """
    laid = grid(effects_table(effects, metric))
    rule = ["---:" if numeric else ":---" for numeric in laid.numeric]
    lines = [[_escaped(heading) for heading in laid.headings], rule]
    lines += [[_escaped(cell) for cell in row] for row in laid.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _escaped(text: Text) -> str:
    """Escape Markdown's punctuation with backslashes, and HTML with entities."""
    safe = (
        one_line(plain_text(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    )
    return _SPECIAL.sub(r"\\\1", safe)
