"""How far a unit's rule can be trusted: bounds for its calibration's records, and them in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from autograder.agents.rule import AgentRule

#: The name of the record of a unit's reference; the others are named after mistakes.
REFERENCE = "reference"


def record_paths(folder: Path) -> list[Path]:
    """The records in a unit's calibration folder: its reference's first, then its mistakes'."""
    paths = sorted(folder.glob("*.json"))
    return sorted(paths, key=lambda path: path.stem != REFERENCE)


def read_record(path: Path) -> dict[str, Any]:
    """What `autograder.authoring.calibration.record` made."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def fails_at_most(passed: int, scores: list[float], rule: dict[str, Any]) -> float:
    """How often a right solution fails all trainings of the rule, at most.

    From the one-sided 95 % Clopper-Pearson bound of how often a single training fails. Where
    nothing is trained, there are no failed trainings among the good ones: scores are means of
    episodes that are all alike, and Cantelli's inequality bounds how often they fall so low.
    """
    if "trainings" not in rule:
        return _falls_below_at_most(scores, rule["threshold"])
    single = _happens_at_most(len(scores) - passed, len(scores))
    return float(single ** rule["trainings"])


def passes_at_most(scores: list[float], rule: dict[str, Any], asked: int, learned: int) -> float:
    """How often a mistake passes one of the trainings of the rule, at most.

    Who passes reaches the threshold, and a fresh agent then learns as it should. How often the
    first: Cantelli's inequality, P(X >= mean + k sd) <= 1 / (1 + k^2), with the mean and the
    standard deviation of the measured scores; 1 if they were never all below the threshold. How
    often the second: the one-sided 95 % Clopper-Pearson bound, 1 if nobody was asked.
    """
    single = _reaches_at_most(scores, rule["threshold"]) * _happens_at_most(learned, asked)
    return 1 - (1 - single) ** rule.get("trainings", 1)


def _reaches_at_most(scores: list[float], threshold: float) -> float:
    if len(scores) < 2 or max(scores) >= threshold:
        return 1.0
    return _lies_beyond_at_most(scores, threshold)


def _falls_below_at_most(scores: list[float], threshold: float) -> float:
    if len(scores) < 2 or min(scores) < threshold:
        return 1.0
    return _lies_beyond_at_most(scores, threshold)


def _lies_beyond_at_most(scores: list[float], threshold: float) -> float:
    """Cantelli's inequality, for a threshold on either side of the mean."""
    variance = float(np.var(scores, ddof=1))
    distance = threshold - float(np.mean(scores))
    return variance / (variance + distance**2) if distance else 1.0


def _happens_at_most(count: int, of: int) -> float:
    """The one-sided 95 % Clopper-Pearson bound of a rate; 1 if nothing was counted."""
    from scipy.stats import binomtest

    if not of:
        return 1.0
    return float(binomtest(count, of, alternative="less").proportion_ci(0.95, "exact").high)


def in_words(rule: AgentRule | None, folder: Path) -> str | None:
    """The rule of a trained agent and both figures; None without an agent or its record.

    folder: the unit's calibration records.
    """
    paths = record_paths(folder)
    if rule is None or not paths or paths[0].stem != REFERENCE:
        return None
    measured, *found = map(read_record, paths)
    fails = _once_in(measured["rule_fails_at_most"])
    text = (
        f"A fresh agent is trained up to {rule.trainings} times, until one reaches a mean score "
        f"of {rule.threshold:g} over {rule.episodes} greedy episodes. Of {measured['seeds']} "
        f"single trainings of the reference, {measured['passed']} reached it: a right solution "
        f"fails the rule {fails}."
    )
    scored = [record for record in found if record["only_the_score_shows_it"]]
    if not scored:
        return text
    trainings, reached = (sum(record[key] for record in scored) for key in ("seeds", "passed"))
    passes = _once_in(max(record["rule_passes_at_most"] for record in scored))
    return (
        f"{text} Of {trainings} trainings with a mistake that no check sees, {reached} did: "
        f"such a mistake passes the rule {passes}."
    )


def _once_in(rate: float) -> str:
    return f"at most once in {int(1 / max(rate, 1e-6)):,} times"
