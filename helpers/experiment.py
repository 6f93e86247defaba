"""Compare settings of an agent: train each with several seeds, and say what can be concluded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np

from helpers.agents import AbstractAgent
from helpers.batches import whole_batches
from helpers.environments import World
from helpers.estimates import Estimate, estimate, estimate_difference
from helpers.printed import few_printed_lines
from helpers.progress import ProgressBar, progress_bar
from helpers.training import (
    SOLVED_WINDOW,
    EpisodeStatistics,
    Statistics,
    Training,
    mean_score,
    play_episodes,
    record_training,
)

#: Episodes that a trained agent plays without exploring.
_GREEDY_EPISODES = 50
#: Added to a training's seed for these episodes: they are other ones than in the training.
_GREEDY_SEED = 1_000_003


@dataclass(frozen=True)
class Setting:
    """One way to train: what makes a new agent, and how and where it is trained.

    The training's own seed, bar and callbacks are not used: the experiment has its own.
    """

    make_agent: Callable[[], AbstractAgent]
    training: Training = field(default_factory=Training)
    environment: str | World = "CartPole-v1"


@dataclass(frozen=True)
class Run:
    """One training of an experiment.

    statistics: a record per episode. greedy_score: mean of 50 episodes without exploring, after it.
    """

    seed: int
    statistics: list[EpisodeStatistics]
    greedy_score: float

    @property
    def training_score(self) -> float:
        """Mean score of the last 100 episodes of the training, in which the agent explored."""
        return mean_score(self.statistics[-SOLVED_WINDOW:])


@dataclass(frozen=True)
class Experiment:
    """The finished trainings by their setting, in the order in which they were given."""

    runs: dict[str, list[Run]]

    def greedy_scores(self, setting: str) -> np.ndarray:
        """One score for each seed, without exploring; (seeds,)."""
        return np.array([run.greedy_score for run in self.runs[setting]])

    def training_scores(self, setting: str) -> np.ndarray:
        """One score for each seed, from the end of the training; (seeds,)."""
        return np.array([run.training_score for run in self.runs[setting]])

    def difference(self, setting: str, other: str) -> Estimate:
        """How much higher the greedy score is with the first setting than with the other."""
        return estimate_difference(self.greedy_scores(setting), self.greedy_scores(other))

    def training_difference(self, setting: str, other: str) -> Estimate:
        """The same for the scores at the end of the training."""
        return estimate_difference(self.training_scores(setting), self.training_scores(other))

    def table(self) -> str:
        """Interquartile mean and 95 % interval of each setting's scores, as text."""
        width = max(map(len, [*self.runs, "setting"]))
        lines = [f"{'setting':{width}}  seeds  {'training score':>20}  {'greedy score':>20}"]
        for name, runs in self.runs.items():
            if not runs:
                lines.append(f"{name:{width}}      0")
                continue
            training, greedy = estimate(self.training_scores(name)), self._greedy(name)
            lines.append(f"{name:{width}}  {len(runs):5}  {training!s:>20}  {greedy!s:>20}")
        return "\n".join(lines)

    def _greedy(self, setting: str) -> Estimate:
        return estimate(self.greedy_scores(setting))


def compare_settings(settings: Mapping[str, Setting], seeds: Iterable[int]) -> Experiment:
    """Train each setting once with each seed and return all finished trainings.

    All settings are trained with the first seed, then all with the second: Ctrl-C (Interrupt in
    Jupyter) keeps what is done, and it is fairly shared out. Everything is computed in this
    process, one training after the other.
    """
    seeds = list(seeds)
    experiment = Experiment({name: [] for name in settings})
    bar = progress_bar(len(seeds) * len(settings), unit="training")
    try:
        with few_printed_lines():
            for seed, (name, setting) in product(seeds, settings.items()):
                run = _run(setting, seed, bar, name)
                experiment.runs[name].append(run)
                bar.advance({"setting": name, "greedy score": round(run.greedy_score, 1)})
        bar.reach_goal()
    except KeyboardInterrupt:
        bar.say(f"Interrupted: {bar.done} of {bar.total} trainings are finished and kept.")
    finally:
        bar.close()
    return experiment


def _run(setting: Setting, seed: int, bar: ProgressBar, name: str) -> Run:
    def note(statistics: list[EpisodeStatistics]) -> None:
        episode = f"{len(statistics)}, score {statistics[-1]['score']:g}"
        bar.note({"setting": name, "seed": seed, "episode": episode})

    world = World.of(setting.environment)
    training = replace(
        setting.training, seed=seed, progress=False, on_episode=note, on_interrupt=None
    )
    statistics = Statistics()
    agent = _made(setting.make_agent, seed)
    record_training(statistics, agent, world, training)
    greedy = play_episodes(agent, world, _GREEDY_EPISODES, seed=seed + _GREEDY_SEED)
    return Run(seed, list(whole_batches(statistics)), mean_score(greedy))


def _made(make_agent: Callable[[], AbstractAgent], seed: int) -> AbstractAgent:
    """A new agent whose first weights follow from the seed."""
    from helpers.seeding import seed_everything

    seed_everything(seed)
    return make_agent()
