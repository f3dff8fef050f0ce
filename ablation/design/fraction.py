"""A regular fraction of a two-level factorial: its runs, its defining relation, its aliases.

Components are vectors over GF(2): a generated one is the sum of the ones that generate it. Words
that sum to zero are the defining relation, the shortest of them is the resolution (Box & Hunter
1961), and of two fractions of one resolution the one with fewer short words is better (Fries &
Hunter 1980, Technometrics 22:601, "minimum aberration").
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from ablation.errors import StudyError, UnknownNameError

LETTERS = "ABCDEFGHJKLMNOPQRSTUVWXYZ"  # without I, which is the identity
_GENERATOR = re.compile(r"\s*([A-HJ-Z])\s*=\s*([A-HJ-Z]{2,})\s*")
_LISTED = 10  # generators of which the whole relation is listed: 1,023 words
_LOOKS = 4_000  # fractions looked at before the best so far is taken


@dataclass(frozen=True, slots=True)
class Word:
    """A product of components, by the bits of their positions.

    >>> str(Word(0b1011))
    'ABD'
    """

    bits: int

    def __str__(self) -> str:
        return "".join(letter(index) for index in _positions(self.bits))


@dataclass(frozen=True, slots=True)
class Fraction:
    """So many components, of which some are set by others: pairs (position, word that sets it).

    >>> half = stated(5, ["E=ABCD"])
    >>> half.resolution, len(half.masks), [str(word) for word in half.relation]
    (5, 16, ['ABCDE'])
    """

    count: int
    generators: tuple[tuple[int, int], ...]

    @property
    def free(self) -> tuple[int, ...]:
        """The positions of the components that are set freely."""
        generated = {position for position, _ in self.generators}
        return tuple(index for index in range(self.count) if index not in generated)

    @property
    def masks(self) -> tuple[int, ...]:
        """The runs in standard order, as masks of what is off: the baseline is the first."""
        free = self.free
        runs = []
        for number in range(1 << len(free)):
            mask = sum(1 << index for bit, index in enumerate(free) if number >> bit & 1)
            for position, word in self.generators:
                mask |= ((mask & word).bit_count() & 1) << position
            runs.append(mask)
        return tuple(runs)

    @property
    def columns(self) -> tuple[int, ...]:
        """Every component as a sum of free ones: what two words have in common is an alias."""
        place = {index: 1 << bit for bit, index in enumerate(self.free)}
        for position, word in self.generators:
            place[position] = _sum(place[index] for index in _positions(word))
        return tuple(place[index] for index in range(self.count))

    @property
    def relation(self) -> tuple[Word, ...]:
        """The defining relation without I, shortest words first; the generators', if many."""
        words = [1 << position | word for position, word in self.generators]
        if len(words) > _LISTED:
            return tuple(map(Word, words))
        return tuple(map(Word, sorted(_span(words), key=lambda word: (word.bit_count(), word))))

    @property
    def resolution(self) -> int | None:
        """Letters of the shortest word of the defining relation; None for a full factorial."""
        if not self.generators:
            return None
        if len(self.generators) <= _LISTED:
            return self.relation[0].bits.bit_count()
        columns = self.columns
        return next(size for size in range(3, self.count + 1) if _dependent(columns, size))

    def aliases(self, word: int, *, up_to: int) -> tuple[int, ...]:
        """List the words of so many letters at most that cannot be told from a word."""
        return tuple(
            each for each in _by_sum(self, up_to)[_image(self.columns, word)] if each != word
        )


def letter(index: int) -> str:
    """Name a component by its place: A to Z without I, then A2, B2, ...

    >>> letter(0), letter(8), letter(25)
    ('A', 'J', 'A2')
    """
    turn, place = divmod(index, len(LETTERS))
    return LETTERS[place] + (str(turn + 1) if turn else "")


def stated(count: int, generators: Sequence[str]) -> Fraction:
    """Read generators as textbooks write them.

    >>> stated(4, ["D=AB", "C=AD"])
    Traceback (most recent call last):
    ablation.errors.StudyError: the generator 'C=AD' uses D, which is generated itself.
    """
    read: list[tuple[int, int]] = []
    known = [letter(index) for index in range(count)]
    for text in generators:
        found = _GENERATOR.fullmatch(text)
        if not found:
            raise StudyError(
                f"a generator is written like 'E=ABCD', with letters for the components in their "
                f"order, without I; {text!r} is not. (No signs: the baseline belongs to the runs.)"
            )
        if strange := [letter for letter in found[1] + found[2] if letter not in known]:
            raise UnknownNameError("component letter", strange[0], known)
        read.append((known.index(found[1]), _sum(1 << known.index(one) for one in found[2])))
    _check(read, generators)
    return Fraction(count, tuple(read))


def _check(read: Sequence[tuple[int, int]], generators: Sequence[str]) -> None:
    positions = [position for position, _ in read]
    if len({*positions}) < len(positions):
        twice = next(each for each in positions if positions.count(each) > 1)
        raise StudyError(f"{letter(twice)} is generated twice.")
    for (position, word), text in zip(read, generators, strict=True):
        own = [index for index in _positions(word) if index in positions]
        if own:
            raise StudyError(
                f"the generator {text!r} uses {letter(own[0])}, which is generated itself."
            )
        if word.bit_count() < 2 or word >> position & 1:
            raise StudyError(f"the generator {text!r} makes two components one.")
    if len({word for _, word in read}) < len(read):
        raise StudyError(f"the generators {', '.join(generators)} make two components one.")


@cache
def chosen(count: int, resolution: int) -> Fraction:
    """Choose the smallest fraction of a resolution, and of these one with fewest short words.

    The search is exhaustive where there are few to look at; beyond, it takes the best it met.

    >>> [f"{letter(at)}={Word(word)}" for at, word in chosen(5, 5).generators]
    ['E=ABCD']
    >>> len(chosen(7, 3).masks), len(chosen(8, 4).masks), chosen(7, 4).resolution
    (8, 16, 4)
    """
    for free in range(1, count):
        if count > _most(free, resolution):
            continue
        found = min(_fractions(count, free, resolution), key=_short_words, default=None)
        if found is not None:
            return found
    return Fraction(count, ())


def _most(free: int, resolution: int) -> int:
    """Bound how many components a fraction can hold: so many sums have to differ."""
    if resolution == 3:
        return int(2**free) - 1
    if resolution == 4:
        return int(2 ** (free - 1))
    count = free  # pairs differ, so 1 + k + k(k-1)/2 <= 2^free
    while 1 + (count + 1) + (count + 1) * count // 2 <= 2**free:
        count += 1
    return count if free >= resolution - 1 else free


def _fractions(count: int, free: int, resolution: int) -> Iterator[Fraction]:
    """Search in depth for columns of which fewer than `resolution` never sum to zero."""
    words = sorted(range(1, 1 << free), key=lambda word: (-word.bit_count(), word))
    words = [word for word in words if word.bit_count() >= resolution - 1]
    looks = 0
    start = [1 << bit for bit in range(free)]
    paths: list[tuple[list[int], int]] = [([], 0)]
    while paths and looks < _LOOKS:
        path, begin = paths.pop()
        looks += 1
        if len(path) == count - free:
            yield Fraction(count, tuple((free + at, word) for at, word in enumerate(path)))
            continue
        taken = _sums(start + path, resolution - 2)
        after = [
            ([*path, word], at + 1)
            for at, word in enumerate(words[begin:], start=begin)
            if word not in taken
        ]
        paths += reversed(after)


def _short_words(fraction: Fraction) -> tuple[int, ...]:
    """Count the words of 3, 4, 5, ... letters: the word length pattern."""
    if len(fraction.generators) > _LISTED:
        return ()
    lengths = [word.bits.bit_count() for word in fraction.relation]
    return tuple(lengths.count(size) for size in range(3, fraction.count + 1))


def _sums(columns: Sequence[int], most: int) -> set[int]:
    """All sums of at most so many columns."""
    return {_sum(members) for size in range(1, most + 1) for members in combinations(columns, size)}


def _dependent(columns: Sequence[int], size: int) -> bool:
    """Whether so many columns sum to zero, given that fewer never do."""
    half = size // 2
    left = [_sum(members) for members in combinations(columns, half)]
    if half == size - half:
        return len({*left}) < len(left)
    known = {*left}
    return any(_sum(members) in known for members in combinations(columns, size - half))


@cache
def _by_sum(fraction: Fraction, up_to: int) -> dict[int, tuple[int, ...]]:
    """Sort the words of so many letters at most by what they sum to."""
    columns = fraction.columns
    found: dict[int, tuple[int, ...]] = {}
    for size in range(1, up_to + 1):
        for members in combinations(range(fraction.count), size):
            image = _sum(columns[index] for index in members)
            found[image] = (*found.get(image, ()), _sum(1 << index for index in members))
    return found


def _image(columns: Sequence[int], word: int) -> int:
    return _sum(columns[index] for index in _positions(word))


def _span(words: Sequence[int]) -> list[int]:
    """All products of some words, without the empty one."""
    found = [0]
    for word in words:
        found += [each ^ word for each in found]
    return found[1:]


def _sum(vectors: "Iterator[int] | Sequence[int]") -> int:
    total = 0
    for vector in vectors:
        total ^= vector
    return total


def _positions(word: int) -> list[int]:
    return [index for index in range(word.bit_length()) if word >> index & 1]
