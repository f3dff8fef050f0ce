"""Numbers as the demo says them: shares in percent, differences in points, both with intervals."""

from ablation.pages.numbers import number, percent


def share(value: float) -> str:
    r"""Say a share.

    >>> share(0.9571)
    '95.7\u202f%'
    """
    return percent(value, 1)


def points(value: float) -> str:
    """Say a difference of shares, without its sign.

    >>> points(-0.0123)
    '1.2 points'
    """
    return f"{number(abs(100 * value), 1)} points"


def between(lower: float, upper: float, *, sign: bool = True) -> str:
    """Say an interval of differences of shares, in points.

    >>> between(-0.0643, 0.0012)
    '[−6.4, +0.1]'
    """
    return f"[{number(100 * lower, 1, sign=sign)}, {number(100 * upper, 1, sign=sign)}]"


def signed_points(value: float) -> str:
    """Say a difference of shares with its sign.

    >>> signed_points(-0.0123)
    '−1.2 points'
    """
    return f"{number(100 * value, 1, sign=True)} points"


def signed(value: float, lower: float, upper: float) -> str:
    """Say a difference of shares with its sign and interval, in points.

    >>> signed(0.1067, 0.04, 0.1735)
    '+10.7 points [+4.0, +17.3]'
    """
    return f"{signed_points(value)} {between(lower, upper)}"
