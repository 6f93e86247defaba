"""Warns, logs and writes on standard error."""

LAST = """
import logging
import sys
import warnings
warnings.warn("this is deprecated", DeprecationWarning)
logging.basicConfig(level=logging.DEBUG)
logging.warning("look out")
print("something on stderr", file=sys.stderr)
np.float64(1) / np.float64(0)
"""
