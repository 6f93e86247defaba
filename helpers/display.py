"""Watching an agent: one frame, a whole episode, a video file; with a screen or without.

An animation is a small H.264 video inside the page. Jupyter, Colab and VS Code (1.71 and later)
play it without an extension, and it stays in the notebook when the notebook is saved or exported.
The encoder is the one the package imageio-ffmpeg brings along; without it, an animated GIF is made.
"""

from __future__ import annotations

import base64
import html
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol
from weakref import WeakKeyDictionary

import gymnasium as gym
import numpy as np

from helpers import cartpole  # noqa: F401  (registers the course's environments)

if TYPE_CHECKING:
    from IPython.display import DisplayHandle

# Frames are needed in pages, not on a screen: a size that is sharp enough and encodes quickly.
_WIDTH = 600
_GIF_WIDTH = 300


class Actor(Protocol):
    """Anything that chooses actions for a batch of observations, as `AbstractAgent` does."""

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        """(n, 4) float32 to (n,) int64; `explore=False` asks for the best action known."""
        ...


# --- machines without a screen -------------------------------------------------------------------

#: What pictures are drawn on: a screen, a virtual one (Xvfb), or SDL's driver without any.
Screen = Literal["screen", "virtual display", "no display"]

_virtual_display: Any = None  # pyvirtualdisplay's Display, while it runs


def _has_screen() -> bool:
    """Whether windows can open. Only Linux servers usually have no screen."""
    if os.environ.get("SDL_VIDEODRIVER") in ("dummy", "offscreen"):
        return False
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _quiet_pygame() -> None:
    """Keep pygame's greeting and SDL's search for a screen out of the notebook.

    SDL complains on stderr where there is no screen, and graders read stderr as an error.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if not _has_screen():
        os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
        os.environ.setdefault("SDL_AUDIODRIVER", "dummy")


_quiet_pygame()  # at import, so that a plain env.render() is quiet, too


def start_headless_display() -> Screen:
    """Make drawing possible on a machine without a screen, and say what is drawn on.

    On a machine with a screen nothing happens. Elsewhere a virtual display is started if Xvfb and
    pyvirtualdisplay are installed; if not, SDL draws without a display, which is all that
    `render_mode="rgb_array"` needs. Calling it again changes nothing.
    """
    global _virtual_display
    if _virtual_display is not None:
        return "virtual display"
    if _has_screen():
        return "screen"
    if os.environ.get("DISPLAY"):
        return "no display"  # somebody chose SDL's driver on purpose
    if shutil.which("Xvfb"):
        try:
            from pyvirtualdisplay import Display

            display = Display(visible=False, size=(1400, 900))
            display.start()
        except Exception:  # not installed, or no right to start it: SDL's driver is enough
            return "no display"
        import atexit

        atexit.register(display.stop)
        _virtual_display = display
        if os.environ.get("SDL_VIDEODRIVER") == "dummy":
            del os.environ["SDL_VIDEODRIVER"]  # SDL finds the virtual display by itself
        return "virtual display"
    return "no display"


# --- one frame -----------------------------------------------------------------------------------

_handles: WeakKeyDictionary[Any, tuple[int, DisplayHandle]] = WeakKeyDictionary()


def render(env: gym.Env) -> None:
    """Show the environment as it is now, in place: the next call redraws the same picture.

    Each cell of a notebook has a picture of its own. Outside a notebook nothing is shown.
    Raises ValueError if `env` was not made with `render_mode="rgb_array"`.
    """
    if env.render_mode != "rgb_array":
        raise ValueError(
            f"This environment cannot be shown: its render_mode is {env.render_mode!r}. "
            'Make it with gymnasium.make(..., render_mode="rgb_array").'
        )
    frame = np.asarray(env.render())  # (height, width, 3) uint8
    cell = current_cell()
    if cell is None:
        return
    from IPython.display import Image, display

    picture = Image(data=_png(frame), format="png", width=_WIDTH)
    known_cell, handle = _handles.get(env, (None, None))
    if handle is not None and known_cell == cell:
        handle.update(picture)
    else:
        _handles[env] = (cell, display(picture, display_id=True))


def current_cell() -> int | None:
    """Number of the notebook cell that runs now; None outside a notebook."""
    if "IPython" not in sys.modules:
        return None
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None or not hasattr(shell, "kernel"):
        return None
    return int(shell.execution_count)


def _png(frame: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, format="png", compress_level=1)
    return buffer.getvalue()


# --- an episode ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Animation:
    """One played episode that plays itself in a notebook.

    steps: its length. score: the sum of its rewards. media: the bytes of the video or GIF.
    """

    environment: str
    steps: int
    score: float
    media: bytes
    mime_type: Literal["video/mp4", "image/gif"]

    @property
    def caption(self) -> str:
        """Steps and score in words."""
        steps = "1 step" if self.steps == 1 else f"{self.steps} steps"
        return f"{self.environment}: {steps}, score {self.score:g}"

    def _repr_html_(self) -> str:
        source = f"data:{self.mime_type};base64,{base64.b64encode(self.media).decode()}"
        if self.mime_type == "video/mp4":
            # Browsers start a video by themselves only if it is muted.
            picture = (
                f'<video src="{source}" width="{_WIDTH}" style="max-width: 100%" '
                "controls autoplay loop muted playsinline></video>"
            )
        else:
            picture = f'<img src="{source}" width="{_WIDTH}" style="max-width: 100%">'
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

    seed: of the episode's start; None draws one. max_steps: replaces the environment's own limit.
    frame_skip: every how many-th step is drawn; time runs as it would with 1.
    Raises ValueError if the agent does not answer one observation with one action.
    """
    episode = _play(agent, environment, seed, max_steps, frame_skip)
    media, mime_type = _encode(episode.frames, episode.frames_per_second)
    return Animation(environment, episode.steps, episode.score, media, mime_type)


def record_video(
    agent: Actor,
    environment: str = "CartPole-v1",
    path: str | Path = "episode.mp4",
    seed: int | None = None,
    max_steps: int | None = None,
) -> Path:
    """Let the agent play one episode without exploring, and write it to an mp4 file.

    Returns the absolute path. Raises ValueError for another ending than .mp4, and ImportError
    if imageio-ffmpeg is not installed. Folders are made as needed, an older file is replaced.
    """
    target = Path(path).expanduser().resolve()
    if target.suffix.lower() != ".mp4":
        raise ValueError(f"A video's name ends with .mp4; this one is {target.name!r}.")
    import imageio_ffmpeg  # noqa: F401  (missing? say so before the episode is played)

    episode = _play(agent, environment, seed, max_steps, frame_skip=1)
    target.parent.mkdir(parents=True, exist_ok=True)
    _write_mp4(episode.frames, episode.frames_per_second, target)
    return target


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
        frames = [np.asarray(env.render())]
        steps, score, done = 0, 0.0, False
        while not done:
            action = _one_action(agent, observation)
            observation, reward, terminated, truncated, _ = env.step(action)
            steps += 1
            score += float(reward)
            done = terminated or truncated
            if done or steps % frame_skip == 0:
                frames.append(np.asarray(env.render()))
        frames_per_second = env.metadata.get("render_fps", 30) / frame_skip
    finally:
        env.close()
    return _Episode(steps, score, frames, frames_per_second)


def _one_action(agent: Actor, observation: np.ndarray) -> int:
    """Ask the agent about a batch of one."""
    actions = np.asarray(agent.act(observation[np.newaxis], explore=False))
    if actions.shape != (1,):
        raise ValueError(
            f"act() was given one observation, shape {observation[np.newaxis].shape}, and must "
            f"return one action for each row, shape (1,); it returned shape {actions.shape}."
        )
    return int(actions[0])


# --- encoding ------------------------------------------------------------------------------------


def _encode(
    frames: Sequence[np.ndarray], frames_per_second: float
) -> tuple[bytes, Literal["video/mp4", "image/gif"]]:
    try:
        import imageio_ffmpeg

        imageio_ffmpeg.get_ffmpeg_exe()
    except (ImportError, RuntimeError):  # no package, or no encoder for this machine
        return _gif(frames, frames_per_second), "image/gif"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "episode.mp4"
        _write_mp4(frames, frames_per_second, path)
        return path.read_bytes(), "video/mp4"


def _write_mp4(frames: Sequence[np.ndarray], frames_per_second: float, path: Path) -> None:
    import imageio_ffmpeg

    height, width, _ = frames[0].shape
    writer = imageio_ffmpeg.write_frames(
        str(path),
        (width, height),
        fps=frames_per_second,
        codec="libx264",
        pix_fmt_out="yuv420p",  # the only colours every browser decodes
        macro_block_size=2,
        quality=None,
        # faststart: a page can begin to play before it has read the whole file.
        output_params=["-preset", "veryfast", "-crf", "26", "-movflags", "+faststart"],
    )
    writer.send(None)
    for frame in frames:
        writer.send(np.ascontiguousarray(frame))
    writer.close()


def _gif(frames: Sequence[np.ndarray], frames_per_second: float) -> bytes:
    pictures = list(_small_pictures(frames))
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        format="gif",
        save_all=True,
        append_images=pictures[1:],
        duration=max(20, round(1000 / frames_per_second)),  # browsers slow down below 20 ms
        loop=0,
    )
    return buffer.getvalue()


def _small_pictures(frames: Sequence[np.ndarray]) -> Iterator[Any]:
    from PIL import Image

    for frame in frames:
        picture = Image.fromarray(frame)
        height = round(picture.height * _GIF_WIDTH / picture.width)
        yield picture.resize((_GIF_WIDTH, height)).quantize(16)
