"""The one training loop of the course, and playing without training.

Episodes are played in batches side by side. An episode that has ended waits until the others
have ended too, so a batch starts and ends together and every agent of the course, whether it
learns after a step or after an episode, is trained by the same few lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from gymnasium.vector import VectorEnv
from tqdm.auto import tqdm

from helpers.agents import AbstractAgent, Transition
from helpers.checkpoints import Checkpoints
from helpers.environments import EnvironmentFactory, make_environments, reward_threshold
from helpers.seeding import seed_everything

#: A training is solved when the mean score of so many episodes reaches the threshold.
SOLVED_WINDOW = 100


class EpisodeStatistics(TypedDict):
    """One played episode: its number, its return without discount, and its length."""

    episode: int
    score: float
    steps: int


@dataclass(frozen=True)
class Training:
    """How long and on how many environments an agent trains.

    episodes: stop after this many. max_steps: or after this many steps of all environments.
    environments: how many episodes are played side by side.
    seed: of the environments and of every random number; None draws one.
    checkpoint_every: None trains until the mean of the last 100 scores reaches the environment's
        threshold. A number of steps lets a greedy test every so many steps decide instead: the
        best weights are kept, and training stops when they are good twice in a row.
    progress: show the status line.
    on_episode: called with all records so far after each finished episode, to draw them live.
    """

    episodes: int = 2_000
    environments: int = 1
    max_steps: int | None = None
    seed: int | None = None
    checkpoint_every: int | None = None
    progress: bool = True
    on_episode: Callable[[list[EpisodeStatistics]], object] | None = None


@dataclass
class _Step:
    """One step of a batch of episodes; `running` are the environments that still play."""

    transition: Transition
    running: np.ndarray  # (k,) int64


def train_agent(
    agent: AbstractAgent,
    environment: str | EnvironmentFactory = "CartPole-v1",
    training: Training | None = None,
) -> list[EpisodeStatistics]:
    """Train the agent until it has solved the environment or its budget is spent.

    Returns one record per finished episode. Ctrl-C (Interrupt in Jupyter) stops the training and
    returns what was played so far.
    """
    training = training or Training()
    if training.seed is not None:
        seed_everything(training.seed)
    environments = make_environments(environment, training.environments)
    checkpoints = None
    if training.checkpoint_every is not None:
        checkpoints = Checkpoints(environment, training.checkpoint_every, training.seed)
    statistics: list[EpisodeStatistics] = []
    bar = tqdm(total=training.episodes, disable=not training.progress, unit="episode")
    try:
        _train(agent, environments, training, checkpoints, statistics, bar)
    except KeyboardInterrupt:
        _say(bar, f"Interrupted after {len(statistics)} episodes.")
    finally:
        bar.close()
        environments.close()
        if checkpoints is not None:
            checkpoints.restore_best(agent)
    return statistics


def _train(
    agent: AbstractAgent,
    environments: VectorEnv,
    training: Training,
    checkpoints: Checkpoints | None,
    statistics: list[EpisodeStatistics],
    bar: tqdm,
) -> None:
    threshold = reward_threshold(environments)
    seed = training.seed
    steps = 0
    while len(statistics) < training.episodes:
        scores = np.zeros(environments.num_envs)
        lengths = np.zeros(environments.num_envs, dtype=np.int64)
        for step in play_batch(agent, environments, seed=seed, explore=True):
            agent.train(step.transition)
            scores[step.running] += step.transition.reward
            lengths[step.running] += 1
            steps += len(step.running)
            ended = step.transition.terminated | step.transition.truncated  # (k,)
            for number in step.running[ended]:
                _record(statistics, float(scores[number]), int(lengths[number]), bar)
                if training.on_episode is not None:
                    training.on_episode(statistics)
            if checkpoints is not None and checkpoints.passed(agent, steps):
                _say(
                    bar,
                    f"Solved! Two tests in a row reached {checkpoints.goal:.0f}, "
                    f"after {len(statistics)} episodes and {steps} steps.",
                )
                return
            if training.max_steps is not None and steps >= training.max_steps:
                return
        seed = None  # only the first batch is seeded: each batch starts differently
        if checkpoints is None and running_mean(statistics) >= threshold:
            _say(
                bar,
                f"Solved! The last {SOLVED_WINDOW} episodes scored "
                f"{running_mean(statistics):.1f} on average, after {len(statistics)} episodes.",
            )
            return


def play_batch(
    agent: AbstractAgent, environments: VectorEnv, seed: int | None = None, explore: bool = False
) -> Iterator[_Step]:
    """Play one batch of episodes to its end, a step of every running environment at a time."""
    observation, _ = environments.reset(seed=seed)
    agent.start_episode(observation)
    running = np.arange(environments.num_envs)  # (k,) the environments that still play
    actions = np.zeros(environments.num_envs, dtype=np.int64)
    while len(running):
        # Environments that have ended go on with action 0; nobody looks at them any more.
        actions[:] = 0
        actions[running] = agent.act(observation[running], explore=explore)
        next_observation, reward, terminated, truncated, _ = environments.step(actions)
        transition = Transition(
            observation[running],
            actions[running],
            reward[running].astype(np.float32),
            next_observation[running],
            terminated[running],
            truncated[running],
            running,
        )
        yield _Step(transition, running)
        observation = next_observation
        running = running[~(transition.terminated | transition.truncated)]


def play_episodes(
    agent: AbstractAgent,
    environment: str | EnvironmentFactory = "CartPole-v1",
    episodes: int = 100,
    seed: int | None = None,
    explore: bool = False,
) -> list[EpisodeStatistics]:
    """Play without training, all episodes side by side; one record per episode."""
    environments = make_environments(environment, episodes)
    scores = np.zeros(episodes)
    lengths = np.zeros(episodes, dtype=np.int64)
    for step in play_batch(agent, environments, seed=seed, explore=explore):
        scores[step.running] += step.transition.reward
        lengths[step.running] += 1
    environments.close()
    return [
        EpisodeStatistics(episode=i, score=float(scores[i]), steps=int(lengths[i]))
        for i in range(episodes)
    ]


def mean_score(statistics: list[EpisodeStatistics]) -> float:
    """Mean score of some episodes. Raises ValueError for none."""
    if not statistics:
        raise ValueError("no episode was played, so there is no mean score")
    return float(np.mean([episode["score"] for episode in statistics]))


def running_mean(statistics: list[EpisodeStatistics]) -> float:
    """Mean score of the last 100 episodes; minus infinity while fewer were played."""
    if len(statistics) < SOLVED_WINDOW:
        return float("-inf")
    return mean_score(statistics[-SOLVED_WINDOW:])


def _record(statistics: list[EpisodeStatistics], score: float, steps: int, bar: tqdm) -> None:
    statistics.append(EpisodeStatistics(episode=len(statistics), score=score, steps=steps))
    recent = mean_score(statistics[-SOLVED_WINDOW:])
    bar.set_postfix(
        {"steps": steps, "episode_reward": score, "running_average": round(recent, 1)},
        refresh=False,
    )
    bar.update()


def _say(bar: tqdm, sentence: str) -> None:
    """Print a line above the status, if there is a status."""
    if not bar.disable:
        bar.write(sentence)
