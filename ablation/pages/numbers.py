"""Numbers as a reader wants them: as many digits as the uncertainty allows, a true minus sign."""

import math
from collections.abc import Iterable

MISSING = "–"
TIED = "\u00a0"
"""A space at which no line breaks."""


def decimals(half_widths: Iterable[float], *, otherwise: int = 3) -> int:
    """Choose how many decimals show two digits of the typical uncertainty.

    >>> decimals([0.04, 0.03, 0.17]), decimals([2.5]), decimals([])
    (3, 1, 3)
    """
    sizes = sorted(size for size in half_widths if math.isfinite(size) and size > 0)
    if not sizes:
        return otherwise
    typical = sizes[(len(sizes) - 1) // 2]
    return max(0, min(6, 1 - math.floor(math.log10(typical))))


def number(value: float, places: int, *, sign: bool = False) -> str:
    """Print a number with fixed decimals; very large and very small ones in powers of ten.

    >>> number(-0.0312, 3), number(0.0312, 2, sign=True), number(float("nan"), 2)
    ('−0.031', '+0.03', '–')
    >>> number(3.2e-7, 3), number(1.5e9, 3), number(-0.0001, 2)
    ('3.2e−7', '1.5e9', '0.00')
    """
    if not math.isfinite(value):
        return MISSING if math.isnan(value) else ("∞" if value > 0 else "−∞")
    far = value != 0 and (abs(value) >= 1e6 or (abs(value) < 1e-4 and places > 2))
    text = _powers(f"{value:.3g}") if far else f"{value:.{places}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    elif sign and value > 0:
        text = f"+{text}"
    return text.replace("-", "−")


def interval(lower: float, upper: float, places: int) -> str:
    r"""Print an interval in brackets, on one line.

    >>> interval(-0.01, 0.2, 2), interval(float("nan"), float("nan"), 2)
    ('[−0.01,\xa00.20]', '–')
    """
    if math.isnan(lower) or math.isnan(upper):
        return MISSING
    return f"[{number(lower, places)},{TIED}{number(upper, places)}]"


def p_value(p: float) -> str:
    r"""Print a p value: three decimals, and a bound below them.

    >>> p_value(0.0312), p_value(1e-9), p_value(1.0), p_value(float("nan"))
    ('0.031', '<\xa00.001', '1.000', '–')
    """
    if math.isnan(p):
        return MISSING
    return f"<{TIED}0.001" if p < 0.0005 else f"{p:.3f}"


def percent(share: float, places: int | None = None) -> str:
    r"""Print a share as a percentage, on one line with its sign.

    Without `places` it gets as many decimals as it needs.

    >>> percent(0.95), percent(0.999), percent(0.9571, 0)
    ('95\u202f%', '99.9\u202f%', '96\u202f%')
    """
    digits = f"{100 * share:.6g}" if places is None else number(100 * share, places)
    return f"{digits}\u202f%"


def count(things: int) -> str:
    """Print how many there are, with a comma before every three digits.

    >>> count(1669), count(50)
    ('1,669', '50')
    """
    return f"{things:,}".replace("-", "−")


def _powers(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else text
