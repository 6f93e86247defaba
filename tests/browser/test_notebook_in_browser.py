"""A person opens a notebook in JupyterLab, plays with the keyboard, and watches an agent."""

from __future__ import annotations

import time
from typing import Any

import pytest

pytestmark = pytest.mark.browser

PLAY = """
from helpers.player import play_by_keyboard
player = play_by_keyboard("helpers/NoOpCartPole-v0")
player
"""
PLAY_WITHOUT_NOTHING = 'play_by_keyboard("CartPole-v1", speed=0.2)'
STEPS = 11  # until the pole falls, when the cart is always pushed left from this start
WATCH = """
import numpy as np
from helpers.display import animate

class Left:
    def act(self, observation, explore=True):
        return np.zeros(len(observation), dtype=int)

animate(Left(), seed=0)
"""
SCORES = "print('the kernel knows', player.scores, player.best_score)"


class Player:
    """What a person does with one player, and sees of it."""

    def __init__(self, browser: Any, number: int) -> None:
        self.browser = browser
        self.stage = browser.find_elements("css selector", ".helpers-player")[number]
        self.canvas = self.stage.find_element("css selector", "canvas")

    @property
    def phase(self) -> str:
        return str(self.stage.get_attribute("data-phase"))

    @property
    def steps(self) -> int:
        return int(self.stage.get_attribute("data-steps"))

    def text(self, part: str) -> str:
        return str(self.stage.find_element("css selector", f".helpers-player-{part}").text)

    def click(self) -> None:
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", self.canvas)
        self.canvas.click()

    def restart(self) -> None:
        self.stage.find_elements("css selector", "button")[1].click()

    def hold(self, key: str) -> None:
        self._actions().key_down(key).perform()

    def release(self, key: str) -> None:
        self._actions().key_up(key).perform()

    def press_button(self, number: int) -> None:
        button = self.stage.find_elements("css selector", "button")[number]
        self._actions().click_and_hold(button).perform()

    def release_button(self) -> None:
        self._actions().release().perform()

    def touch_button(self, number: int) -> Any:
        """Put a finger on a button; returns it, to be lifted."""
        from selenium.webdriver.common.actions.action_builder import ActionBuilder
        from selenium.webdriver.common.actions.pointer_input import PointerInput

        button = self.stage.find_elements("css selector", "button")[number]
        finger = ActionBuilder(self.browser, mouse=PointerInput("touch", "finger"), duration=0)
        finger.pointer_action.move_to(button).pointer_down()
        finger.perform()
        return finger

    def lift(self, finger: Any) -> None:
        finger.clear_actions()
        finger.pointer_action.pointer_up()
        finger.perform()

    def _actions(self) -> Any:
        from selenium.webdriver import ActionChains

        return ActionChains(self.browser, duration=0)


@pytest.fixture(scope="module")
def notebook(browser: Any, lab: Any, wait_for: Any) -> Any:
    """A notebook in JupyterLab, all cells executed but the last."""
    lab.write("play.ipynb", PLAY, PLAY_WITHOUT_NOTHING, WATCH, SCORES)
    browser.get(lab.url("play.ipynb"))
    cells = "return document.querySelectorAll('.jp-Notebook .jp-CodeCell').length"
    wait_for("the notebook opens", lambda: browser.execute_script(cells) == 4)
    run = """
        const done = arguments[0];
        window.jupyterapp.serviceManager.ready.then(async () => {
            const notebook = window.jupyterapp.shell.currentWidget;
            await notebook.sessionContext.ready;
            await window.jupyterapp.commands.execute("notebook:run-all-cells");
            done(true);
        });
    """
    browser.execute_async_script(run)
    players = "return document.querySelectorAll('.helpers-player canvas').length"
    wait_for("the players appear", lambda: browser.execute_script(players) == 2)
    return browser


def output_of_cell(browser: Any, number: int) -> str:
    cell = browser.find_elements("css selector", ".jp-Notebook .jp-CodeCell")[number]
    return "\n".join(out.text for out in cell.find_elements("css selector", ".jp-OutputArea"))


def test_nothing_runs_until_the_picture_is_clicked(notebook: Any) -> None:
    player = Player(notebook, 0)
    player.hold("d")
    player.release("d")
    time.sleep(0.3)
    assert (player.phase, player.steps) == ("idle", 0)
    player.click()
    time.sleep(0.3)
    assert (player.phase, player.steps) == ("ready", 0), "and then it waits for a key"


def _pushes_both_ways(player: Player, wait_for: Any) -> bool:
    """Push left, let go, hold right; whether all three were seen before the pole fell."""

    def seen(action: str) -> bool:
        wait_for(action, lambda: player.text("action") == action or player.phase == "over", 10)
        return bool(player.text("action") == action and player.phase == "playing")

    player.hold("a")
    left = seen("Action: left")
    player.release("a")
    nothing = seen("Action: nothing")
    player.hold("d")
    return left and nothing and seen("Action: right")


def test_a_game_is_played_with_the_keys_and_its_score_reaches_the_kernel(
    notebook: Any, wait_for: Any
) -> None:
    cells = len(notebook.find_elements("css selector", ".jp-Notebook .jp-CodeCell"))
    player = Player(notebook, 0)
    player.click()
    scores: list[int] = []
    # On a swamped machine the pole falls before the keys are seen: then once more.
    while not _pushes_both_ways(player, wait_for) and len(scores) < 3:
        wait_for("the pole falls", lambda: player.phase == "over", 10)
        scores.append(player.steps)
        player.release("d")
        player.restart()
    wait_for("the pole falls", lambda: player.phase == "over", 10)
    player.release("d")
    scores.append(player.steps)
    assert 10 < scores[-1] < 300
    assert f"Score {scores[-1]}" in player.text("score")
    assert f"Best {max(scores)}" in player.text("score")

    # In JupyterLab "a" inserts a cell and "d d" deletes one: not while somebody plays.
    assert len(notebook.find_elements("css selector", ".jp-Notebook .jp-CodeCell")) == cells

    notebook.execute_script(
        "const book = window.jupyterapp.shell.currentWidget.content; book.activeCellIndex = 3;"
        "window.jupyterapp.commands.execute('notebook:run-cell')"
    )
    listed = ", ".join(f"{score}.0" for score in scores)
    known = f"the kernel knows [{listed}] {max(scores)}.0"
    wait_for(known, lambda: known in output_of_cell(notebook, 3), 10)


def test_it_plays_at_the_pace_of_the_environment(notebook: Any) -> None:
    player = Player(notebook, 0)
    player.click()
    player.restart()
    assert (player.phase, player.steps) == ("ready", 0)
    # A short push, so that the long pole stays up for the second that is measured.
    measured = notebook.execute_async_script(
        """
        const [stage, done] = arguments;
        const field = stage.querySelector("input");
        const send = (type, key) => field.dispatchEvent(new KeyboardEvent(type, {key}));
        send("keydown", "d");
        setTimeout(() => send("keyup", "d"), 10);
        const [start, from] = [performance.now(), Number(stage.dataset.steps)];
        setTimeout(() => {
            const seconds = (performance.now() - start) / 1000;
            done((Number(stage.dataset.steps) - from) / seconds);
        }, 1000);
        """,
        player.stage,
    )
    assert 40 < measured < 55, "50 steps a second"


def test_a_key_pressed_in_the_moment_of_falling_does_not_start_the_next_game(
    notebook: Any, wait_for: Any
) -> None:
    player = Player(notebook, 0)
    player.click()
    player.restart()
    phase, steps_more = notebook.execute_async_script(
        """
        const [stage, done] = arguments;
        const field = stage.querySelector("input");
        const send = (type, key) => field.dispatchEvent(new KeyboardEvent(type, {key}));
        send("keydown", "d");
        const watch = setInterval(() => {
            if (stage.dataset.phase !== "over") return;
            clearInterval(watch);
            const steps = Number(stage.dataset.steps);
            send("keyup", "d");
            send("keydown", "a");
            send("keyup", "a");
            setTimeout(() => done([stage.dataset.phase, stage.dataset.steps - steps]), 200);
        }, 5);
        """,
        player.stage,
    )
    assert (phase, steps_more) == ("over", 0)
    time.sleep(0.7)
    player.hold("a")
    wait_for("the next game", lambda: player.phase == "playing" and 0 < player.steps < 60, 3)
    player.release("a")


def test_it_pauses_when_the_focus_goes_elsewhere(notebook: Any, wait_for: Any) -> None:
    player = Player(notebook, 1)  # the slow one
    player.click()
    player.hold("d")
    wait_for("the game runs", lambda: player.phase == "playing")
    player.release("d")
    notebook.execute_script("document.activeElement.blur()")
    wait_for("it pauses", lambda: player.phase == "paused", 2)
    steps = player.steps
    time.sleep(0.4)
    assert player.steps == steps
    player.click()
    wait_for("it goes on", lambda: player.phase == "playing" and player.steps > steps, 3)


def test_without_a_key_the_ordinary_cart_is_pushed_left_and_the_player_is_told(
    notebook: Any, wait_for: Any
) -> None:
    player = Player(notebook, 1)
    player.restart()
    player.hold("d")
    wait_for("the game runs", lambda: player.phase == "playing")
    player.release("d")
    told = "No key is pressed, but the action is still: left"
    wait_for("the player is told", lambda: player.text("action") == told, 3)


def test_fingers_play_with_the_buttons(notebook: Any, wait_for: Any) -> None:
    player = Player(notebook, 1)
    player.restart()
    notebook.execute_script(
        "window.pointers = [];"
        "document.addEventListener('pointerdown', e => pointers.push(e.pointerType), true)"
    )
    finger = player.touch_button(2)
    wait_for("right", lambda: player.text("action") == "Action: right", 3)
    player.lift(finger)
    wait_for("released", lambda: "No key" in player.text("action"), 3)
    assert notebook.execute_script("return window.pointers") == ["touch"], "and it was no mouse"


def test_the_mouse_plays_with_the_buttons(notebook: Any, wait_for: Any) -> None:
    player = Player(notebook, 1)
    player.restart()
    player.press_button(2)
    wait_for("right", lambda: player.text("action") == "Action: right", 3)
    player.release_button()
    wait_for("released", lambda: "No key" in player.text("action"), 3)


def test_the_animation_plays_by_itself(notebook: Any, wait_for: Any) -> None:
    find = "return document.querySelector('.jp-OutputArea video') !== null"
    wait_for("the video appears", lambda: notebook.execute_script(find))
    playing = """
        const video = document.querySelector(".jp-OutputArea video");
        video.scrollIntoView();
        return video.readyState >= 2 && !video.paused && video.currentTime > 0
            && video.videoWidth === 600;
    """
    wait_for("the video plays", lambda: notebook.execute_script(playing), 10)
    assert f"CartPole-v1: {STEPS} steps, score {STEPS}" in output_of_cell(notebook, 2)
