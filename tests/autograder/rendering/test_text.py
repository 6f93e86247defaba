"""Text that strangers wrote: names of every language stay as they are, nothing else passes."""

from __future__ import annotations

import pytest

from autograder.rendering.text import plain


@pytest.mark.parametrize("name", ("Müller", "प्रिया", "علی‌رضا", "O’Brien"))
def test_a_name_is_shown_as_it_is_written(name: str) -> None:
    assert plain(name) == name


@pytest.mark.parametrize("text", ("a\x1b[31m", "a\u202eb", "a\ufeffb"))
def test_what_steers_a_terminal_is_shown_as_unknown(text: str) -> None:
    assert "�" in plain(text)
