"""The page of a class in a browser: sorted and filtered, without names, by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course
from autograder.report.files import write_page
from autograder.report.rows import ClassReport
from autograder.results import Status
from autograder.units import unit_named
from tests.autograder.gradebook_tools import make_result

pytestmark = pytest.mark.browser

SHOWN = """
const cells = document.querySelectorAll("#students tbody tr:not([hidden]) th");
return [...cells].map((cell) => cell.textContent);
"""

ATTRIBUTES = """
const all = [...document.querySelectorAll("*")];
return all.flatMap((one) => [...one.attributes].map((attribute) => attribute.value));
"""
LINKS = 'return [...document.querySelectorAll("a[href]")].map((link) => link.href);'


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Any:
    """A class of four: two right, one half right, one who handed in nothing."""
    unit = unit_named("policy_network")
    results = {"zoe": make_result(unit), "anna": make_result(unit, 0.5), "ben10": make_result(unit)}
    results["ben9"] = make_result(unit, 0.0, status=Status.MISSING, evaluation=None)
    names = {"anna": "Anna Berg", "zoe": "Zoë Ott"}
    report = ClassReport.of(unit, results, names=names)
    browser.get("about:blank")
    browser.get_log("browser")  # empties it of what earlier tests' pages logged
    browser.get(write_page(report, Course(tmp_path)).as_uri())
    return browser


def shown(page: Any) -> list[str]:
    names: list[str] = page.execute_script(SHOWN)
    return names


def header(page: Any, text: str) -> Any:
    return page.find_element("xpath", f"//table[@id='students']//th[button[contains(., '{text}')]]")


def test_a_click_on_a_column_sorts_by_it_and_another_one_turns_it_round(page: Any) -> None:
    header(page, "final").find_element("tag name", "button").click()
    assert shown(page)[:2] == ["ben9", "anna"]
    assert header(page, "final").get_attribute("aria-sort") == "ascending"
    header(page, "final").find_element("tag name", "button").click()
    assert shown(page)[2:] == ["anna", "ben9"]
    header(page, "student").find_element("tag name", "button").click()
    assert shown(page) == ["anna", "ben9", "ben10", "zoe"]
    assert header(page, "final").get_attribute("aria-sort") is None


def test_who_has_no_score_comes_last_whichever_way_it_is_sorted(page: Any) -> None:
    for _ in range(2):
        header(page, "mean").find_element("tag name", "button").click()
        assert shown(page)[-1] == "ben9"


def test_of_a_long_table_the_first_rows_are_shown_until_all_are_wanted(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.report.html.MOST_ROWS", 2)
    unit = unit_named("policy_network")
    report = ClassReport.of(unit, {name: make_result(unit) for name in ("a1", "a2", "a3", "b")})
    browser.get("about:blank")
    browser.get(write_page(report, Course(tmp_path)).as_uri())
    visible = [row.text[:2] for row in browser.find_elements("css selector", "#students tbody tr")]
    assert visible == ["a1", "a2", "", ""]
    live = browser.find_element("css selector", ".tools output")
    browser.find_element("css selector", ".tools input").send_keys("a")
    assert live.text == "2 of 4 shown, 3 found"
    everything = browser.find_element("css selector", ".tools .all")
    everything.click()
    assert live.text == "3 of 4 shown" and not everything.is_displayed()


def test_the_keyboard_sorts_too(page: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    button = header(page, "final").find_element("tag name", "button")
    button.send_keys(Keys.ENTER)
    assert page.switch_to.active_element == button
    assert header(page, "final").get_attribute("aria-sort") == "ascending"


def test_rows_are_filtered_by_text_status_and_mistake(page: Any) -> None:
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.select import Select

    live = page.find_element("css selector", ".tools output")
    assert (live.text, live.get_attribute("aria-live")) == ("4 of 4 shown", "polite")
    page.find_element("css selector", ".tools input").send_keys("BERG")
    assert shown(page) == ["anna"] and live.text == "1 of 4 shown"
    page.find_element("css selector", ".tools input").send_keys(4 * Keys.BACKSPACE)
    kinds = Select(page.find_element("css selector", ".tools select"))
    kinds.select_by_visible_text("missing")
    assert shown(page) == ["ben9"]
    kinds.select_by_visible_text("loss: wrong sign")
    assert shown(page) == ["anna"]


def test_names_can_be_hidden_and_shown(page: Any) -> None:
    button = page.find_element("css selector", ".tools .names")
    button.click()
    text = page.execute_script("return document.body.textContent")
    assert shown(page) == ["student 1", "student 2", "student 3", "student 4"]
    assert not [name for name in ("anna", "Anna", "Berg", "zoe", "ben9") if name in text]
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    assert shown(page) == ["anna", "ben10", "ben9", "zoe"]


def test_while_names_are_hidden_no_attribute_has_one_and_links_lead_nowhere(
    browser: Any, tmp_path: Path
) -> None:
    course, unit = Course(tmp_path), unit_named("policy_network")
    feedback = {name: tmp_path / "feedback" / name / "page.html" for name in ("anna", "zoe")}
    results = {name: make_result(unit, 0.5) for name in feedback}
    report = ClassReport.of(unit, results, feedback=feedback, names={"anna": "Anna Berg"})
    browser.get("about:blank")
    browser.get(write_page(report, course, "http://localhost/formgrader").as_uri())
    links = browser.execute_script(LINKS)
    assert any("anna" in link for link in links)
    button = browser.find_element("css selector", ".tools .names")
    for _ in range(2):
        button.click()
        attributes = " ".join(browser.execute_script(ATTRIBUTES)).lower()
        assert not [name for name in ("anna", "berg", "zoe") if name in attributes]
        assert browser.execute_script(LINKS) == []
        assert browser.switch_to.active_element == button
        button.click()
        assert browser.execute_script(LINKS) == links
        assert browser.switch_to.active_element == button


def test_every_control_has_a_name_and_nothing_fails(page: Any) -> None:
    for control in page.find_elements("css selector", "input, select, button"):
        assert control.accessible_name or not control.is_displayed()
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []
