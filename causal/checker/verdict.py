"""Verify an answer: a derivation and where it leads, or a hedge and two models."""

from collections.abc import Sequence, Set

from causal.checker.models import compared, refuted
from causal.checker.numbers import measured
from causal.checker.plain import CheckError, Json, TooLargeError, fields, items, require
from causal.checker.reading import Tokens, is_law, meaning, normal, read, symbols
from causal.checker.separation import Causes, Graph, ancestors, cut, district, drawn, separated


def replay(graph: Json, query: Json, *proof: Json, acts: bool = False, models: int = 0) -> str:
    """What has been verified of a yes, by formula, steps and perhaps numbers.

    The formula may speak of actions only if ``acts``.
    """
    causes, letters, (estimand, steps, *numbers) = drawn(graph), dict[object, str](), proof
    start, end = _read(causes, query), _read(causes, estimand)
    line = _spelt(start, letters)
    for i, step in enumerate(items(steps, dict), start=1):
        try:
            line = _rewritten(causes, line, step, letters)
        except CheckError as error:
            raise type(error)(f"step {i}: {error}") from error
    _equal(_tokens(line, letters), end)
    acting = any(isinstance(token, tuple) and token[3] for token in end)
    require(acts or not acting, "the formula still speaks of an action")
    said = [f"verified: {query} = {estimand}, in {len(steps)} steps"]
    said += [compared(causes, start, end, models)] if models else []
    return "\n".join(said + [measured(start, end, number) for number in numbers])


def refute(graph: Json, query: Json, hedge: Json, models: Json = None) -> str:
    """What has been verified of a no."""
    asked = _read(causes := drawn(graph), query)
    require(is_law(asked), "the query is not a law P(...)")
    found = hedged(causes, [{s.name for s in part} for part in asked[0][1:]], hedge)
    said = refuted(causes, asked, models) if models is not None else "two models: none given"
    return f"verified: {query} is not identified; {found}\n{said}"


def hedged(causes: Causes, law: Sequence[Set[str]], hedge: Json) -> str:
    """A hedge, which a law of some variables, given some, others set, cannot do without.

    Huang & Valtorta (2006), theorem 3; conditions by Shpitser & Pearl (2006, IDC), theorem 6.
    """
    outer, inner = ({*items(part, str)} for part in fields(hedge, "outer", "inner"))
    depends(causes, law, inner)
    whole = causes.__getitem__
    around = ancestors(cut(whole, set(), causes.keys() - outer), inner)
    proper = inner < outer == around == district(whole, min(inner), outer)
    require(proper, "the outer set is not one district of ancestors around the inner set")
    return f"the hedge is {sorted(outer)} around {sorted(inner)}"


def depends(causes: Causes, law: Sequence[Set[str]], inner: Set[str]) -> None:
    """Whether the law is about a district, whose members answer to their causes alone."""
    whole, (y, z, x) = causes.__getitem__, law
    for v in sorted(z) * len(z):  # what rule 2 turns into an action, perhaps after others, is one
        if v in z and separated(cut(whole, x, {v}), y, {v}, x | z - {v}):
            x, z = x | {v}, z - {v}
    needed = ancestors(cut(whole, set(), x), y | z)
    proper = inner and inner <= needed and district(whole, min(inner), needed) == inner
    require(proper, "the inner set is no district of what the outcome descends from")


def _read(causes: Causes, text: Json) -> Tokens:
    tokens = read(*items([text], str))
    known = all(s.name in causes and not s.value for s in symbols(tokens))
    require(known, f"not of the graph, or at a value: {text:.60}")
    return tokens


def _equal(one: Tokens, other: Tokens) -> None:
    this, that = meaning(one), meaning(other)
    same = this == that or normal(this) == normal(that)
    require(same, "the axioms of probability do not make the two sides equal")


def _rewritten(causes: Causes, line: str, step: Json, letters: dict[object, str]) -> str:
    """The line after a step: a row of laws in it replaced, or all of it.

    Laws that stand side by side are multiplied in one place, whatever stands around them.
    """
    keys = ("rule", "from", "to", "separation", "cut_in", "cut_out")
    rule, source, target, separation, *cuts = fields(step, *keys)
    before, after = _read(causes, source), _read(causes, target)
    sets = [] if separation is None else fields(separation, "one", "other", "given")
    declared = [{*items(names, str)} for names in sets + cuts]
    needed = _licensed(causes.__getitem__, rule, before, after)
    require(declared == needed, f"{rule} declares other sets than it needs")
    after = after if is_law(after) else ("(", *after, ")")
    row, instead = _spelt(before, letters), _spelt(after, letters)
    if row in line and all(isinstance(token, tuple) for token in before):
        line = line.replace(row, instead)
        require(len(line) < 10_000, "a line has 10,000 laws, signs and brackets", TooLargeError)
        return line
    require(not is_law(before), "its left side does not stand in the line before it")
    _equal(_tokens(line, letters), before)
    return instead


def _spelt(tokens: Tokens, letters: dict[object, str]) -> str:
    """Tokens as a text, each one letter, so that a row of them is found and replaced as one."""
    return "".join(letters.setdefault(token, chr(len(letters))) for token in tokens)


def _tokens(line: str, letters: dict[object, str]) -> Tokens:
    return tuple(map([*letters].__getitem__, map(ord, line)))


def _licensed(graph: Graph, rule: Json, before: Tokens, after: Tokens) -> list[Set[str]]:
    """The sets that a step needs, by one of Pearl's rules, either way round, or by probability."""
    if rule == "probability":
        _equal(before, after)
        return [set(), set()]
    require(is_law(before) and is_law(after), f"{rule!r:.60} joins two laws P(...)")
    (_, of, given, do), (_, same, seen, done) = *before, *after
    x, w, z = do & done, given & seen, given ^ seen | do ^ done
    neither, observed, acted = (w, x), (w | z, x), (w, x | z)
    rules = {"rule 1": {observed, neither}, "rule 2": {acted, observed}, "rule 3": {acted, neither}}
    leads = z and of == same and rules.get(str(rule)) == {(given, do), (seen, done)}
    require(leads, f"{rule!r:.60} does not lead from its left side to its right side")
    y, x, w, z = ({s.name for s in part} for part in (of, x, w, z))
    into = x | z - ancestors(cut(graph, x), w) if rule == "rule 3" else x
    out_of = z if rule == "rule 2" else set()
    holds = separated(cut(graph, into, out_of), y, z, x | w)
    require(holds, f"{rule} needs a separation that does not hold")
    return [y, z, x | w, into, out_of]
