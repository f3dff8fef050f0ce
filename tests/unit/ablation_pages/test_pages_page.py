"""What a page promises: it needs nothing, hides nothing, and is the same every time."""

import re
from pathlib import Path

import pandas as pd
import pytest
from strategies.reading_html import Reading

from ablation.pages.figures import graph_figure, image_figure
from ablation.pages.page import (
    Aside,
    Beside,
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

TABLE = Table(pd.DataFrame({"name": ["mlp", "norm"], "effect": [-0.25, float("nan")]}), "Effects.")
FIGURE = Figure.fitting(lambda width: graph_figure([("X", "Y")], width=width), "One edge.")


def everything() -> Page:
    return Page(
        "Every block",
        ("A lead with ", Strong("weight"), "."),
        [
            Section("Words", [Prose("One.\n\nTwo."), Aside("Mind this.", tone="warning")]),
            Section("Lists", [Listing(["a", Code("b")]), Listing(["c"], ordered=True)]),
            Section("Facts", [Facts([("seed", "0")]), KeyFigures([("3", "of them")])]),
            Section("Machine", [Formula("Σ_{W} P(W)", "a sum"), Preformatted("x\n y"),
                                Preformatted("hidden", summary="Traceback")]),
            Section("Shown", [TABLE, FIGURE, Beside([FIGURE, Prose(Mark("matters", "good"))])]),
        ],
        colophon="The end.",
    )  # fmt: skip


def test_every_block_arrives_on_the_page_and_every_tag_is_closed() -> None:
    text = Reading(everything().render()).text
    for words in ("weight", "One.", "Two.", "Mind this.", "of them", "a sum", "hidden", "Traceback",
                  "matters", "The end.", "−0.25", "–"):  # fmt: skip
        assert words in text


def test_equal_pages_are_equal_bytes() -> None:
    assert everything().render() == everything().render()


def test_the_policy_forbids_every_request_and_nothing_asks_for_one() -> None:
    html = everything().render()
    read = Reading(html)
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    metas = [dict(a) for tag, a in read.elements if tag == "meta"]
    assert {"http-equiv": "Content-Security-Policy", "content": policy} in metas
    assert not {"script", "link", "iframe", "object", "embed", "form", "base", "img"} & {
        tag for tag, _ in read.elements
    }
    for tag, attributes in read.elements:
        for key in ("src", "srcset", "action", "poster", "style"):
            assert key not in attributes, (tag, key)
        assert (attributes.get("href") or "#").startswith("#")
    assert "@import" not in html
    assert "url(" not in html


def test_figures_and_tables_are_numbered_apart_in_the_order_of_the_page() -> None:
    text = Reading(everything().render()).text
    assert re.findall(r"(Table|Figure) (\d+)\.", text) == [
        ("Table", "1"), ("Figure", "1"), ("Figure", "2"),
    ]  # fmt: skip


def test_the_contents_lead_to_every_section() -> None:
    read = Reading(everything().render())
    targets = {a["href"] for tag, a in read.elements if tag == "a"}
    ids = [a["id"] for _, a in read.elements if "id" in a]
    assert targets == {f"#section-{k}" for k in range(1, 6)}
    assert {target[1:] for target in targets} <= set(ids)
    assert len(ids) == len(set(ids))


def test_tables_can_be_read_aloud() -> None:
    read = Reading(everything().render())
    heads = [a for tag, a in read.elements if tag == "th"]
    assert [a["scope"] for a in heads] == ["col", "col", "row", "row"]
    assert read.count("caption") == 1
    assert 'class="numeric">−0.25' in everything().render().replace("<bdi>", "")


def test_pictures_have_a_name_and_two_sizes() -> None:
    read = Reading(everything().render())
    pictures = [a for tag, a in read.elements if tag == "svg"]
    assert len(pictures) == 4
    assert all(a["role"] == "img" and a["aria-label"] and a["viewbox"] for a in pictures)


def test_a_words_alternative_replaces_what_a_picture_says_of_itself() -> None:
    figure = Figure(image_figure([[1.0]], title="A dot"), alt="One black dot")
    html = Page("P", "", [Section("S", [figure])]).render()
    assert '<div class="drawing" role="img" aria-label="One black dot">' in html


def test_a_frame_whose_index_says_something_keeps_it() -> None:
    law = pd.Series({0: 0.25, 1: 0.75}, name="P(Y)").rename_axis("Y").to_frame()
    text = Reading(Page("P", "", [Section("S", [Table(law)])]).render()).text
    assert "Y P(Y) 0 0.25 1 0.75" in text


def test_cells_say_yes_no_and_dash_and_keep_their_marks() -> None:
    frame = pd.DataFrame({
        "name": ["a", "b"], "flag": [True, False], "count": pd.array([3, None], dtype="Int64"),
        "word": [Mark("hurts", "bad"), ("x ", Strong("y"))], "share": [0.256, None],
    })  # fmt: skip
    html = Page("P", "", [Section("S", [Table(frame, formats={"share": ".0%"})])]).render()
    assert '<span class="mark bad">hurts</span>' in html
    assert "a yes 3 hurts 26%" in Reading(html).text
    assert "b no – x y –" in Reading(html).text


def test_counts_have_commas_and_numbers_that_are_names_have_none() -> None:
    frame = pd.DataFrame({"runs": [1669], "seed": [20261]})
    html = Page("P", "", [Section("S", [Table(frame, formats={"seed": "d"})])]).render()
    assert "1,669 20261" in Reading(html).text


def test_row_lines_belong_to_the_cells_so_that_a_column_that_stays_keeps_them() -> None:
    assert "border-collapse: separate" in CSS
    assert re.search(r"tbody tr \+ tr > \* \{ border-top", CSS)
    assert re.search(r"tbody th, thead th:first-child \{ position: sticky", CSS)


def test_what_is_wider_than_a_phone_shows_that_it_goes_on() -> None:
    [scrolls] = re.findall(
        r"\.table, \.formula, pre, \.scrolls \{ background:(.*?)\}", CSS, re.DOTALL
    )
    assert "no-repeat local" in scrolls  # what covers the shadow moves with the content
    assert "var(--shade)" in scrolls


def test_a_picture_that_scrolls_keeps_its_size_in_a_box_of_its_own() -> None:
    figure = Figure.fitting(
        lambda width: graph_figure([("X", "Y")], width=width), "One edge.", scrolls=True
    )
    html = Page("P", "", [Section("S", [figure])]).render()
    assert '<div class="drawing scrolls broad">' in html
    assert '<div class="drawing scrolls narrow">' in html
    assert ".drawing { overflow-x: auto; }" in CSS
    assert "@media screen { .scrolls svg { max-width: none; } }" in CSS
    assert 'class="drawing scrolls' not in everything().render(), "others shrink"


def test_saving_replaces_the_page_whole_and_leaves_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "page.html"
    Page("One", "", []).save(target)
    assert everything().save(target) == target
    assert target.read_text(encoding="utf-8") == everything().render()
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]


CSS = Page("P", "", []).render()


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("role", ["ink", "muted", "accent", "warn", "calm"])
def test_every_colour_of_text_has_the_contrast_of_wcag_aa(scheme: int, role: str) -> None:
    def colour(name: str) -> str:
        return re.findall(rf"--{name}: (#[0-9a-f]{{6}});", CSS)[scheme]

    for ground in ("paper", "band"):
        low, high = sorted((luminance(colour(role)), luminance(colour(ground))))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (role, ground)
