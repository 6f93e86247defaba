"""Uses line and cell magics, shell commands and pip, without a network."""

FIRST = """
%matplotlib inline
%config InlineBackend.figure_format = "retina"
%load_ext autoreload
%autoreload 2
!pip install -q gymnasium torch
%pip install -q gymnasium
!nvidia-smi
"""
LAST = "%%time\nx = 1"
