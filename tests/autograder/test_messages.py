"""A message: a sentence that remembers its template and its values, whatever is done with it."""

import copy
import pickle

import numpy as np
import pytest

from autograder.checks.expect import CheckFailed
from autograder.messages import Message

SHAPES = Message("It should be {expected}, yours is {actual}.", expected=(2, 3), actual=(6,))


def test_a_message_is_its_sentence_and_knows_where_that_comes_from():
    assert SHAPES == "It should be (2, 3), yours is (6,)."
    assert SHAPES.template == "It should be {expected}, yours is {actual}."
    assert SHAPES.values == {"expected": "(2, 3)", "actual": "(6,)"}


def test_a_template_that_names_an_absent_value_is_refused():
    with pytest.raises(KeyError, match="actual"):
        Message("It should be {expected}, yours is {actual}.", expected=1)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (np.int64(3), 3),
        (np.float32(0.1), 0.1),
        (np.float64(0.25), 0.25),
        (True, True),
        (None, None),
        ("text", "text"),
        ([1, 2], "[1, 2]"),
        (np.dtype("float32"), "float32"),
    ],
)
def test_values_are_plain(value, kept):
    message = Message("{value}", value=value)

    assert message.values == {"value": kept}
    assert type(message.values["value"]) in (int, float, bool, type(None), str, np.float64)
    assert message == str(kept)


def test_values_are_formatted_as_the_template_says():
    assert Message("{score:.1f} of {most:g}", score=np.float32(9.96), most=500.0) == "10.0 of 500"


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda message: pickle.loads(pickle.dumps(message))]
)
def test_a_copy_is_a_whole_message(copied):
    nested = Message.joined(SHAPES, "A set {1}.")

    twin = copied(nested)

    assert type(twin) is Message
    assert (twin, twin.template, twin.values) == (nested, nested.template, nested.values)
    assert twin.values["part1"].template == SHAPES.template


def test_a_plain_text_becomes_a_message_without_values_and_may_hold_braces():
    message = Message.of("A dict: {'a': 1}.")

    assert message == "A dict: {'a': 1}."
    assert message.template.format() == message
    assert message.values == {}
    assert Message.of(SHAPES) is SHAPES


def test_joined_messages_keep_their_templates():
    message = Message.joined("One row each.", "", SHAPES)

    assert message == f"One row each. {SHAPES}"
    assert message.template == "{part1} {part2}"
    assert message.values["part2"].template == SHAPES.template


@pytest.mark.parametrize("glued", [SHAPES + " Look {there}.", "Look {here}. " + SHAPES])
def test_a_text_glued_to_a_message_takes_nothing_from_it(glued):
    assert isinstance(glued, Message)
    assert glued in (f"{SHAPES} Look {{there}}.", f"Look {{here}}. {SHAPES}")
    assert SHAPES.template in [part.template for part in glued.values.values()]


def test_a_shortened_message_is_short_in_its_values_too():
    message = Message.joined("It says:", Message("{error}", error="x" * 50))

    short = message.shortened(20)

    assert short == message[:20]
    assert short.template == message.template
    assert short.values["part2"].values == {"error": "x" * 20}
    assert message.shortened(1000) is message


def test_templates_and_values_are_all_that_a_translation_needs():
    german = {
        "One row each.": "Eine Zeile für jede.",
        SHAPES.template: "Statt {actual} sollte es {expected} sein.",
    }

    def translated(message):
        values = {
            name: translated(value) if isinstance(value, Message) else value
            for name, value in message.values.items()
        }
        return Message(german.get(message.template, message.template), **values)

    assert translated(Message.joined("One row each.", SHAPES)) == (
        "Eine Zeile für jede. Statt (6,) sollte es (2, 3) sein."
    )


def test_a_failed_check_carries_the_message_through_a_pickle():
    failed = pickle.loads(pickle.dumps(CheckFailed("wrong_shape", SHAPES)))

    assert (failed.mistake, str(failed)) == ("wrong_shape", SHAPES)
    assert failed.message.template == SHAPES.template
