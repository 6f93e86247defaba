"""How many threads the numeric libraries use: one, because the course's networks are small.

A second thread would mostly wait for the first, at full speed: a training takes more processor
time with it, and on a busy machine more real time, too. This module imports no library, so that
it can be imported before all of them.
"""

from __future__ import annotations

import os
import sys

#: What the libraries read when they are imported or first compute.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}


def use_one_thread() -> None:
    """Let NumPy, PyTorch and TensorFlow compute on one thread, whether they are imported or not.

    Who sets `OMP_NUM_THREADS` has chosen another number, and nothing changes.
    """
    if os.environ.get("OMP_NUM_THREADS", "1") != "1":
        return
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
