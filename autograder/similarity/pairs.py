"""Pairs of students with rare answers in common.

Two answers are alike if they share most of their pieces. That says little where many have the same
answer, because it is the obvious one. So an answer that k of n students have counts log2(n / k):
nothing if everybody has it, one more each time that half as many do. Left out are answers that are
short, untouched, or like the reference's.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

#: Answers with fewer pieces than this are often equal by coincidence.
SHORT = 25
#: The share of all pieces of two answers that both have, from which on they are alike.
ALIKE = 0.8
#: A pair is listed from this sum on: one answer that 2 of 64 students have, or several less rare.
LISTED = 5.0
#: Pieces that more different answers have than this find no candidates: they are common.
_COMMON = 100

Pieces = frozenset[int]


@dataclass(frozen=True)
class Shared:
    """An exercise that two students answered alike. similarity: from 0 to 1.

    students: how many of the class have an answer like theirs, the two included.
    """

    exercise: str
    similarity: float
    students: int


@dataclass(frozen=True)
class Pair:
    """Two students and the answers that they share. rarity: the sum of log2(n / k)."""

    first: str
    second: str
    shared: tuple[Shared, ...]
    rarity: float


def similarity(one: Pieces, other: Pieces) -> float:
    """The share of all pieces of two answers that both have, from 0 to 1."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def pairs(
    answers: Mapping[str, Mapping[str, Pieces]], known: Mapping[str, Iterable[Pieces]]
) -> list[Pair]:
    """The pairs with rare answers in common, the rarest first.

    answers: pieces by student and exercise. known: answers that are left out, by exercise.
    """
    shared: dict[tuple[str, str], list[Shared]] = defaultdict(list)
    for exercise in dict.fromkeys(name for cells in answers.values() for name in cells):
        theirs = {
            student: cells[exercise]
            for student, cells in answers.items()
            if exercise in cells and _counts(cells[exercise], known.get(exercise, ()))
        }
        for pair, answer in _alike(exercise, theirs):
            shared[pair].append(answer)
    listed = []
    for (first, second), found in shared.items():
        rarity = sum(math.log2(len(answers) / one.students) for one in found)
        if rarity >= LISTED:
            listed.append(Pair(first, second, tuple(found), rarity))
    return sorted(listed, key=lambda pair: (-pair.rarity, pair.first, pair.second))


def _counts(answer: Pieces, known: Iterable[Pieces]) -> bool:
    return len(answer) >= SHORT and all(similarity(answer, one) < ALIKE for one in known)


def _alike(
    exercise: str, answers: Mapping[str, Pieces]
) -> Iterable[tuple[tuple[str, str], Shared]]:
    """The pairs whose answers to an exercise are alike."""
    same: dict[Pieces, list[str]] = defaultdict(list)
    for student, answer in answers.items():
        same[answer].append(student)
    different = list(same)
    near = _near(different)
    for number, answer in enumerate(different):
        around = {number, *near[number]}
        count = sum(len(same[different[one]]) for one in around)
        for pair in combinations(same[answer], 2):
            yield _ordered(*pair), Shared(exercise, 1.0, count)
        for other, share in near[number].items():
            if other < number:
                continue
            both = around | {other, *near[other]}
            count_both = sum(len(same[different[one]]) for one in both)
            for first in same[answer]:
                for second in same[different[other]]:
                    yield _ordered(first, second), Shared(exercise, share, count_both)


def _near(different: list[Pieces]) -> list[dict[int, float]]:
    """For each of several different answers, those that are like it, and how much."""
    holders: dict[int, list[int]] = defaultdict(list)
    for number, answer in enumerate(different):
        for piece in answer:
            holders[piece].append(number)
    candidates = {
        pair
        for numbers in holders.values()
        if len(numbers) <= _COMMON
        for pair in combinations(numbers, 2)
    }
    near: list[dict[int, float]] = [{} for _ in different]
    for one, other in candidates:
        share = similarity(different[one], different[other])
        if share >= ALIKE:
            near[one][other] = near[other][one] = share
    return near


def _ordered(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first < second else (second, first)
