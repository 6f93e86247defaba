"""How a process of the grader computes: on one thread of the CPU.

Small networks learn slower with more, a second thread waits at full speed, and floats add up in
another order.
"""

from __future__ import annotations

import os

from autograder.worker.threads import ONE_THREAD

ON_THE_CPU = {**ONE_THREAD, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""}


def compute_on_one_thread() -> None:
    """Tell the numeric libraries of this process and its children, before they are imported."""
    os.environ.update(ON_THE_CPU)
