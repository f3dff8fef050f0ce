"""Names are only names: whatever a component is called, every output says it and does nothing."""

import csv
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies.handmade_trials import made
from strategies.reading_html import Reading

import ablation
from ablation.pages.figures import Bar, bar_compare, graph_figure, image_figure
from ablation.pages.page import (
    Aside,
    Code,
    Facts,
    Figure,
    Formula,
    KeyFigures,
    Listing,
    Mark,
    Page,
    Preformatted,
    Prose,
    Section,
    Strong,
    Table,
)
from ablation.report.latex import to_latex
from ablation.report.markdown import to_markdown
from ablation.report.spreadsheet import to_csv
from ablation.statistics import effects

NAMES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</title></svg><script>alert(1)</script>",
    "]]><!--",
    "&lt;script&gt;",
    "{{ 7 * 7 }}{% raw %}",
    "=cmd|'/C calc'!A1",
    "+1+1",
    "@SUM(A1)",
    "javascript:alert(1)",
    r"\input{/etc/passwd}$\href{x}{y}$%&#_^~",
    "| a | **b** | [c](http://x) `d` |",
    "שלום عربى",
    "w" * 200,
    "多頭注意力 🙂",
]
BASE = [0.90, 0.92, 0.91]


def runs(names: list[str]) -> dict[str, list[float | None]]:
    hostile = {name: [0.8 - i / 100, 0.83, 0.8] for i, name in enumerate(names)}
    return {"baseline": BASE, **hostile, names[0]: [0.8, None, 0.7]}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return effects(made(runs(NAMES), seeds=3))


SAFE = re.compile(
    "html|head|meta|title|style|body|main|header|h1|h2|bdi|p|nav|ol|ul|li|a|section|span|aside"
    "|strong|code|dl|div|dt|dd|b|pre|details|summary|table|caption|thead|tbody|tr|th|td|figure"
    "|figcaption|footer|sub|svg|desc|g|path|line|rect|circle|text"
)
TEX = re.compile(
    "begin|end|centering|caption|toprule|midrule|bottomrule|textbackslash|textasciicircum"
    "|textasciitilde|textless|textgreater|textbar|textquotedbl|langle|rangle"
)


def harmless(html: str) -> Reading:
    read = Reading(html)
    for tag, attributes in read.elements:
        assert SAFE.fullmatch(tag), tag
        assert not [key for key in attributes if key.startswith("on")], attributes
        assert (attributes.get("href") or "#").startswith("#")
    return read


def test_the_report_says_every_name_and_runs_none(tmp_path: Path) -> None:
    trials = made(runs(NAMES), seeds=3, error=f"ValueError: {NAMES[0]}\n{NAMES[3]}\u202e\x1b[31m")
    html = ablation.report(trials, to=tmp_path).read_text(encoding="utf-8")
    read = harmless(html)
    for name in NAMES:
        assert " ".join(name.split()) in read.text, name
    assert "49" not in read.text.replace("[", " ").split()
    assert not {"\u202e", "\x1b"} & set(html)
    assert "⟨U+202E⟩" in html


@settings(max_examples=80, deadline=None)
@given(text=st.one_of(st.text(), st.sampled_from(NAMES), st.from_regex(r"[<>&'\"/=a-z!-]{1,20}")))
def test_every_block_takes_any_text(text: str) -> None:
    shown = text or "x"
    blocks = [
        Prose((text, Strong(text), Code(text), Mark(text))), Aside(text), Listing([text]),
        Facts([(text, text)]), KeyFigures([(text, text)]), Formula(text, text),
        Preformatted(text, summary=text), Preformatted(text),
        Table(pd.DataFrame({shown: [text]}), text),
        Figure(image_figure([[1.0]], title=text), text, text),
        Figure(graph_figure([(shown, shown + "'")], title=text)),
        Figure(bar_compare([Bar(label=text, value=1, remark=text)], title=text, axis_title=text)),
    ]  # fmt: skip
    harmless(Page(text, text, [Section(text, blocks)] * 3, colophon=text).render())


def test_markdown_has_one_row_a_component_and_no_live_markup(table: pd.DataFrame) -> None:
    lines = to_markdown(table).splitlines()
    assert len(lines) == 2 + len(NAMES)
    columns = [len(re.findall(r"(?<!\\)\|", line)) for line in lines]
    assert len(set(columns)) == 1
    for line in lines[2:]:
        assert not re.search(r"(?<!\\)[`*_\[<]", line), line
        assert "javascript:" not in line


def test_markdown_reads_back_as_the_names(table: pd.DataFrame) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(to_markdown(table))
    read = Reading(html)
    assert {tag for tag, _ in read.elements} <= {"table", "thead", "tbody", "tr", "th", "td"}
    for name in NAMES:
        assert " ".join(name.split()) in read.text


def test_latex_has_no_command_but_its_own(table: pd.DataFrame) -> None:
    latex = to_latex(table)
    assert all(TEX.fullmatch(command) for command in re.findall(r"\\([a-zA-Z]+)", latex))
    assert not re.search(r"(?<!\\)[#%_^~]", latex)
    rows = latex[latex.index("\\midrule") : latex.index("\\bottomrule")]
    assert len(re.findall(r"\\\\$", rows, re.MULTILINE)) == len(NAMES)
    cells = {len(re.findall(r"(?<!\\)&", line)) for line in rows.splitlines()[1:]}
    assert len(cells) == 1
    depth = 0
    for mark in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if mark == "{" else -1
        assert depth >= 0
    assert depth == 0


def test_csv_opens_as_text_and_reads_back(table: pd.DataFrame) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert [row["component"].removeprefix("'") for row in rows] == [
        name.removeprefix("'") for name in NAMES
    ]
    for row in rows:
        assert not row["component"].startswith(("=", "+", "-", "@", "\t"))
        float(row["effect"])
