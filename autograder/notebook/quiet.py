"""TensorFlow without messages about itself."""

from __future__ import annotations

import logging
import os


def quiet_tensorflow() -> None:
    """Keep TensorFlow's messages about itself out of this process; errors are still shown."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # else it announces them at every level
    # Importing TensorFlow sets its logger's level anew; a filter stays.
    logger = logging.getLogger("tensorflow")
    if _only_errors not in logger.filters:
        logger.addFilter(_only_errors)


def _only_errors(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR
