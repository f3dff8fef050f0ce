"""One box for many parts of one value, where they stand alike in a graph.

The heads of an attention, or the neurons of a layer, read the same and are read by the same: a box
each would only repeat every arrow.
"""

from collections.abc import Iterable, Sequence

from ablation.pages.figures.layers import Edge


def gathered(
    names: Sequence[str], edges: Iterable[Edge]
) -> tuple[tuple[str, ...], tuple[Edge, ...]]:
    """Names and edges with one name for all parts of a value, `heads[0 … 3]`, if they are alike.

    >>> gathered(["a[0]", "a[1]", "b"], [("a[0]", "b"), ("a[1]", "b")])
    (('a[0 … 1]', 'b'), (('a[0 … 1]', 'b'),))
    >>> gathered(["a[0]", "a[1]", "b"], [("a[0]", "b")])[0]
    ('a[0]', 'a[1]', 'b')
    """
    drawn = tuple(edges)
    parts: dict[str, list[str]] = {}
    for name in names:
        if name.endswith("]"):
            parts.setdefault(name.partition("[")[0], []).append(name)
    into: dict[str, set[str]] = {name: set() for name in names}
    out: dict[str, set[str]] = {name: set() for name in names}
    for source, reader in drawn:
        out.setdefault(source, set()).add(reader)
        into.setdefault(reader, set()).add(source)
    shown = {name: name for edge in drawn for name in edge} | {name: name for name in names}
    for path, every in parts.items():
        first, last = every[0], every[-1]
        if len(every) > 1 and all((into[e], out[e]) == (into[first], out[first]) for e in every):
            box = f"{path}[{_number(first)} … {_number(last)}]"
            shown.update(dict.fromkeys(every, box))
    return (
        tuple(dict.fromkeys(shown[name] for name in names)),
        tuple(dict.fromkeys((shown[source], shown[reader]) for source, reader in drawn)),
    )


def _number(part: str) -> str:
    """What stands between the brackets."""
    return part.partition("[")[2].removesuffix("]")
