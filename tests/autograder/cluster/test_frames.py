"""Messages arrive whole and in order, however the pipe cuts them."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

import pytest

from autograder.cluster.frames import Inbox, send


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    for end in (read, write):
        with contextlib.suppress(OSError):
            os.close(end)


def test_a_message_larger_than_the_pipe_arrives_whole(pipe: tuple[int, int]) -> None:
    read, write = pipe
    message = os.urandom(3 << 20)
    sender = threading.Thread(target=send, args=(write, message))
    sender.start()

    assert Inbox(read).wait() == message
    sender.join()


def test_messages_come_in_order_and_a_part_waits_for_its_rest(pipe: tuple[int, int]) -> None:
    read, write = pipe
    inbox = Inbox(read)
    send(write, b"one")
    send(write, b"")
    send(write, b"three")
    whole = os.read(read, 1000)
    os.write(write, whole[:13])
    assert inbox.take() == [b"one"]

    os.write(write, whole[13:])

    assert inbox.take() == [b"", b"three"]


def test_the_end_of_a_pipe_is_no_message(pipe: tuple[int, int]) -> None:
    read, write = pipe
    os.write(write, b"\0\0")
    os.close(write)

    assert Inbox(read).wait() is None
    assert Inbox(read).take() is None
