"""The nbgrader side: results become outputs, marks, feedback pages and exports."""
