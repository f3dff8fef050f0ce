"""Numbers on the page: legible, and never other than they are."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ablation.pages.numbers import decimals, interval, number, p_value
from ablation.pages.visible import one_line, visible

FINITE = st.floats(-1e300, 1e300)


def back(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))


@given(value=FINITE, places=st.integers(0, 6))
def test_a_printed_number_is_the_number_to_the_places_shown(value: float, places: int) -> None:
    printed = back(number(value, places))
    assert math.isclose(printed, value, rel_tol=0.006, abs_tol=0.51 * 10**-places)


@given(value=FINITE, places=st.integers(0, 6))
def test_no_number_prints_a_hyphen_or_a_negative_zero(value: float, places: int) -> None:
    text = number(value, places, sign=True)
    assert "-" not in text
    assert back(text) != 0 or "−" not in text


@given(half=st.floats(1e-5, 1e5))
def test_two_digits_of_the_uncertainty_are_shown(half: float) -> None:
    shown = half * 10 ** decimals([half])
    assert shown >= 9.9999 or decimals([half]) == 6


def test_what_is_not_a_number_is_a_dash() -> None:
    nan = float("nan")
    assert {number(nan, 2), p_value(nan), interval(nan, 1.0, 2)} == {"–"}
    assert number(-math.inf, 1) == "−∞"


@given(text=st.text())
def test_visible_text_shows_all_of_itself_on_paper(text: str) -> None:
    shown = visible(text, keep="")
    assert all(char.isprintable() or char.isspace() for char in shown)
    assert not {"\u202e", "\u2066", "\x00", "\x1b", "\n"} & set(shown)
    shown.encode("utf-8")
    assert visible(shown, keep="") == shown


@given(text=st.text(), longest=st.integers(2, 50))
def test_one_line_is_one_line_and_no_longer(text: str, longest: int) -> None:
    line = one_line(text, longest=longest)
    assert len(line) <= longest
    assert line.splitlines() in ([], [line])
