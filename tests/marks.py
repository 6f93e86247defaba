"""Marks that several test modules give to their cases."""

import pytest


def slow_with_keras(unit):
    """Keras compiles each agent anew, seconds for each case: `make validate` asks these."""
    return [pytest.mark.slow] if unit.framework == "tensorflow" else []
