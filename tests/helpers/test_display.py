"""Watching agents: frames in place, animations, video files; on machines without a screen."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import imageio_ffmpeg
import numpy as np
import pytest
from PIL.GifImagePlugin import GifImageFile

from helpers import display
from helpers.display import animate, record_video, render, show_video
from helpers.video import write_mp4

REPOSITORY = Path(__file__).parents[2]


class Balancer:
    """A rule that keeps the ordinary pole up for 500 steps."""

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        assert observation.shape == (1, 4)
        assert observation.dtype == np.float32
        assert explore is False, "a spectator wants to see the best the agent can do"
        x, x_dot, theta, theta_dot = observation.T
        return (3 * theta + theta_dot + 0.1 * x + 0.3 * x_dot > 0).astype(np.int64)


class Always:
    """An agent with one opinion."""

    def __init__(self, action: int) -> None:
        self.action = action

    def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
        return np.full(len(observation), self.action)


def read_video(path: Path) -> tuple[dict[str, Any], np.ndarray]:
    """What ffmpeg decodes: its notes, and the frames, (frames, height, width, 3)."""
    reader = imageio_ffmpeg.read_frames(str(path))
    notes = next(reader)
    width, height = notes["size"]
    frames = [np.frombuffer(frame, np.uint8).reshape(height, width, 3) for frame in reader]
    return notes, np.array(frames)


# --- animations


def test_a_whole_episode_is_a_small_video(tmp_path: Path) -> None:
    animation = animate(Balancer(), seed=0)
    assert (animation.steps, animation.score) == (500, 500.0)
    assert len(animation.media) < 100_000
    path = tmp_path / "episode.mp4"
    path.write_bytes(animation.media)
    notes, frames = read_video(path)
    assert notes["codec"] == "h264"
    assert notes["pix_fmt"].startswith("yuv420p"), "browsers decode no other colours"
    assert notes["size"] == (600, 400)
    assert notes["fps"] == 25.0, "every second of 50 steps a second"
    assert len(frames) == 251
    assert not np.array_equal(frames[0], frames[100]), "the cart should move"


def test_the_page_needs_nothing_but_itself_and_starts_by_itself() -> None:
    page = animate(Balancer(), seed=0, max_steps=20)._repr_html_()
    assert 'src="data:video/mp4;base64,' in page
    assert "http" not in page
    assert "autoplay" in page and "muted" in page and "playsinline" in page
    assert "CartPole-v1: 20 steps, score 20" in page
    assert 'aria-label="A recorded episode of CartPole-v1: 20 steps, score 20."' in page


def test_the_episode_ends_when_the_pole_falls() -> None:
    animation = animate(Always(1), seed=0)
    assert 8 <= animation.steps <= 11
    assert animation.score == animation.steps


def test_the_same_seed_shows_the_same_episode() -> None:
    assert animate(Always(1), seed=1).media == animate(Always(1), seed=1).media
    assert animate(Always(1), seed=1).media != animate(Always(1), seed=2).media


@pytest.mark.parametrize(
    ("environment", "score"), [("helpers/NoOpCartPole-v0", 30), ("MountainCar-v0", -30)]
)
def test_the_other_environments_are_shown_too(environment: str, score: int) -> None:
    animation = animate(Always(1), environment, seed=0, max_steps=30)
    assert (animation.steps, animation.score) == (30, score)


def no_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)  # importing it fails now
    monkeypatch.setattr("helpers.video.shutil.which", lambda name: None)


def an_encoder_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", shutil.which("false") or "false")


@pytest.mark.parametrize("missing", [no_ffmpeg, an_encoder_that_fails])
def test_without_an_encoder_the_animation_is_a_gif(
    missing: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    missing(monkeypatch)
    animation = animate(Balancer(), seed=0)
    assert len(animation.media) < 200_000
    assert '<img src="data:image/gif;base64,' in animation._repr_html_()
    with GifImageFile(io.BytesIO(animation.media)) as picture:
        milliseconds = 0
        for number in range(picture.n_frames):
            picture.seek(number)
            milliseconds += picture.info["duration"]
    assert milliseconds == 251 * 40, "25 frames a second; frames that look alike are one"


@pytest.mark.parametrize("answer", [1, [0, 1], [[0, 1]], []])
def test_an_agent_must_answer_one_observation_with_one_action(answer: Any) -> None:
    class Confused:
        def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
            return np.array(answer)

    with pytest.raises(ValueError, match=r"one action for each row, shape \(1,\)"):
        animate(Confused(), seed=0)


def test_a_frame_skip_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="frame_skip"):
        animate(Always(0), frame_skip=0)


# --- video files


def test_a_video_file_has_every_step(tmp_path: Path) -> None:
    path = record_video(Balancer(), path=tmp_path / "videos" / "mine.mp4", seed=0, max_steps=60)
    assert path == tmp_path / "videos" / "mine.mp4"
    notes, frames = read_video(path)
    assert notes["fps"] == 50.0
    assert len(frames) == 61, "one more than steps: the start is a frame, too"


@pytest.mark.parametrize("missing", [no_ffmpeg, an_encoder_that_fails])
def test_without_ffmpeg_the_file_is_a_gif_and_a_sentence_says_so(
    missing: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    missing(monkeypatch)
    path = record_video(Balancer(), path=tmp_path / "mine.mp4", seed=0, max_steps=20)
    assert [found.name for found in tmp_path.iterdir()] == ["mine.gif"] == [path.name]
    assert capsys.readouterr().out == (
        "Without ffmpeg there is no mp4: the episode is in mine.gif.\n"
    )
    assert 'src="data:image/gif;base64,' in show_video(path)._repr_html_()


def test_without_the_package_the_computers_own_ffmpeg_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    monkeypatch.setattr("helpers.video.shutil.which", {"ffmpeg": program}.get)
    path = record_video(Balancer(), path=tmp_path / "mine.mp4", seed=0, max_steps=20)
    assert len(read_video(path)[1]) == 21


def test_frames_with_odd_sides_are_a_video_too(tmp_path: Path) -> None:
    frames = [np.zeros((33, 51, 3), np.uint8)] * 3
    write_mp4(frames, 25, tmp_path / "odd.mp4")
    assert read_video(tmp_path / "odd.mp4")[1].shape == (3, 32, 50, 3)


def test_a_video_file_is_shown_in_the_page_itself(tmp_path: Path) -> None:
    path = record_video(Always(0), path=tmp_path / "mine.mp4", seed=0)
    assert '<video src="data:video/mp4;base64,' in show_video(path)._repr_html_()


def test_an_older_video_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "mine.mp4"
    path.write_bytes(b"old")
    record_video(Always(0), path=path, seed=0)
    assert len(read_video(path)[1]) > 5


def test_a_video_with_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.mp4"):
        record_video(Always(0), path=tmp_path / "mine.avi")


# --- single frames


def test_an_environment_without_pictures_cannot_be_shown() -> None:
    with pytest.raises(ValueError, match='render_mode="rgb_array"'):
        render(gym.make("CartPole-v1"))


def test_outside_a_notebook_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=0)
    render(env)
    assert capsys.readouterr().out == ""


def test_frames_are_drawn_in_place_one_picture_for_each_cell(run_cells: Any) -> None:
    make = """
        import gymnasium, helpers.display as display
        env = gymnasium.make("CartPole-v1", render_mode="rgb_array")
        env.reset(seed=0)
    """
    play = """
        for _ in range(5):
            env.step(0)
            display.render(env)
    """
    one_frame = "display.render(env)"
    first, second, third = run_cells(make + play, play, one_frame)
    pictures = [[output["data"]["image/png"] for output in cell] for cell in (first, second, third)]
    assert [len(cell) for cell in pictures] == [1, 1, 1]
    assert len({cell[0] for cell in pictures}) == 2
    assert pictures[1] == pictures[2], "the picture is the last frame, not the first"
    words = 'alt="The environment CartPole-v1 as it is now."'
    assert all(words in output["data"]["text/html"] for output in first + second)


def test_the_picture_survives_the_closing_of_another_environment() -> None:
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=0)
    before = np.asarray(env.render())
    animate(Always(0), seed=0)  # closes an environment of its own, and pygame with it
    np.testing.assert_array_equal(before, np.asarray(env.render()))


def test_an_animation_is_shown_by_the_last_line_of_a_cell(run_cells: Any) -> None:
    (outputs,) = run_cells(
        "import helpers.display as display, numpy as np\n"
        "class Left:\n"
        "    def act(self, observation, explore=True):\n"
        "        return np.zeros(len(observation), dtype=int)\n"
        "display.animate(Left(), seed=0)"
    )
    assert [output["output_type"] for output in outputs] == ["execute_result"], "and no stderr"
    assert "<video" in outputs[0]["data"]["text/html"]


# --- machines without a screen


def run_without_screen(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "XDG_RUNTIME_DIR")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    environment.update(PYTHONPATH=str(REPOSITORY), **variables)
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


DRAW = """
import helpers.display as display, gymnasium
{start}
env = gymnasium.make("CartPole-v1", render_mode={mode!r})
env.reset(seed=0)
env.step(0)
env.render()
env.close()
"""


def test_drawing_without_a_screen_says_nothing_on_stdout_and_stderr() -> None:
    done = run_without_screen(DRAW.format(start="", mode="rgb_array"))
    assert (done.stdout, done.stderr) == ("", "")


START_TWICE = "print(display.start_headless_display(), display.start_headless_display(), sep='|')"


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_with_xvfb_a_virtual_display_is_started_once() -> None:
    done = run_without_screen(DRAW.format(start=START_TWICE, mode="human"))
    assert done.stdout == "virtual display|virtual display\n"
    assert done.stderr == ""


def test_without_xvfb_windows_are_drawn_without_a_display(tmp_path: Path) -> None:
    code = DRAW.format(start=START_TWICE, mode="human")
    done = run_without_screen(code, PATH=str(tmp_path))
    assert (done.stdout, done.stderr) == ("no display|no display\n", "")


def test_where_there_is_a_screen_nothing_is_started() -> None:
    code = f"import helpers.display as display, os\n{START_TWICE}\nprint(os.environ['DISPLAY'])"
    done = run_without_screen(code, DISPLAY=":99")
    assert done.stdout == "screen|screen\n:99\n"


@pytest.mark.parametrize("environment", ["FrozenLake-v1", "MountainCarContinuous-v0"])
def test_numbered_states_and_continuous_actions_are_shown_too(environment: str) -> None:
    class Still:
        def act(self, observation: np.ndarray, explore: bool = True) -> np.ndarray:
            numbered = environment == "FrozenLake-v1"
            assert observation.shape == ((1,) if numbered else (1, 2))
            return np.zeros(1, int) if numbered else np.zeros((1, 1))

    assert 0 < animate(Still(), environment, seed=1, max_steps=3).steps <= 3


# --- without pygame


@pytest.fixture
def no_pygame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygame", None)  # importing it fails now
    display._say_that_there_are_no_pictures.cache_clear()


def test_without_pygame_an_episode_is_played_and_a_sentence_says_what_to_do(
    no_pygame: None,
) -> None:
    animation = animate(Balancer(), seed=0, max_steps=20)
    assert (animation.steps, animation.score) == (20, 20.0)
    page = animation._repr_html_()
    assert "run %pip install pygame-ce in a cell" in page and "20 steps, score 20" in page


def test_without_pygame_render_says_it_once(
    no_pygame: None, capsys: pytest.CaptureFixture[str]
) -> None:
    env = gym.make("CartPole-v1", render_mode="rgb_array")
    env.reset(seed=0)
    for _ in range(3):
        render(env)
    assert capsys.readouterr().out.count("pygame-ce: run %pip install") == 1


def test_without_pygame_there_is_a_sentence_in_place_of_a_video(
    no_pygame: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = record_video(Balancer(), path=tmp_path / "mine.mp4", seed=0, max_steps=20)
    assert "%pip install pygame-ce" in capsys.readouterr().out
    assert "%pip install pygame-ce" in show_video(path)._repr_html_()
