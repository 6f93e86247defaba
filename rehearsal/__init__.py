"""A rehearsal on a real JupyterHub: system accounts, nbgrader's exchange or ngshare, the grader."""
