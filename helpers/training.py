"""The one training loop of the course, and playing without training.

Episodes are played in batches, in parallel. An episode that has ended waits until the others
have ended too, so a batch starts and ends together and every agent of the course, whether it
learns after a step or after an episode, is trained by the same few lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
from gymnasium.vector import VectorEnv

from helpers.agents import AbstractAgent, Transition
from helpers.checkpoints import Checkpoints, GreedyTest
from helpers.environments import World, idle_actions
from helpers.live_curve import live_curve
from helpers.printed import few_printed_lines
from helpers.progress import progress_bar
from helpers.seeding import seed_everything

#: A training is solved when the mean score of this many episodes reaches the threshold.
SOLVED_WINDOW = 100


class EpisodeStatistics(TypedDict):
    """One played episode: its number, its return without discount, its length, and its batch.

    Episodes of the same batch were played in parallel, and are recorded as they ended.
    """

    episode: int
    score: float
    steps: int
    batch: int


class Statistics(list[EpisodeStatistics]):
    """What a training played: a record per finished episode, and the greedy tests in between."""

    def __init__(self) -> None:
        super().__init__()
        self.greedy_tests: list[GreedyTest] = []


@dataclass(frozen=True)
class Training:
    """How long and on how many environments an agent trains.

    episodes: stop after this many. max_steps: or after this many steps of all environments.
    environments: how many episodes are played in parallel.
    seed: of the environments and of every random number; None draws one.
    checkpoint_every: None trains until the mean of the last 100 scores reaches the environment's
        threshold. A number of steps lets a greedy test every so many steps decide instead: the
        best weights are kept, and training stops when they are good twice in a row.
    progress: show the status line and, in a notebook, a curve that grows.
    on_episode: called with all records so far after each finished episode.
    on_interrupt: called when Ctrl-C has stopped the training.
    """

    episodes: int = 2_000
    environments: int = 1
    max_steps: int | None = None
    seed: int | None = None
    checkpoint_every: int | None = None
    progress: bool = True
    on_episode: Callable[[list[EpisodeStatistics]], object] | None = None
    on_interrupt: Callable[[], object] | None = None


@dataclass
class _Step:
    """One step of a batch of episodes; `active` are the environments that still play."""

    transition: Transition
    active: np.ndarray  # (k,) int64


def train_agent(
    agent: AbstractAgent,
    environment: str | World = "CartPole-v1",
    training: Training | None = None,
) -> Statistics:
    """Train the agent until it has solved the environment or its budget is spent.

    Returns one record per finished episode. Ctrl-C (Interrupt in Jupyter) stops the training and
    returns what was played so far.
    """
    statistics = Statistics()
    with suppress(KeyboardInterrupt):
        record_training(statistics, agent, World.of(environment), training or Training())
    return statistics


def record_training(
    statistics: Statistics, agent: AbstractAgent, world: World, training: Training
) -> None:
    """Train the agent and append a record per finished episode to `statistics`.

    Of what the agent prints, only the first lines are shown. Raises KeyboardInterrupt when somebody
    interrupts it; what was recorded so far stays.
    """
    if training.seed is not None:
        seed_everything(training.seed)
    environments = world.make(training.environments)
    checkpoints = None
    if training.checkpoint_every is not None:
        checkpoints = Checkpoints(world, training.checkpoint_every, training.seed)
    log = _Log(training, statistics, world.threshold)
    try:
        with few_printed_lines():
            _train(agent, environments, checkpoints, log, world.threshold)
    except KeyboardInterrupt:
        log.bar.say(f"Interrupted after {len(statistics)} episodes.")
        if training.on_interrupt is not None:
            training.on_interrupt()
        raise
    finally:
        if checkpoints is not None:
            checkpoints.restore_best(agent)
        environments.close()
        log.close()


def _train(
    agent: AbstractAgent,
    environments: VectorEnv,
    checkpoints: Checkpoints | None,
    log: _Log,
    threshold: float,
) -> None:
    training, statistics = log.training, log.statistics
    seed = training.seed
    steps = 0
    while len(statistics) < training.episodes:
        scores = np.zeros(environments.num_envs)
        lengths = np.zeros(environments.num_envs, dtype=np.int64)
        for step in play_batch(agent, environments, seed=seed, explore=True):
            agent.train(step.transition)
            scores[step.active] += step.transition.reward
            lengths[step.active] += 1
            steps += len(step.active)
            ended = step.transition.terminated | step.transition.truncated  # (k,)
            for number in step.active[ended]:
                log.record(float(scores[number]), int(lengths[number]))
            if checkpoints is not None:
                passed = checkpoints.test_if_due(agent, steps, len(statistics))
                log.note_tests(checkpoints.tests)
                if passed:
                    log.solved(
                        f"Two tests in a row reached {checkpoints.goal:g}, "
                        f"after {len(statistics)} episodes and {steps} steps."
                    )
                    return
            if training.max_steps is not None and steps >= training.max_steps:
                return
        seed = None  # only the first batch is seeded: each batch starts differently
        if checkpoints is None and running_mean(statistics) >= threshold:
            log.solved(
                f"The last {SOLVED_WINDOW} episodes scored "
                f"{running_mean(statistics):.1f} on average, after {len(statistics)} episodes."
            )
            return


class _Log:
    """The records of a training, its status line and its curve."""

    def __init__(self, training: Training, statistics: Statistics, threshold: float) -> None:
        self.training = training
        self.statistics = statistics
        self.bar = progress_bar(training.episodes, shown=training.progress)
        tested = training.checkpoint_every is not None
        self._curve = live_curve(threshold, greedy=tested, shown=training.progress)

    def record(self, score: float, steps: int) -> None:
        """Note a finished episode, and tell whoever wants to know at once."""
        episode = len(self.statistics)
        batch = episode // self.training.environments
        self.statistics.append(
            EpisodeStatistics(episode=episode, score=score, steps=steps, batch=batch)
        )
        recent = mean_score(self.statistics[-SOLVED_WINDOW:])
        self.bar.advance(
            {"steps": steps, "episode_reward": score, "running_average": round(recent, 1)}
        )
        self._curve.draw(self.statistics)
        if self.training.on_episode is not None:
            self.training.on_episode(self.statistics)

    def note_tests(self, tests: list[GreedyTest]) -> None:
        """Keep the greedy tests so far, if there is a new one."""
        if len(tests) > len(self.statistics.greedy_tests):
            self.statistics.greedy_tests[:] = tests
            self._curve.draw(self.statistics)

    def solved(self, sentence: str) -> None:
        """The training ends here because its goal is reached."""
        self.bar.reach_goal()
        self.bar.say(f"Solved! {sentence}")

    def close(self) -> None:
        """The training has ended."""
        self.bar.close()
        self._curve.close(self.statistics)


def run_episode(
    agent: AbstractAgent, environment: str | World = "CartPole-v1", seed: int | None = None
) -> float:
    """Train the agent for one episode; returns its score.

    This is the loop of `train_agent` for a single environment, written to be read.
    """
    environments = World.of(environment).make(1)
    observation, _ = environments.reset(seed=seed)
    agent.start_episode(observation)
    score, ended = 0.0, False
    while not ended:
        action = agent.act(observation)  # (1,)
        next_observation, reward, terminated, truncated, _ = environments.step(action)
        step = (observation, action, reward, next_observation, terminated, truncated)
        agent.train(Transition(*step, episode=np.array([0])))
        observation, ended = next_observation, bool(terminated[0] or truncated[0])
        score += float(reward[0])
    environments.close()
    return score


def play_batch(
    agent: AbstractAgent, environments: VectorEnv, seed: int | None = None, explore: bool = False
) -> Iterator[_Step]:
    """Play one batch of episodes to its end, a step of every running environment at a time."""
    observation, _ = environments.reset(seed=seed)
    agent.start_episode(observation)
    active = np.arange(environments.num_envs)  # (k,) the environments that still play
    idle = idle_actions(environments)
    while len(active):
        # Environments that have ended go on with an idle action; nobody looks at them any more.
        actions = idle.copy()
        actions[active] = agent.act(observation[active], explore=explore)
        next_observation, reward, terminated, truncated, _ = environments.step(actions)
        transition = Transition(
            observation[active],
            actions[active],
            reward[active].astype(np.float32),
            next_observation[active],
            terminated[active],
            truncated[active],
            active,
        )
        yield _Step(transition, active)
        observation = next_observation
        active = active[~(transition.terminated | transition.truncated)]


def play_episodes(
    agent: AbstractAgent,
    environment: str | World = "CartPole-v1",
    episodes: int = 100,
    seed: int | None = None,
    explore: bool = False,
) -> list[EpisodeStatistics]:
    """Play without training, all episodes in parallel; one record per episode.

    Of what the agent prints, only the first lines are shown.
    """
    environments = World.of(environment).make(episodes)
    scores = np.zeros(episodes)
    lengths = np.zeros(episodes, dtype=np.int64)
    with few_printed_lines():
        for step in play_batch(agent, environments, seed=seed, explore=explore):
            scores[step.active] += step.transition.reward
            lengths[step.active] += 1
    environments.close()
    return [
        EpisodeStatistics(episode=i, score=float(scores[i]), steps=int(lengths[i]), batch=0)
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
