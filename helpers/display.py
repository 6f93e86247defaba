"""Show what an agent does: one frame, a whole episode, or a video file, with or without a screen.

An animation is a small H.264 video inside the page. Jupyter, Colab and VS Code (1.71 and later)
play it without an extension, and a saved or exported notebook keeps it.
"""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

import gymnasium as gym
import numpy as np
from gymnasium.error import DependencyNotInstalled

from helpers import cartpole  # noqa: F401  (registers the course's environments)
from helpers.cells import current_cell
from helpers.notebook_figures import show_picture
from helpers.printed import few_printed_lines
from helpers.screen import start_headless_display
from helpers.video import MimeType, encode, gif, write_mp4

__all__ = [
    "Actor",
    "Animation",
    "animate",
    "record_video",
    "render",
    "show_video",
    "start_headless_display",
]

if TYPE_CHECKING:
    from IPython.display import HTML, DisplayHandle

_WIDTH = 600  # pixels, as in Gymnasium
_NO_PICTURES = (
    "Pictures of an environment need the package pygame-ce: run %pip install pygame-ce in a cell, "
    "then restart the kernel. Everything else works without it."
)


class Actor(Protocol):
    """Anything that chooses actions for a batch of observations, as `AbstractAgent` does."""

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """Choose an action for each row, (n, 4) to (n,) int64; `explore=False` is greedy."""
        ...


# --- one frame -----------------------------------------------------------------------------------

_handles: WeakKeyDictionary[Any, tuple[str, DisplayHandle]] = WeakKeyDictionary()


def render(env: gym.Env) -> None:
    """Show the environment as it is now, in place: the next call redraws the same picture.

    Each notebook cell has its own picture. Outside a notebook nothing is shown. Without pygame one
    sentence says how to install it.
    Raises ValueError if `env` was not made with `render_mode="rgb_array"`.
    """
    if env.render_mode != "rgb_array":
        raise ValueError(
            f"This environment cannot be shown: its render_mode is {env.render_mode!r}. "
            'Make it with gymnasium.make(..., render_mode="rgb_array").'
        )
    try:
        frame = np.asarray(env.render())  # (height, width, 3) uint8
    except DependencyNotInstalled:
        _say_that_there_are_no_pictures()
        return
    cell = current_cell()
    if cell is None:
        return
    name = env.spec.id if env.spec else type(env.unwrapped).__name__
    known_cell, handle = _handles.get(env, (None, None))
    if known_cell != cell:
        handle = None
    shown = show_picture(_png(frame), _WIDTH, f"The environment {name} as it is now.", handle)
    _handles[env] = (cell, shown)


@cache
def _say_that_there_are_no_pictures() -> None:
    """Once is enough: a loop may draw hundreds of frames."""
    print(_NO_PICTURES)


def _png(frame: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, format="png", compress_level=1)
    return buffer.getvalue()


# --- an episode ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Animation:
    """A recorded episode that a notebook plays by itself.

    steps: length of the episode. score: sum of its rewards. media: bytes of the video or GIF, none
    without pygame.
    """

    environment: str
    steps: int
    score: float
    media: bytes
    mime_type: MimeType

    @property
    def caption(self) -> str:
        """Environment, steps and score, as one line of text."""
        steps = "1 step" if self.steps == 1 else f"{self.steps} steps"
        return f"{self.environment}: {steps}, score {self.score:g}"

    def _repr_html_(self) -> str:
        words = f"A recorded episode of {self.caption}."
        picture = _picture(self.media, self.mime_type, words) if self.media else _NO_PICTURES
        caption = html.escape(self.caption)
        return f'<figure style="margin: 0">{picture}<figcaption>{caption}</figcaption></figure>'

    def __repr__(self) -> str:
        return f"Animation({self.caption}, {len(self.media) / 1000:.0f} kB)"


def animate(
    agent: Actor,
    environment: str = "CartPole-v1",
    seed: int | None = None,
    max_steps: int | None = None,
    frame_skip: int = 2,
) -> Animation:
    """Let the agent play one episode without exploring, and show it.

    seed: for the start of the episode; None draws one. max_steps: replaces the environment's limit.
    frame_skip: 2 draws every second step; the video still runs at the real speed.
    Raises ValueError if the agent does not return one action for one observation.
    """
    episode = _play(agent, environment, seed, max_steps, frame_skip)
    media: bytes = b""
    mime_type: MimeType = "image/gif"
    if episode.frames:
        media, mime_type = encode(episode.frames, episode.frames_per_second)
    return Animation(environment, episode.steps, episode.score, media, mime_type)


def record_video(
    agent: Actor,
    environment: str = "CartPole-v1",
    path: str | Path = "episode.mp4",
    seed: int | None = None,
    max_steps: int | None = None,
) -> Path:
    """Let the agent play one episode without exploring, and write it to an mp4 file.

    Without ffmpeg it is an animated GIF of the same name, without pygame there is no file; one
    sentence says so. Returns the absolute path. Creates missing folders and replaces an older file.
    Raises ValueError if the name does not end in .mp4.
    """
    target = Path(path).expanduser().resolve()
    if target.suffix.lower() != ".mp4":
        raise ValueError(f"The name of a video must end in .mp4; this one is {target.name!r}.")
    episode = _play(agent, environment, seed, max_steps, frame_skip=1)
    if not episode.frames:
        print(_NO_PICTURES)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_mp4(episode.frames, episode.frames_per_second, target)
    except OSError:
        target.unlink(missing_ok=True)
        target = target.with_suffix(".gif")
        target.write_bytes(gif(episode.frames, episode.frames_per_second))
        print(f"Without ffmpeg there is no mp4: the episode is in {target.name}.")
    return target


def show_video(path: Path) -> HTML:
    """Show a video or GIF that `record_video` has written; make it the last line of a cell."""
    from IPython.display import HTML

    if not path.exists():
        return HTML(_NO_PICTURES)
    mime_type: MimeType = "image/gif" if path.suffix == ".gif" else "video/mp4"
    return HTML(_picture(path.read_bytes(), mime_type, f"A recorded episode, {path.name}."))


def _picture(media: bytes, mime_type: MimeType, words: str) -> str:
    """HTML that holds a video or GIF itself and plays it; words: what it shows."""
    source = f"data:{mime_type};base64,{base64.b64encode(media).decode()}"
    style = f'width="{_WIDTH}" style="max-width: 100%"'
    if mime_type == "image/gif":
        return f'<img src="{source}" {style} alt="{html.escape(words)}">'
    # Browsers only autoplay videos that are muted.
    played = "controls autoplay loop muted playsinline"
    return f'<video src="{source}" {style} {played} aria-label="{html.escape(words)}"></video>'


@dataclass(frozen=True)
class _Episode:
    steps: int
    score: float
    frames: list[np.ndarray]  # each (height, width, 3) uint8
    frames_per_second: float


def _play(
    agent: Actor, environment: str, seed: int | None, max_steps: int | None, frame_skip: int
) -> _Episode:
    if frame_skip < 1:
        raise ValueError(f"frame_skip must be at least 1, not {frame_skip}.")
    env = gym.make(environment, render_mode="rgb_array", max_episode_steps=max_steps)
    try:
        observation, _ = env.reset(seed=seed)
        frames = _frames(env)
        steps, score, done = 0, 0.0, False
        with few_printed_lines():
            while not done:
                action = _one_action(agent, observation, env.action_space)
                observation, reward, terminated, truncated, _ = env.step(action)
                steps += 1
                score += float(reward)
                done = terminated or truncated
                if done or steps % frame_skip == 0:
                    frames += _frames(env)
        frames_per_second = env.metadata.get("render_fps", 30) / frame_skip
    finally:
        env.close()
    return _Episode(steps, score, frames, frames_per_second)


def _frames(env: gym.Env) -> list[np.ndarray]:
    """The frame to be seen now, (height, width, 3) uint8; none without pygame."""
    try:
        return [np.asarray(env.render())]
    except DependencyNotInstalled:
        return []


def _one_action(agent: Actor, observation: Any, space: gym.Space) -> Any:
    """Ask the agent for the action of a single observation, as a batch of one."""
    batch = np.asarray(observation)[np.newaxis]  # (1, ...)
    actions = np.asarray(agent.act(batch, explore=False))
    shape = (1, *(space.shape or ()))
    if actions.shape != shape:
        raise ValueError(
            f"act() was given one observation, shape {batch.shape}, and must "
            f"return one action for each row, shape {shape}; it returned shape {actions.shape}."
        )
    return actions[0].astype(space.dtype)
