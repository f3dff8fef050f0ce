"""Why experiments do not tell: two worlds that ask too much of one variable, or hedges all around.

Given its causes a variable depends on nothing but its noise, so what happens in all worlds falls
into parts that share noise.  A part that asks for two values of one variable is no function of
experiments (Shpitser & Pearl 2007, ID*; Correa, Lee & Bareinboim 2021).
"""

from collections.abc import Mapping, Set
from itertools import count
from typing import Any, TypeAlias

from causal.checker.plain import Json, TooLargeError, fields, items, require
from causal.checker.reading import Symbol, is_law, read
from causal.checker.separation import Causes, district
from causal.checker.verdict import depends, hedged
from causal.checker.worlds import Query, every, what_is

Happening: TypeAlias = Mapping[tuple[str, tuple[Any, ...]], Symbol]  # a variable for its causes


def happening(causes: Causes, query: Query) -> Happening:
    """Each variable's value where its causes have theirs: what worlds agree on happens once.

    A value that is neither asked about nor given is a symbol of its own.
    """
    order, new = {v: i for i, v in enumerate(causes)}, count(100)
    found: dict[tuple[str, tuple[Any, ...]], Symbol] = {}

    def reads(v: str) -> list[str]:
        return sorted(u for u in causes[v] if isinstance(u, str))

    for name, world, value in sorted(query[0] + query[1], key=lambda event: order[event.name]):

        def respond(v: str, row: tuple[Any, ...], at: Any = (name, value)) -> Symbol:
            fresh = at[1] if at[0] == v else Symbol(v, next(new))
            return found.setdefault((v, row), fresh)

        same = what_is(name, world, reads, respond) == value
        require(same, "what is asked about, or given, cannot be")
    return found


def torn(causes: Causes, query: Query) -> str:
    """What shares noise, and would have to meet two values of one variable; nothing if nothing has.

    That is an obstacle where nothing is given, as part of what is given may not matter.
    """
    happens = happening(causes, query).items()
    variables = {v for (v, _), _ in happens}
    for first in sorted(variables):
        part = district(causes.__getitem__, first, variables)
        values: dict[str, Symbol] = {}
        for (v, row), value in happens:
            for symbol in (*row, value) if v in part else ():
                if values.setdefault(symbol.name, symbol) != symbol:
                    return f"the noise of {sorted(part)} meets two values of {symbol.name!r}"
    return ""


def surrounded(causes: Causes, query: Query, stated: Json, *, alone: bool) -> str:
    """A law that several regimes leave open, each by what it sets, or by a hedge in its graph.

    Lee, Correa & Bareinboim (2019): the law of a district, all of whose causes are set.  That an
    effect depends on it is seen here; for other questions it takes models, so ``alone`` refuses.
    """
    law, regimes = fields(stated, "law", "regimes")
    tokens = read(*items([law], str))
    require(is_law(tokens) and not tokens[0][2], f"{law!r:.60} is no law of a district")
    inner, _, do = ({s.name for s in part} for part in tokens[0][1:])
    around = {u for v in inner for u in causes.get(v, ()) if isinstance(u, str)} - inner
    require(around <= do and inner | do <= causes.keys(), f"{law} does not set all causes")
    require(regimes, "there is no regime")
    for each in items(regimes, dict):
        names, hedge = fields(each, "set", "hedge")
        z = {*items(names, str)}
        require(z <= causes.keys(), f"no regime of this graph: {names!r:.60}")
        hides = f"{law} takes a hedge where none of it is set, and none elsewhere"
        require((hedge is None) == bool(z & inner), hides)
        if hedge is None:
            continue
        left = {v: {u for u in above if not _of(u, z)} for v, above in causes.items()}
        smaller = {v: above for v, above in left.items() if not _of(v, z)}
        hedged(smaller, (inner, set(), do - z), hedge)
        require({*hedge["inner"]} == inner, f"a hedge around other variables than those of {law}")
    worlds = every(query)
    if len(worlds) > 1 or any(r or isinstance(to, frozenset) for _, r, to in worlds[0]):
        require(not alone, "that it needs the law takes two models", TooLargeError)
        return f"none of them shows {law}"
    happening(causes, query)  # so what is set, or stands twice, has one value
    x = {v for v, *_ in worlds[0]}
    y, z = ({event.name for event in part} - x for part in query)
    depends(causes, (y - z, z, x), inner)
    return f"it needs {law}, which none of them shows"


def _of(v: Any, names: Set[str]) -> bool:
    return v in names if isinstance(v, str) else not names.isdisjoint(v)
