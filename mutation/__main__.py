"""Ask the tests about the mutants of a Cosmic Ray session that are left: `make mutation`.

Cosmic Ray starts its test command anew for every mutant, and importing PyTorch and pytest takes
longer than most of the tests. Here a process that has imported them is forked for each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkResult
from tqdm import tqdm

from autograder.sandbox.threads import compute_on_one_thread
from mutation.answers import ask_answers, compare_answers, questions_about, questions_at
from mutation.modules import needs_keras, tests_of
from mutation.mutant import ask

#: Imported once, before the fork; nothing of the course, which is what changes. Triton, which
#: some wheels of PyTorch bring, would end a process that has TensorFlow already.
WARM = [
    "__main__", "triton", "torch", "torch.optim", "torch.distributions", "keras", "gymnasium",
    "IPython",
]  # fmt: skip
#: A mutant may take so much longer than the module as it is, and so many seconds more.
PATIENCE, GRACE = 5, 20


class Failing(Exception):
    """The tests fail for the module as it is, and so can say nothing about its mutants."""


class Stopped(Exception):
    """Somebody interrupted the whole."""


@dataclass(frozen=True)
class Known:
    """What known answers earn with the modules as they are, and how many seconds that takes."""

    verdicts: dict[str, list[object]]
    seconds: float


class Examiner:
    """Asks about mutants, from several threads; keeps what the modules as they are need."""

    def __init__(self) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(WARM)
        self._running: set[ForkServerProcess] = set()
        self._stopped = False
        self._seconds: dict[Path, float] = {}
        self._answers: dict[str, Known] = {}
        self._measuring = threading.Lock()

    def result(self, mutation: MutationSpec) -> WorkResult:
        """Killed by the first tests that fail, or by known answers. Raises Failing, or Stopped."""
        path = mutation.module_path
        source = path.read_text()
        operator = get_operator(mutation.operator_name)(**mutation.operator_args)
        mutated = mutate_code(source, operator, mutation.occurrence)
        if mutated is None:
            return WorkResult(WorkerOutcome.NO_TEST)
        diff = "\n".join(unified_diff(source.splitlines(), mutated.splitlines(), lineterm="", n=1))
        timeout = PATIENCE * self._seconds_unmutated(path, source) + GRACE
        status, said = self._ask(path, mutated, timeout)
        if status == 0:
            status = self._compare(path, mutated)
        outcome = TestOutcome.SURVIVED if status == 0 else TestOutcome.KILLED
        return WorkResult(WorkerOutcome.NORMAL, said, outcome, diff)

    def stop(self) -> None:
        """End what runs, and begin nothing more."""
        self._stopped = True
        for process in list(self._running):
            _end(process)

    def _seconds_unmutated(self, path: Path, source: str) -> float:
        with self._measuring:
            if path not in self._seconds:
                started = time.monotonic()
                status, said = self._ask(path, source, timeout=None)
                if status != 0:
                    raise Failing(f"{path}, unmutated: pytest {' '.join(tests_of(path))}\n{said}")
                self._seconds[path] = time.monotonic() - started
            return self._seconds[path]

    def _compare(self, path: Path, source: str) -> int:
        """0 where the known answers earn what they earn without the mutation."""
        questions = questions_about(path)
        if not questions:
            return 0
        known = [self._known(task) for task in sorted({question.task for question in questions})]
        expected = {key: verdict for answers in known for key, verdict in answers.verdicts.items()}
        timeout = PATIENCE * sum(answers.seconds for answers in known) + GRACE
        return self._end_of(compare_answers, (path, source, questions, expected), timeout)

    def _known(self, task: str) -> Known:
        """What the known answers earn at a task, where it is the same twice."""
        with self._measuring:
            if task not in self._answers:
                started = time.monotonic()
                once, again = (self._earned(task) for _ in range(2))
                same = {key: verdict for key, verdict in once.items() if again[key] == verdict}
                self._answers[task] = Known(same, (time.monotonic() - started) / 2)
            return self._answers[task]

    def _earned(self, task: str) -> dict[str, list[object]]:
        with tempfile.NamedTemporaryFile() as output:
            arguments = (questions_at(task), Path(output.name))
            if self._end_of(ask_answers, arguments, timeout=None) != 0:
                raise Failing(f"{task}: the known answers could not be asked")
            earned: dict[str, list[object]] = json.load(output)
            return earned

    def _ask(self, path: Path, source: str, timeout: float | None) -> tuple[int, str]:
        """Pytest's status (negative: the signal that ended it), and what it said."""
        with tempfile.NamedTemporaryFile() as output:
            arguments = (path, source, _arguments(path), Path(output.name))
            status = self._end_of(ask, arguments, timeout)
            return status, output.read().decode(errors="replace")

    def _end_of(
        self, target: Callable[..., None], arguments: tuple[object, ...], timeout: float | None
    ) -> int:
        """The status of a process that runs a function (negative: the signal that ended it)."""
        process = self._context.Process(target=target, args=arguments)
        process.start()
        self._running.add(process)
        process.join(0 if self._stopped else timeout)
        _end(process)
        process.join()
        self._running.discard(process)
        if self._stopped:
            raise Stopped
        assert process.exitcode is not None
        return process.exitcode


def _arguments(path: Path) -> list[str]:
    """Arguments of pytest; the tests of Keras units are all marked as slow."""
    return [*tests_of(path), *(() if needs_keras(path) else ("-m", "not slow"))]


def _end(process: ForkServerProcess) -> None:
    """End a process and all of its session; it may have ended by itself."""
    assert process.pid is not None
    process.kill()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def examine(session: WorkDB, workers: int) -> None:
    """Ask about the mutants that are left; what is answered is kept. Raises Failing."""
    examiner = Examiner()
    killed = killed_of(session)
    with ThreadPoolExecutor(workers) as pool:
        asked = {
            pool.submit(examiner.result, item.mutations[0]): item.job_id
            for item in session.pending_work_items
        }
        try:
            with tqdm(as_completed(asked), total=len(asked), unit="mutant") as progress:
                for answered in progress:
                    result = answered.result()
                    session.set_result(asked[answered], result)
                    if result.worker_outcome == WorkerOutcome.NORMAL:
                        killed.append(result.is_killed)
                    progress.set_postfix_str(share(killed))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            examiner.stop()


def killed_of(session: WorkDB) -> list[bool]:
    """Whether each mutant that was asked about was killed; those not drawn do not count."""
    return [
        result.is_killed
        for _, result in session.results
        if result.worker_outcome == WorkerOutcome.NORMAL
    ]


def share(killed: list[bool]) -> str:
    """How many were killed of those asked."""
    number, asked = sum(killed), len(killed)
    return f"{number} of {asked} killed" + (f" ({number / asked:.1%})" if asked else "")


def show_survivors(session: WorkDB) -> None:
    """Print what no test noticed, and the share of what was killed."""
    for item, result in session.completed_work_items:
        if result.test_outcome == TestOutcome.SURVIVED:
            print(f"{item.mutations[0].module_path}, {item.mutations[0].operator_name}")
            print(f"{result.diff}\n")
    print(share(killed_of(session)))


def main() -> int:
    """0 when all were asked, 1 when a module's tests fail without a mutation, 130 after Ctrl-C."""
    parser = ArgumentParser(prog="mutation", description="Ask the tests about a session's mutants.")
    parser.add_argument("session", help="made by cosmic-ray init")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    compute_on_one_thread()  # before the process that is forked imports anything
    with use_db(arguments.session, WorkDB.Mode.open) as session:
        try:
            examine(session, arguments.workers)
        except Failing as failing:
            print(failing, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("Interrupted: make mutation goes on with what is left.", file=sys.stderr)
            return 130
        show_survivors(session)
    return 0


if __name__ == "__main__":
    sys.exit(main())
