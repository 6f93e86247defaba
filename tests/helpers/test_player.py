"""Setting up a game for the keyboard; playing itself is tested in tests/browser."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from helpers import player as player_module
from helpers.player import play_by_keyboard
from helpers.virtual_display import VirtualDisplay

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("environment", "keys", "no_key", "names", "steps", "pace"),
    [
        ("CartPole-v1", [("a", 0), ("d", 1)], 0, ["left", "right"], 500, 50),
        (
            "helpers/NoOpCartPole-v0",
            [("a", 0), ("d", 2)],
            1,
            ["left", "nothing", "right"],
            500,
            50,
        ),
        ("helpers/ShortCartPole-v0", [("a", 0), ("d", 1)], 0, ["left", "right"], 200, 50),
        ("MountainCar-v0", [("a", 0), ("d", 2)], 1, ["left", "nothing", "right"], 200, 30),
    ],
)
def test_each_game_knows_its_keys_its_limit_and_its_pace(
    environment: str,
    keys: list[tuple[str, int]],
    no_key: int,
    names: list[str],
    steps: int,
    pace: float,
) -> None:
    player = play_by_keyboard(environment)
    assert player.key_actions == keys
    assert player.no_key_action == no_key
    assert player.action_names == names
    assert (player.max_steps, player.steps_per_second) == (steps, pace)


def test_keys_pace_and_limit_can_be_chosen() -> None:
    player = play_by_keyboard("MountainCar-v0", keys={"j": 0, "l": 2}, max_steps=900, speed=0.5)
    assert player.key_actions == [("j", 0), ("l", 2)]
    assert (player.max_steps, player.steps_per_second) == (900, 15.0)


def test_the_best_score_is_the_highest_so_far() -> None:
    player = play_by_keyboard()
    assert player.best_score is None
    player.scores = [12.0, 40.0, 9.0]
    assert player.best_score == 40.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"environment": "Acrobot-v1"}, "Acrobot-v1 cannot be played.*MountainCar-v0"),
        ({"keys": {"a": 0}}, "two lower-case keys"),
        ({"keys": {"left": 0, "right": 1}}, "two lower-case keys"),
        ({"keys": {"A": 0, "D": 1}}, "two lower-case keys"),
        ({"keys": {"a": 0, "d": 2}}, "'d' has the action 2.*0 to 1"),
        ({"speed": 0}, "speed must be positive"),
        ({"max_steps": 0}, "max_steps must be at least 1"),
    ],
)
def test_what_cannot_be_played_is_said_clearly(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        play_by_keyboard(**arguments)


def test_a_notebook_without_a_person_is_executed_at_once(run_cells: Any) -> None:
    widget, window = run_cells(
        "from helpers.player import play_by_keyboard, play_in_window\nplay_by_keyboard()",
        "play_in_window('helpers/NoOpCartPole-v0')",
    )
    assert ["application/vnd.jupyter.widget-view+json" in output["data"] for output in widget] == [
        True
    ]
    assert [output["text"] for output in window] == [
        "No window can open here: this machine has no screen. "
        "Use play_by_keyboard('helpers/NoOpCartPole-v0') instead.\n"
    ]


# --- Gymnasium's window


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER", "MPLBACKEND")
    environment = {k: v for k, v in os.environ.items() if k not in hidden}
    environment.update(PYTHONPATH=str(REPOSITORY), **variables)
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


@pytest.mark.parametrize(
    ("before", "variables", "reason"),
    [
        ("", {}, "this machine has no screen"),
        ("", {"DISPLAY": ":9", "JUPYTERHUB_USER": "ada"}, "JupyterHub runs on a server"),
        ("", {"DISPLAY": ":9", "SDL_VIDEODRIVER": "dummy"}, "this machine has no screen"),
        (
            "import types; sys.modules['google.colab'] = types.ModuleType('colab')",
            {"DISPLAY": ":9"},
            "Colab runs on a server",
        ),
    ],
)
def test_where_nobody_sees_a_window_one_line_says_so(
    before: str, variables: dict[str, str], reason: str
) -> None:
    done = run(
        f"import sys, helpers.player\n{before}\nhelpers.player.play_in_window()", **variables
    )
    assert done.stdout == (
        f"No window can open here: {reason}. Use play_by_keyboard('CartPole-v1') instead.\n"
    )
    assert done.stderr == ""


needs_xvfb = pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")


@needs_xvfb
def test_on_a_virtual_display_of_our_own_no_window_opens() -> None:
    done = run(
        """
        import helpers.display, helpers.player
        helpers.display.start_headless_display()
        helpers.player.play_in_window()
        """
    )
    assert "its display is virtual" in done.stdout


@needs_xvfb
def test_a_window_without_a_player_closes_and_the_plots_are_as_before() -> None:
    screen = VirtualDisplay.start()
    assert screen is not None
    with closing(screen):
        done = run(
            """
            import matplotlib, time
            matplotlib.use("svg")
            import helpers.player as player
            player.IDLE_SECONDS = 1.0
            started = time.monotonic()
            player.play_in_window("helpers/NoOpCartPole-v0")
            print("played for a second or two:", 1 <= time.monotonic() - started < 10)
            print("backend:", matplotlib.get_backend())
            """,
            DISPLAY=screen.name,
        )
    assert done.stdout == (
        "A window opens: a is left, d is right, Esc ends the game.\n"
        "played for a second or two: True\n"
        "backend: svg\n"
    )
    assert done.stderr == ""


def test_without_widgets_a_sentence_takes_the_place_of_the_game(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)  # importing it fails now
    player_module._player_class.cache_clear()
    player = play_by_keyboard("CartPole-v1")
    assert "run %pip install anywidget in a cell" in repr(player)
    assert (player.best_score, len(player.scores)) == (None, 0)
    player.close()
