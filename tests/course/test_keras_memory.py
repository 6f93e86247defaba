"""A Keras agent that trains for long needs no more memory than one that trains for a while.

Keras' `predict` and `fit`, called in every step, lose memory with every call: 6 MB in a thousand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

#: Steps before the first look (everything is compiled, the memory full), and until the second.
SETTLED, LONG = 4_000, 16_000
#: Megabytes that a training may grow by between the two looks.
ALLOWED = 3.0

TRAINING = """
import json
import sys
from pathlib import Path

from autograder.course import Course
from autograder.units import unit_named
from autograder.authoring.edits import reference, student_of
from helpers import Training, train_agent

name, environment, agent, settings, settled, long = sys.argv[1:]
unit = unit_named(name)
names = student_of(reference(unit, Course.find()), unit).namespace
trained = names[agent](names["Settings"](**json.loads(settings)))


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


for steps in (int(settled), int(long)):
    before = trained.batches
    train_agent(
        trained,
        environment,
        Training(episodes=10**6, environments=8, max_steps=steps, seed=1, progress=False),
    )
    print("batches", trained.batches - before, "megabytes", resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("unit", "environment", "agent", "settings"),
    [
        (
            "dqn_keras",
            "helpers/ShortCartPole-v0",
            "DQNAgent",
            {"memory_size": 2_000, "replay_interval": 1},
        ),
        ("double_dqn_keras", "CartPole-v1", "DoubleDQNAgent", {"buffer_size": 2_000}),
    ],
)
def test_a_long_training_needs_no_more_memory(
    unit: str, environment: str, agent: str, settings: dict[str, int]
) -> None:
    threads = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    variables = {**os.environ, **dict.fromkeys(threads, "1"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", TRAINING, unit, environment, agent, json.dumps(settings)]
    run = subprocess.run(
        [*command, str(SETTLED), str(LONG)],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=600,
    )

    assert run.returncode == 0, run.stderr
    looks = [line.split() for line in run.stdout.splitlines() if line.startswith("batches")]
    first, second = looks
    assert int(second[1]) > 1_000, "too few batches to show anything"
    assert float(second[3]) - float(first[3]) < ALLOWED
