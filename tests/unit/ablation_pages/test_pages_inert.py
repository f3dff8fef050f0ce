"""A picture that could do more than draw does not come onto a page."""

import pytest

from ablation.pages.figures import image_figure
from ablation.pages.inert import LivePictureError, inert
from ablation.pages.page import Figure

OPEN = '<svg xmlns="http://www.w3.org/2000/svg">'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<circle onload="alert(1)"/>',
        '<a href="https://example.org"><circle/></a>',
        "<foreignObject><body/></foreignObject>",
        "<style>* { display: none }</style>",
        '<image href="https://example.org/x.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<use href="#x"/>',
        '<rect fill="url(https://example.org/x)"/>',
        '<rect style="background: red"/>',
        '<rect class="warning"/>',
        '<rect id="section-1"/>',
        '<circle xmlns:x="http://www.w3.org/1999/xlink" x:href="javascript:alert(1)"/>',
        '<html xmlns="http://www.w3.org/1999/xhtml"/>',
        '<rect xmlns="http://www.w3.org/1999/xhtml"/>',
        "<animate attributeName='href'/>",
        "<![CDATA[<script>]]>",
        "<!-- --><?xml-stylesheet href='x'?>",
        "<circle>",
    ],
)
def test_what_is_not_a_shape_or_a_word_is_refused(inside: str) -> None:
    with pytest.raises(LivePictureError):
        Figure(f"{OPEN}{inside}</svg>")
    with pytest.raises(LivePictureError):
        Figure(f"{OPEN}</svg>", narrow=f"{OPEN}{inside}</svg>")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain words",
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>',
        "<?xml version='1.0'?><svg/>",
        f"{OPEN}</svg><script>alert(1)</script>",
        f"{OPEN}&nbsp;</svg>",
    ],
)
def test_what_is_not_one_plain_svg_is_refused(text: str) -> None:
    with pytest.raises(LivePictureError):
        inert(text)


def test_our_own_pictures_pass_and_a_bitmap_may_come_inline() -> None:
    assert inert(image_figure([[0, 1]], title="</svg><script>"))
    assert inert(f'{OPEN}<image href="data:image/png;base64,iVBORw0KGgo="/></svg>')
