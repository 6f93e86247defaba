"""A message to a student: a sentence that remembers its template and the values in it."""

from __future__ import annotations

import numbers
from collections.abc import Mapping


class Message(str):
    """A text made of a template and named values, kept so that it can be translated and tested.

    `Message("The shape should be {expected}, yours is {actual}.", expected=(2, 3), actual=(6,))`
    is the filled-in sentence, a `str` like any other. The mistake that a check names is the
    message's context, the template its identity: the two together find a translation.

    A value is a number, a truth value, None, another message, or the text of anything else.
    Braces that belong to the text are doubled, as for `str.format`. Raises KeyError if the
    template names a value that is not given.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Message:
        plain = {name: _plain(value) for name, value in values.items()}
        return cls.restored(template.format(**plain), template, plain)

    @classmethod
    def of(cls, text: str) -> Message:
        """The text as a message: itself if it is one, otherwise one without values."""
        if isinstance(text, Message):
            return text
        return cls.restored(text, text.replace("{", "{{").replace("}", "}}"), {})

    @classmethod
    def joined(cls, *parts: str) -> Message:
        """Several sentences as one message; each keeps its own template and values."""
        messages = {f"part{n}": cls.of(part) for n, part in enumerate(filter(None, parts), 1)}
        return cls(" ".join(f"{{{name}}}" for name in messages), **messages)

    @classmethod
    def restored(cls, text: str, template: str, values: Mapping[str, object]) -> Message:
        """A message put together again from a record, without filling in the template."""
        message = str.__new__(cls, text)
        message.template = template
        message.values = values
        return message

    def shortened(self, limit: int) -> Message:
        """The message with at most `limit` characters, in its text and in each of its values."""
        if len(self) <= limit:
            return self
        values = {name: _shortened(value, limit) for name, value in self.values.items()}
        return self.restored(self[:limit], self.template, values)

    def __add__(self, other: str) -> Message:
        return Message("{first}{then}", first=self, then=Message.of(other))

    def __radd__(self, other: str) -> Message:
        return Message.of(other) + self

    def __reduce__(self) -> tuple[object, ...]:
        return (Message.restored, (str(self), self.template, dict(self.values)))


def _plain(value: object) -> object:
    """A value that a record can hold and a template can format."""
    if value is None or isinstance(value, (bool, int, float, Message)):
        return value
    if isinstance(value, numbers.Integral):  # NumPy's
        return int(value)
    if isinstance(value, numbers.Real):
        return float(str(value))  # a float32 keeps its few digits
    return str(value)


def _shortened(value: object, limit: int) -> object:
    if isinstance(value, Message):
        return value.shortened(limit)
    return value[:limit] if isinstance(value, str) else value
