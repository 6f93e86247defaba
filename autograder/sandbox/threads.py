"""How a process of the grader computes: on one thread of the CPU.

Small networks learn slower with more, a second thread waits at full speed, and floats add up in
another order.
"""

from __future__ import annotations

import os

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
}


def compute_on_one_thread() -> None:
    """Tell the numeric libraries of this process and its children, before they are imported."""
    os.environ.update(ONE_THREAD)
