"""A Dask cluster for each test that wants one; skipped where the sandbox is missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.autograder.cluster.dask_cluster import DaskCluster


@pytest.fixture
def dask_cluster(tmp_path: Path) -> Iterator[DaskCluster]:
    if shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    folder = tmp_path / "dask"
    folder.mkdir()
    cluster = DaskCluster(folder)
    yield cluster
    cluster.close()
