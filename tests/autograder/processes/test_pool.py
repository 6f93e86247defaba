"""Many pieces of work side by side: all are done, and none disturbs another."""

from __future__ import annotations

import os
import time

import psutil
import pytest

from autograder.processes.allowance import MEBIBYTE, Allowance
from autograder.processes.confined import End, Outcome, Report, Work
from autograder.processes.pool import Job, Pool
from autograder.processes.progress import Progress

ENOUGH = Allowance(memory_bytes=100 * MEBIBYTE, processor_seconds=10.0, wall_seconds=30.0)
SHORT = Allowance(memory_bytes=100 * MEBIBYTE, processor_seconds=10.0, wall_seconds=0.2)


class Collected:
    """Outcomes by the names of their jobs, in the order in which they came."""

    def __init__(self) -> None:
        self.outcomes: dict[str, Outcome] = {}

    def job(self, name: str, work: Work, allowance: Allowance = ENOUGH) -> Job:
        def done(outcome: Outcome) -> None:
            self.outcomes[name] = outcome

        return Job(name, work, allowance, done)


def wait(seconds: float) -> Work:
    def work(report: Report) -> bytes:
        time.sleep(seconds)
        return b"rested"

    return work


def test_every_job_is_done_once() -> None:
    collected = Collected()
    with Pool(3) as pool:
        for number in range(20):
            pool.add(collected.job(str(number), lambda report, n=number: str(n * n).encode()))
        pool.run()

    assert {name: one.value for name, one in collected.outcomes.items()} == {
        str(number): str(number * number).encode() for number in range(20)
    }


def test_so_many_run_at_once_and_no_more() -> None:
    collected, most = Collected(), 0

    def look() -> None:
        nonlocal most
        most = max(most, len(pool.running))

    with Pool(3) as pool:
        for number in range(7):
            pool.add(collected.job(str(number), wait(0.05)))
        pool.run(watch=look)

    assert most == 3


def test_what_goes_wrong_in_one_does_not_reach_its_neighbours() -> None:
    def devour(report: Report) -> bytes:
        return b"x" * (1 << 30)

    def die(report: Report) -> bytes:
        os.abort()

    collected = Collected()
    with Pool(2) as pool:
        pool.add(collected.job("hungry", devour))
        pool.add(collected.job("good", wait(0.3)))
        pool.add(collected.job("dead", die))
        pool.add(collected.job("slow", wait(20), SHORT))
        pool.add(collected.job("better", wait(0.3)))
        pool.run()

    assert {name: one.end for name, one in collected.outcomes.items()} == {
        "hungry": End.OUT_OF_MEMORY,
        "good": End.DONE,
        "dead": End.KILLED,
        "slow": End.OUT_OF_TIME,
        "better": End.DONE,
    }


def test_a_job_may_lead_to_others_and_those_may_come_first() -> None:
    order = []

    def then(name: str) -> Job:
        return Job(name, wait(0), ENOUGH, lambda outcome: order.append(name))

    def first(outcome: Outcome) -> None:
        order.append("first")
        pool.add_first(then("next"))

    with Pool(1) as pool:
        pool.add(Job("first", wait(0), ENOUGH, first))
        pool.add(then("last"))
        pool.run()

    assert order == ["first", "next", "last"]


def test_a_worker_without_work_asks_for_some() -> None:
    collected = Collected()
    more = [collected.job("b", wait(0)), collected.job("a", wait(0))]
    with Pool(1) as pool:
        pool.run(idle=lambda: pool.add(more.pop()) if more else None)

    assert list(collected.outcomes) == ["a", "b"]


def test_what_still_runs_is_killed_when_the_pool_is_left() -> None:
    others = set(psutil.Process().children())
    with pytest.raises(KeyboardInterrupt), Pool(2) as pool:
        pool.add(Job("long", wait(60), ENOUGH, lambda outcome: None))
        pool.add(Job("long too", wait(60), ENOUGH, lambda outcome: None))

        def interrupt() -> None:
            raise KeyboardInterrupt

        pool.run(watch=interrupt)

    assert pool.running == []
    assert set(psutil.Process().children()) <= others  # a zombie would be one, too


def test_the_progress_tells_what_each_worker_does_and_until_when(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Pool(2) as pool, Progress("Grading", 4, pool, "notebook") as bar:
        for name in ("anna", "bert", "carl", "dora"):
            pool.add(Job(f"judging {name}", wait(0.7), ENOUGH, lambda outcome: bar.done("ok")))
        pool.run(watch=bar.watch)

    shown = capsys.readouterr().err
    assert "judging anna" in shown and "judging dora" in shown
    assert "until about" in shown
    assert "notebook/s" in shown or "s/notebook" in shown
    assert "4/4" in shown and "4 ok" in shown
