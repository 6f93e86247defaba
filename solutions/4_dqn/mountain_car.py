"""Measure the learning curve of the optional section: `python solutions/4_dqn/mountain_car.py`.

Trains the agent of the notebook on the mountain car with several seeds, and writes what
`plot_learning_curve("mountain_car")` draws. Then trains as many without shaped rewards.
"""

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np

from helpers import Training, World, mean_score, play_episodes, seed_everything, train_agent
from helpers.batches import unsorted, whole_batches
from helpers.classic_control import MOUNTAIN_CAR
from helpers.plots import running_mean

HERE = Path(__file__).parent
SEEDS, POINTS, WINDOW = range(1, 9), 60, 100
TRAINING = Training(
    episodes=5_000, environments=32, max_steps=100_000, checkpoint_every=2_500, progress=False
)


def notebook_names():
    """What the solved notebook defines, the agent of the optional section included."""
    names = {"__name__": "__main__"}
    for cell in nbformat.read(HERE / "dqn.ipynb", as_version=4).cells:
        is_check = cell.metadata.get("nbgrader", {}).get("grade", False)
        is_shown = "not-graded" in cell.metadata.get("tags", [])
        is_wanted = not is_shown or "class MountainCarAgent" in cell.source
        if cell.cell_type == "code" and is_wanted and not is_check:
            exec(cell.source, names)
    return names


def trained(names, seed):
    """The steps at which the episodes of a training ended, and the running mean of their scores."""
    seed_everything(seed)
    agent = names["MountainCarAgent"]()
    played = train_agent(agent, MOUNTAIN_CAR, replace(TRAINING, seed=seed))
    records = unsorted(whole_batches(played))
    tested = play_episodes(agent, MOUNTAIN_CAR, seed=1_000 + seed)
    print(
        f"seed {seed}: {mean_score(tested):.1f} after {sum(r['steps'] for r in played)} steps",
        flush=True,
    )
    scores = np.array([record["score"] for record in records])
    return np.cumsum([record["steps"] for record in records]), running_mean(scores, WINDOW)


def without_shaping(observation):
    """No potential at all: the rewards as they are."""
    return np.zeros(len(observation))


def main():
    names = notebook_names()
    print("with shaped rewards")
    write_curve([trained(names, seed) for seed in SEEDS])
    print("without")
    names["energy"] = without_shaping
    for seed in SEEDS:
        trained(names, seed)


def write_curve(runs):
    """Write median and band of the running means of these trainings."""
    grid = np.linspace(0, max(steps[-1] for steps, _ in runs), POINTS)
    curves = np.array([np.interp(grid, steps, means) for steps, means in runs])  # (seeds, points)
    low, median, high = np.quantile(curves, (0.1, 0.5, 0.9), axis=0)
    curve = {
        "unit": "mountain_car",
        "x": "steps",
        "grid": grid.round().tolist(),
        "median": median.round(1).tolist(),
        "low": low.round(1).tolist(),
        "high": high.round(1).tolist(),
        "seeds": len(runs),
        "window": WINDOW,
        "threshold": World.of(MOUNTAIN_CAR).threshold,
        "greedy": True,
    }
    path = HERE.parents[1] / "helpers" / "curves" / "mountain_car.json"
    path.write_text(json.dumps(curve, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
