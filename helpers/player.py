"""Play with the keyboard: in the notebook itself, or in Gymnasium's own window.

In the notebook the physics runs in the browser, in `player.js`, 50 times a second, without the
kernel. Asking the kernel for every frame would need an answer within 20 ms. On Colab, where the
kernel runs in another country, it takes 100 ms or more, and the pole would fall meanwhile.

The constants (masses, length, force, limits) come from the real environment, and the tests compare
the browser's trajectories with Gymnasium's, step by step. Only the scores go back to the
kernel.
"""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.envs.classic_control.cartpole import CartPoleEnv
from gymnasium.envs.classic_control.mountain_car import MountainCarEnv
from gymnasium.spaces import Discrete

from helpers import (
    cartpole,  # noqa: F401  (registers its environments)
    screen,
)

#: Gymnasium's window closes after this many seconds without a key press.
IDLE_SECONDS = 30.0

_TWO_NAMES = ("left", "right")
_THREE_NAMES = ("left", "nothing", "right")


def play_by_keyboard(
    environment: str = "CartPole-v1",
    keys: Mapping[str, int] | None = None,
    max_steps: int | None = None,
    speed: float = 1.0,
) -> Any:
    """Play in the notebook: click on the picture, then use the keys, the arrow keys or the buttons.

    Make this call the last line of a cell. Nothing runs until you click on the picture, and the
    game pauses when you click elsewhere. The returned widget has the attributes `scores`, the score
    of each finished episode, and `best_score`. Without the package anywidget, what is returned only
    says how to install it.

    environment: a cart pole (`"CartPole-v1"`, `"helpers/NoOpCartPole-v0"`) or `"MountainCar-v0"`.
    keys: the key for left and the key for right, with their actions; `{"a": 0, "d": last action}`
        if None. While no key is pressed the action is "nothing", if there is one. The ordinary
        cart pole has none and is pushed to the left, as in Gymnasium's own player.
    max_steps: replaces the environment's limit. speed: 0.5 is half as fast.
    Raises ValueError for an environment that cannot be played, or keys that do not fit it.
    """
    env = gym.make(environment)
    try:
        game, constants = _physics(env)
        n_actions = _n_actions(env)
        assert env.spec is not None and env.spec.max_episode_steps is not None
        limit = env.spec.max_episode_steps if max_steps is None else max_steps
        frames_per_second = env.metadata["render_fps"]
    finally:
        env.close()
    if speed <= 0:
        raise ValueError(f"speed must be positive, not {speed}.")
    if limit < 1:
        raise ValueError(f"max_steps must be at least 1, not {limit}.")
    try:
        player = _player_class()
    except ImportError:
        return NoPlayer()
    return player(
        game=game,
        constants=constants,
        key_actions=list(_checked_keys(keys, n_actions).items()),
        no_key_action=_no_key_action(n_actions),
        action_names=list(_TWO_NAMES if n_actions == 2 else _THREE_NAMES),
        max_steps=limit,
        steps_per_second=frames_per_second * speed,
    )


def play_in_window(environment: str = "CartPole-v1", keys: Mapping[str, int] | None = None) -> None:
    """Play in Gymnasium's own window, on a desktop; Esc or closing the window ends the game.

    Where no window can open (a server, Colab, JupyterHub), it prints one line that says so.
    The window closes after 30 seconds without a key press.
    Raises ValueError for an environment that cannot be played, or keys that do not fit it.
    """
    reason = _why_no_window()
    if reason:
        print(f"No window can open here: {reason}. Use play_by_keyboard({environment!r}) instead.")
        return
    env = gym.make(environment, render_mode="rgb_array")
    try:
        _physics(env)
        n_actions = _n_actions(env)
        actions = _checked_keys(keys, n_actions)
        left, right = actions
        print(f"A window opens: {left} is left, {right} is right, Esc ends the game.")
        with _backend_kept():
            from gymnasium.utils.play import play

        play(
            env,
            keys_to_action={key: np.int64(action) for key, action in actions.items()},
            noop=np.int64(_no_key_action(n_actions)),
            callback=_close_when_idle(actions),
        )
    finally:
        env.close()


def _n_actions(env: gym.Env) -> int:
    assert isinstance(env.action_space, Discrete)  # both games have such a space
    return int(env.action_space.n)


def _checked_keys(keys: Mapping[str, int] | None, n_actions: int) -> dict[str, int]:
    keys = {"a": 0, "d": n_actions - 1} if keys is None else dict(keys)
    if len(keys) != 2 or not all(len(key) == 1 and key == key.lower() for key in keys):
        raise ValueError(
            "keys must name two lower-case keys, first the key for left, then the key for "
            f"right, like {{'a': 0, 'd': {n_actions - 1}}}; you gave {keys!r}."
        )
    for key, action in keys.items():
        if action not in range(n_actions):
            raise ValueError(
                f"The key {key!r} has the action {action!r}, "
                f"but the actions are 0 to {n_actions - 1}."
            )
    return keys


def _no_key_action(n_actions: int) -> int:
    """The action while no key is pressed: "nothing", or left if there is no such action."""
    return 1 if n_actions == 3 else 0


def _physics(env: gym.Env) -> tuple[str, dict[str, Any]]:
    """The game's name in player.js, and the physical constants of this environment."""
    inner = env.unwrapped
    if isinstance(inner, CartPoleEnv):
        directions = np.linspace(-1, 1, _n_actions(env))  # left to right
        return "cart_pole", {
            "gravity": inner.gravity,
            "pole_mass": inner.masspole,
            "total_mass": inner.total_mass,
            "half_length": inner.length,
            "pole_mass_length": inner.polemass_length,
            "tau": inner.tau,
            "x_limit": inner.x_threshold,
            "angle_limit": inner.theta_threshold_radians,
            "forces": (inner.force_mag * directions).tolist(),
            "reward": 1,
        }
    if isinstance(inner, MountainCarEnv):
        return "mountain_car", {
            "gravity": inner.gravity,
            "min_position": inner.min_position,
            "max_position": inner.max_position,
            "max_speed": inner.max_speed,
            "goal_position": inner.goal_position,
            "goal_velocity": inner.goal_velocity,
            "forces": [-inner.force, 0.0, inner.force],
            "reward": -1,
        }
    name = env.spec.id if env.spec else type(inner).__name__
    raise ValueError(
        f"{name} cannot be played by keyboard; CartPole-v1, helpers/NoOpCartPole-v0, "
        "helpers/ShortCartPole-v0 and MountainCar-v0 can."
    )


class NoPlayer:
    """Stands in for the game where widgets are not installed; a cell shows what to do."""

    scores: tuple[float, ...] = ()
    best_score = None

    def __repr__(self) -> str:
        return (
            "The keyboard game needs the package anywidget: run %pip install anywidget in a cell, "
            "then restart the kernel. You can also go on without playing."
        )

    def close(self) -> None:
        """Nothing is open."""


@cache
def _player_class() -> type[Any]:
    """The widget's class; created on first use, because widgets are slow to import."""
    import anywidget
    import traitlets

    class KeyboardPlayer(anywidget.AnyWidget):
        """A game in the notebook; `scores` holds the score of each finished episode."""

        _esm = Path(__file__).with_name("player.js")

        game = traitlets.Unicode().tag(sync=True)
        constants = traitlets.Dict().tag(sync=True)
        key_actions: Any = traitlets.List().tag(sync=True)  # [key, action] for left, then right
        no_key_action = traitlets.Int().tag(sync=True)
        action_names = traitlets.List(traitlets.Unicode()).tag(sync=True)
        max_steps = traitlets.Int().tag(sync=True)
        steps_per_second = traitlets.Float().tag(sync=True)
        scores = traitlets.List(traitlets.Float()).tag(sync=True)

        @property
        def best_score(self) -> float | None:
            """The highest score so far; None before the first episode has ended."""
            return max(self.scores, default=None)

    return KeyboardPlayer


# --- Gymnasium's window --------------------------------------------------------------------------


def _why_no_window() -> str:
    """The reason why no window can be seen here; empty if one can open."""
    if "google.colab" in sys.modules:
        return "Colab runs on a server"
    if os.environ.get("JUPYTERHUB_USER"):
        return "JupyterHub runs on a server"
    if screen.is_virtual():
        return "its display is virtual, so nobody can see it"
    if not screen.has_screen():
        return "this machine has no screen"
    return ""


@contextmanager
def _backend_kept() -> Iterator[None]:
    """Keep matplotlib's backend: importing gymnasium.utils.play switches it to Tk windows."""
    import matplotlib as mpl

    backend = mpl.get_backend()
    try:
        with warnings.catch_warnings():
            # Without Tk it warns that matplotlib is missing; only its live plots need that.
            warnings.simplefilter("ignore")
            yield
    finally:
        if mpl.get_backend() != backend:
            from matplotlib import pyplot

            pyplot.switch_backend(backend)


def _close_when_idle(keys: Iterable[str]) -> Any:
    """Return a callback that ends Gymnasium's player after a while without a key press.

    Otherwise the player would run for ever if its window cannot be seen or closed.
    """
    last_key = time.monotonic()

    def callback(*_: Any) -> None:
        nonlocal last_key
        import pygame

        now = time.monotonic()
        pressed = pygame.key.get_pressed()
        if any(pressed[ord(key)] for key in keys):
            last_key = now
        elif now - last_key > IDLE_SECONDS:
            pygame.event.post(pygame.event.Event(pygame.QUIT))

    return callback
