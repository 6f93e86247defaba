"""Two machines judge alike if all that decides marks is the same; else it is said what is not."""

from __future__ import annotations

import platform

import msgspec
import pytest

from autograder.cluster.identity import Identity, difference
from autograder.cluster.messages import Judged, encode, reply_in
from autograder.cluster.own_identity import identity_of
from autograder.processes.confined import End
from autograder.units import unit_named


@pytest.fixture(scope="module")
def here() -> Identity:
    return identity_of([unit_named("dqn"), unit_named("policy_network")])


def with_version(identity: Identity, name: str, number: str) -> Identity:
    return msgspec.structs.replace(identity, versions={**identity.versions, name: number})


def test_a_machine_does_not_differ_from_itself(here: Identity) -> None:
    there = reply_in(encode(here))

    assert isinstance(there, Identity)
    assert difference(here, there) == ""


@pytest.mark.parametrize("name", ["Python", "processor", "torch", "keras", "numpy"])
def test_another_version_is_named_with_both_numbers(here: Identity, name: str) -> None:
    said = difference(here, with_version(here, name, "0.1"))

    assert said == f"{name} 0.1 instead of {here.versions[name]}"


def test_many_differences_are_counted(here: Identity) -> None:
    there = msgspec.structs.replace(here, versions=dict.fromkeys(here.versions, "0.1"))

    assert f"and {len(here.versions) - 3} more" in difference(here, there)


def test_a_package_that_is_missing_there_is_none(here: Identity) -> None:
    versions = {name: number for name, number in here.versions.items() if name != "torch"}

    assert "torch none instead of" in difference(
        here, msgspec.structs.replace(here, versions=versions)
    )


def test_another_source_is_told_where_the_versions_are_the_same(here: Identity) -> None:
    grader = msgspec.structs.replace(here, grader="0" * 64)
    unit = msgspec.structs.replace(here, units={**here.units, "dqn": "0" * 64})

    assert difference(here, grader) == "another source of the grader"
    assert difference(here, unit) == "another source of the unit dqn"


def test_units_that_are_not_graded_make_no_difference(here: Identity) -> None:
    there = identity_of([unit_named("dqn"), unit_named("policy_network"), unit_named("dqn_keras")])

    assert difference(here, there) == ""


def test_it_knows_what_runs_here(here: Identity) -> None:
    assert here.versions["Python"] == platform.python_version()
    assert set(here.units) == {"dqn", "policy_network"}


@pytest.mark.parametrize(
    "content",
    [b"", b"cos\nsystem\n(S'true'\ntR.", encode(Judged(End.DONE, b"{}"))[:-1], encode({"end": 1})],
    ids=["nothing", "a pickle", "a part", "a map"],
)
def test_what_is_no_message_is_refused(content: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        reply_in(content)
