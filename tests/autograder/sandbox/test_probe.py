"""The probe finds the sandbox complete, and notices each protection that is missing."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

import pytest

from autograder.sandbox import bubblewrap, launcher, troubleshooting
from autograder.sandbox.exit_info import SandboxUnavailable
from autograder.sandbox.limits import Limits
from autograder.sandbox.probe import Probe, doctor, probe, require
from tests.autograder.sandbox.tools import let_others_read


def failing(result: Probe) -> list[str]:
    return [check.name for check in result.checks if not check.ok]


@pytest.fixture
def built_with(monkeypatch):
    """Change bubblewrap's options: each argument is (what to look for, what to put in place)."""
    real = bubblewrap.options

    def change(*pairs: tuple[str, str]) -> None:
        def options(*arguments):
            text = "\0".join(real(*arguments))
            for old, new in pairs:
                old, new = old.replace(" ", "\0"), new.replace(" ", "\0")
                assert old in text
                text = text.replace(old, new)
            return text.split("\0")

        monkeypatch.setattr(bubblewrap, "options", options)

    return change


@pytest.fixture
def without_limits(monkeypatch):
    real = Limits.resource_limits

    def remove(*names: str) -> None:
        def rest(self):
            return {name: pair for name, pair in real(self).items() if name not in names}

        monkeypatch.setattr(Limits, "resource_limits", rest)

    return remove


def test_here_the_sandbox_is_complete(capsys):
    assert failing(probe()) == []
    require()
    assert doctor() == 0
    table = capsys.readouterr().out
    assert "FAIL" not in table
    assert "The sandbox is complete" in table


def test_a_bubblewrap_without_a_switch_for_user_namespaces_is_enough(monkeypatch):
    """Ubuntu 22.04 has bubblewrap 0.6: there the seccomp filter refuses them alone."""
    monkeypatch.setattr(bubblewrap, "can_disable_user_namespaces", lambda: False)
    assert failing(probe()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="root's workers are other users")
def test_a_python_that_only_root_may_read_is_named(monkeypatch, tmp_path):
    python = tmp_path / "python"
    python.write_bytes(b"")
    python.chmod(0o700)
    monkeypatch.setattr("autograder.sandbox.probe.sys.executable", str(python))
    monkeypatch.setattr("autograder.sandbox.bubblewrap.interpreter_trees", lambda: (tmp_path,))
    (check,) = (check for check in probe().checks if not check.ok)
    assert "Permission denied" in check.detail
    assert "chmod -R a+rX" in check.advice


def test_it_notices_a_network(built_with):
    built_with(("--unshare-all", "--unshare-all --share-net"))
    assert "no network" in failing(probe())


def test_it_notices_a_filter_that_lets_everything_through(monkeypatch):
    allow = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)  # BPF: return SECCOMP_RET_ALLOW
    monkeypatch.setattr(launcher, "filter_program", lambda: allow)
    assert {"seccomp filter", "no network sockets"} <= set(failing(probe()))


def test_it_notices_user_namespaces(built_with, monkeypatch):
    allow = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000)
    monkeypatch.setattr(launcher, "filter_program", lambda: allow)
    if bubblewrap.can_disable_user_namespaces():
        assert "no user namespaces inside" not in failing(probe())  # two walls, one is enough
        built_with(("--disable-userns ", ""))
    assert "no user namespaces inside" in failing(probe())


def test_it_notices_a_writable_root(built_with):
    built_with(("--remount-ro / ", ""))
    assert failing(probe()) == ["the rest is read-only"]


def test_it_notices_a_python_that_can_be_written(monkeypatch):
    writable = (Path("/tmp/home"),)  # inside
    monkeypatch.setattr("autograder.sandbox.probe.interpreter_trees", lambda: writable)
    assert "Python is read-only" in failing(probe())


def test_it_notices_what_is_yours(built_with):
    package = Path(bubblewrap.__file__).parents[1]
    built_with(("--remount-ro / ", f"--ro-bind {package} {package} --remount-ro / "))
    assert failing(probe()) == ["nothing of yours is seen"]


def test_it_notices_a_bottomless_temporary_directory(built_with):
    built_with(("--size 4194304 ", ""))
    assert failing(probe()) == ["temporary space is capped"]


def test_it_notices_missing_limits(without_limits):
    without_limits("data", "as", "nproc")
    assert failing(probe()) == ["memory is limited", "processes are limited"]


@pytest.fixture
def forgetful():
    """What was found out about the machine is found out anew, before and after the test."""
    memories = (bubblewrap.find_tools, bubblewrap.version, require)
    for memory in memories:
        memory.cache_clear()
    yield
    for memory in memories:
        memory.cache_clear()


def test_without_bubblewrap_it_says_what_to_install(monkeypatch, forgetful, capsys):
    real = shutil.which
    monkeypatch.setattr(shutil, "which", _without_bwrap(real))
    with pytest.raises(SandboxUnavailable, match="apt install bubblewrap") as caught:
        require()
    assert "\n" not in str(caught.value)
    assert doctor() == 1
    assert "sudo apt install bubblewrap" in capsys.readouterr().out


def test_where_namespaces_are_forbidden_it_says_how_to_allow_them(
    monkeypatch, tmp_path, forgetful, capsys
):
    """A bwrap that fails as Ubuntu 24.04's does, on a machine with Ubuntu's rule."""
    fake = tmp_path / "bwrap"
    fake.write_text(
        "#!/bin/sh\n"
        'case "$1" in\n'
        "--version) echo bubblewrap 0.9.0 ;;\n"
        "*) echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1 ;;\n"
        "esac\n"
    )
    fake.chmod(0o755)
    let_others_read(fake)
    (tmp_path / "rule").write_text("1\n")
    monkeypatch.setattr(troubleshooting, "APPARMOR", tmp_path / "rule")
    monkeypatch.setattr(troubleshooting, "CONTAINERS", ())
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SandboxUnavailable, match="AppArmor") as caught:
        require()
    assert "\n" not in str(caught.value)
    assert doctor() == 1
    said = capsys.readouterr().out
    assert "profile bwrap /usr/bin/bwrap flags=(unconfined)" in said
    assert "kernel.apparmor_restrict_unprivileged_userns=0" in said
    assert "tells more" not in said  # this is where it is told


@pytest.mark.parametrize(
    ("rule", "value", "advice"),
    [
        ("DEBIAN", "0", "kernel.unprivileged_userns_clone=1"),
        ("MAXIMUM", "0", "user.max_user_namespaces"),
        ("APPARMOR", "1", "AppArmor"),
    ],
)
def test_each_rule_has_its_remedy(monkeypatch, tmp_path, rule, value, advice):
    for name in ("DEBIAN", "MAXIMUM", "APPARMOR"):
        monkeypatch.setattr(troubleshooting, name, tmp_path / name)
    monkeypatch.setattr(troubleshooting, "CONTAINERS", ())
    (tmp_path / rule).write_text(value)
    short, _ = troubleshooting.advice_for("bwrap: No permissions to create new namespace")
    assert advice in short


def test_an_old_bubblewrap_is_refused(monkeypatch, tmp_path, forgetful):
    old = tmp_path / "bwrap"
    old.write_text("#!/bin/sh\necho bubblewrap 0.4.1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SandboxUnavailable, match=r"0\.4\.1 is too old"):
        require()


def _without_bwrap(real):
    def which(name, path=None):
        return None if name == "bwrap" else real(name, path=path)

    return which
