"""What is said between the grader, its messenger, and the judges on the workers.

    grader  <-- pipes -->  messenger  <-- Dask -->  worker  <-- pipes -->  judge

All of it is decoded strictly by msgspec: bytes, numbers and texts, nothing that runs.
"""

from __future__ import annotations

import msgspec

from autograder.cluster.identity import Identity
from autograder.processes.confined import End, Outcome


class _Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=True):
    """Decoded strictly: every field there, of its type, and no other."""


# From a judge:


class Judged(_Message, frozen=True):
    """How the judging of one submission ended: an Outcome."""

    end: End
    value: bytes = b""
    detail: str = ""

    @classmethod
    def of(cls, outcome: Outcome) -> Judged:
        """An outcome, to be sent."""
        return cls(outcome.end, outcome.value, outcome.detail)


class Unfit(_Message, frozen=True):
    """Nothing can be judged here; reason: in a few words."""

    reason: str


Reply = Identity | Judged | Unfit

# From the grader to its messenger:


class Send(_Message, frozen=True):
    """Judge the submission of this number."""

    number: int
    parcel: bytes


class Drop(_Message, frozen=True):
    """Judge nothing any more of what was sent."""


Order = Identity | Send | Drop

# From the messenger to the grader:


class Room(_Message, frozen=True):
    """So many submissions can be judged at once now."""

    places: int


class Began(_Message, frozen=True):
    """A worker has this submission."""

    number: int
    worker: str


class Ended(_Message, frozen=True):
    """The judging of this submission has ended."""

    number: int
    judged: Judged


class Refused(_Message, frozen=True):
    """This worker gets no submission."""

    worker: str
    reason: str


class Failed(_Message, frozen=True):
    """Nothing more can be judged on this cluster."""

    reason: str


News = Room | Began | Ended | Refused | Failed

encode = msgspec.msgpack.Encoder().encode
_REPLY, _ORDER, _NEWS = (msgspec.msgpack.Decoder(kind) for kind in (Reply, Order, News))


def reply_in(content: bytes) -> Reply:
    """The reply in these bytes. Raises msgspec.DecodeError unless it is one."""
    reply: Reply = _REPLY.decode(content)
    return reply


def order_in(content: bytes) -> Order:
    """The order in these bytes. Raises msgspec.DecodeError unless it is one."""
    order: Order = _ORDER.decode(content)
    return order


def news_in(content: bytes) -> News:
    """The news in these bytes. Raises msgspec.DecodeError unless they are some."""
    news: News = _NEWS.decode(content)
    return news
