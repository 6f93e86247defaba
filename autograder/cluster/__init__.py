"""Judging on a Dask cluster: submissions go out as bytes, results come back as bytes."""
