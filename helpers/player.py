"""Playing with the keyboard: in the notebook itself, or in Gymnasium's own window.

In the notebook the physics runs in the browser, in `player.js`: 50 times a second, without asking
the kernel. Asking it for every frame would need an answer within 20 ms; on Colab, where the kernel
is in another country, it takes 100 ms and more, and a pole falls meanwhile. The constants (masses,
length, force, limits) are read from the real environment, and the tests compare the browser's
trajectories with Gymnasium's, step by step. Only the scores travel back to the kernel.
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

#: A window that nobody plays in closes after so many seconds.
IDLE_SECONDS = 30.0

_TWO_NAMES = ("left", "right")
_THREE_NAMES = ("left", "nothing", "right")


def play_by_keyboard(
    environment: str = "CartPole-v1",
    keys: Mapping[str, int] | None = None,
    max_steps: int | None = None,
    speed: float = 1.0,
) -> Any:
    """Play in the notebook: click on the picture, then use the keys (or the buttons below it).

    Make it the last line of a cell. Nothing runs until the picture is clicked, and it pauses when
    the focus goes elsewhere. The returned widget remembers the scores: `.scores`, `.best_score`.

    environment: a cart pole (`"CartPole-v1"`, `"helpers/NoOpCartPole-v0"`) or `"MountainCar-v0"`.
    keys: the key for left and the key for right, with their actions; `{"a": 0, "d": last action}`
        if None. Without a key the action is "nothing", if the environment has it; the ordinary
        cart pole has not, and is pushed to the left, as in Gymnasium's player.
    max_steps: replaces the environment's own limit. speed: 0.5 is half as fast.
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
    return _player_class()(
        game=game,
        constants=constants,
        key_actions=list(_checked_keys(keys, n_actions).items()),
        no_key_action=_no_key_action(n_actions),
        action_names=list(_TWO_NAMES if n_actions == 2 else _THREE_NAMES),
        max_steps=limit,
        steps_per_second=frames_per_second * speed,
    )


def play_in_window(environment: str = "CartPole-v1", keys: Mapping[str, int] | None = None) -> None:
    """Play in Gymnasium's own window, on a desktop; Esc or closing the window ends it.

    Where no window can open (a server, Colab, JupyterHub), one line says so and nothing happens.
    A window without a key press closes by itself after 30 seconds.
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
            "keys must name two keys, small letters, first the one for left, then the one for "
            f"right, like {{'a': 0, 'd': {n_actions - 1}}}; these are {keys!r}."
        )
    for key, action in keys.items():
        if action not in range(n_actions):
            raise ValueError(
                f"The key {key!r} stands for action {action!r}, "
                f"but the actions are 0 to {n_actions - 1}."
            )
    return keys


def _no_key_action(n_actions: int) -> int:
    """What happens while no key is pressed: nothing, or left where there is no "nothing"."""
    return 1 if n_actions == 3 else 0


def _physics(env: gym.Env) -> tuple[str, dict[str, Any]]:
    """Name of the game in player.js, and the constants of this environment."""
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


@cache
def _player_class() -> type[Any]:
    """The widget's class; made on first use, because widgets are slow to import."""
    import anywidget
    import traitlets

    class KeyboardPlayer(anywidget.AnyWidget):
        """A game in the notebook; `scores` has the score of each finished episode."""

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
    """Why nobody would see a window; empty where one can open."""
    if "google.colab" in sys.modules:
        return "Colab runs on a server"
    if os.environ.get("JUPYTERHUB_USER"):
        return "JupyterHub runs on a server"
    if screen.is_virtual():
        return "its display is virtual, nobody can see it"
    if not screen.has_screen():
        return "this machine has no screen"
    return ""


@contextmanager
def _backend_kept() -> Iterator[None]:
    """Importing gymnasium.utils.play switches matplotlib to Tk windows: switch it back."""
    import matplotlib as mpl

    backend = mpl.get_backend()
    try:
        with warnings.catch_warnings():
            # Without Tk it says that matplotlib is not installed; only its live plots need that.
            warnings.simplefilter("ignore")
            yield
    finally:
        if mpl.get_backend() != backend:
            from matplotlib import pyplot

            pyplot.switch_backend(backend)


def _close_when_idle(keys: Iterable[str]) -> Any:
    """A callback for Gymnasium's player that ends it when nobody has pressed a key for a while.

    The player itself would run for ever where its window cannot be seen or closed.
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
