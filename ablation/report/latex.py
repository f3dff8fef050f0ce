r"""A table of effects as LaTeX, in the manner of booktabs: paste it into a paper.

Needs \usepackage{booktabs}. Every character with a meaning to TeX is written as what prints it.
"""

import pandas as pd

from ablation.pages.cells import grid
from ablation.pages.inline import Text, plain_text
from ablation.pages.visible import one_line
from ablation.report.tables import effects_table

_PRINTS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "−": r"$-$",
        "–": r"--",
        "⟨": r"$\langle$",
        "⟩": r"$\rangle$",
        "[": "{[}",
        "]": "{]}",
    }
)


def escaped(text: str) -> str:
    r"""Write text so that TeX prints it and does nothing else.

    >>> print(escaped(r"50% of \input{x} & $y_1$"))
    50\% of \textbackslash{}input\{x\} \& \$y\_1\$
    """
    return one_line(text).translate(_PRINTS)


def to_latex(effects: pd.DataFrame, metric: str | None = None) -> str:
    r"""Write the effects on one metric as a LaTeX table.

    >>> from ablation import Component, LeaveOneOut, Metric, Study, Trials
    >>> study = Study("toy", "toy:train", [Component("mlp", switch="mlp")], LeaveOneOut(),
    ...               [Metric("accuracy")], seeds=1, config={"mlp": True})
    >>> from ablation.statistics import effects
    >>> print(to_latex(effects(Trials(study, []))).splitlines()[7])
    mlp & 0 & -- & -- & -- & -- & -- & -- & -- & not estimated \\
    """
    table = effects_table(effects, metric)
    laid = grid(table)
    sides = "".join("r" if numeric else "l" for numeric in laid.numeric)
    rows = [_line(laid.headings), *(_line(row) for row in laid.rows)]
    caption = escaped(plain_text(table.caption))
    lines = [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{caption}}}",
        rf"\begin{{tabular}}{{{sides}}}",
        r"\toprule",
        rows[0],
        r"\midrule",
        *rows[1:],
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _line(cells: tuple[Text, ...]) -> str:
    return " & ".join(escaped(plain_text(cell)) for cell in cells) + r" \\"
