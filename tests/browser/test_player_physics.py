"""The browser's physics is Gymnasium's: the same actions lead to the same states."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from helpers.player import _physics

pytestmark = pytest.mark.browser

REPOSITORY = Path(__file__).parents[2]
EPISODES = 10
PLAYABLE = ["CartPole-v1", "helpers/NoOpCartPole-v0", "MountainCar-v0"]

#: Plays the actions in player.js, from the same start: every state, and where it terminated.
PLAY = """
const [game, constants, episodes, done] = arguments;
import("./player.js").then(({ GAMES }) => {
    done(episodes.map(({ start, actions }) => {
        let state = start;
        return actions.map((action) => {
            const result = GAMES[game].step(state, constants.forces[action], constants);
            state = result.state;
            return [...state, Number(result.terminated)];
        });
    }));
});
"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """The browser on a page that can import player.js."""
    handler = functools.partial(_Quiet, directory=str(REPOSITORY / "helpers"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    browser.get(f"http://127.0.0.1:{server.server_port}/")
    yield browser
    server.shutdown()
    server.server_close()


def gymnasium_episode(environment: str, seed: int) -> tuple[dict[str, Any], np.ndarray]:
    """Random actions until the end: what the browser is asked, and what Gymnasium answers."""
    env = gym.make(environment)
    inner: Any = env.unwrapped
    env.reset(seed=seed)
    start = [float(value) for value in inner.state]
    random = np.random.default_rng(seed)
    actions, answers, done = [], [], False
    while not done:
        if environment == "MountainCar-v0" and seed % 2:
            action = 2 if inner.state[1] > 0 else 0  # this one reaches the flag
        else:
            action = int(random.integers(int(inner.action_space.n)))
        _, _, terminated, truncated, _ = env.step(action)
        actions.append(action)
        answers.append([*map(float, inner.state), float(terminated)])
        done = terminated or truncated
    return {"start": start, "actions": actions}, np.array(answers)


@pytest.mark.parametrize(
    "environment", ["CartPole-v1", "helpers/NoOpCartPole-v0", "MountainCar-v0"]
)
def test_the_browser_plays_gymnasiums_trajectories(page: Any, environment: str) -> None:
    game, constants = _physics(gym.make(environment))
    questions, answers = zip(
        *(gymnasium_episode(environment, seed) for seed in range(EPISODES)), strict=True
    )
    assert sum(answer[-1, -1] for answer in answers) >= EPISODES / 2, "most should terminate"
    played = page.execute_async_script(PLAY, game, constants, list(questions))
    for theirs, ours in zip(played, answers, strict=True):
        np.testing.assert_allclose(np.array(theirs, dtype=float), ours, rtol=0, atol=1e-9)


@pytest.mark.parametrize("environment", ["CartPole-v1", "MountainCar-v0"])
def test_the_browser_starts_where_gymnasium_starts(page: Any, environment: str) -> None:
    game, _ = _physics(gym.make(environment))
    starts = np.array(
        page.execute_async_script(
            "const [game, done] = arguments; import('./player.js').then(({ GAMES }) =>"
            " done(Array.from({ length: 500 }, () => GAMES[game].start())));",
            game,
        ),
        dtype=float,
    )
    env: Any = gym.make(environment).unwrapped
    ours = np.array([env.reset(seed=seed) and env.state for seed in range(500)], dtype=float)
    np.testing.assert_allclose(starts.min(axis=0), ours.min(axis=0), atol=0.005)
    np.testing.assert_allclose(starts.max(axis=0), ours.max(axis=0), atol=0.005)
