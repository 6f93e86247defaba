"""Accounts for a rehearsal are there while it lasts, and nobody else's account is touched."""

from __future__ import annotations

import os
import pwd
import stat

import pytest

from rehearsal.accounts import accounts

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes accounts")

NAME = "rehearsal-test"


def names() -> set[str]:
    return {entry.pw_name for entry in pwd.getpwall()}


def test_an_account_has_a_closed_home_and_is_gone_afterwards_with_what_it_runs() -> None:
    with accounts(NAME) as (account,):
        home = account.home
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert account.run("/usr/bin/id", "--user", "--name").stdout.strip() == NAME
        account.run("/bin/sh", "-c", "sleep 600 > /dev/null 2>&1 &")

    assert NAME not in names()
    assert not home.exists()


def test_an_account_that_exists_is_refused_and_left_alone() -> None:
    with pytest.raises(RuntimeError, match="daemon already"), accounts(NAME, "daemon"):
        pass

    assert "daemon" in names()
    assert NAME not in names()
