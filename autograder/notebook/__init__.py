"""The notebook's side: `check` and the errors of cells that wait for an exercise."""
