"""The local secrets manager: what it keeps, and that nobody else can read it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from zen.errors import ConfigurationError
from zen.folders import local_stores_folder
from zen.testing import SecretsManagerContract
from zen_local import LocalSecretsManager

if TYPE_CHECKING:
    from zen.components import BaseSecretsManager

VALUES = {"user": "ana", "password": "hünter2 \n"}
REGISTER = """\
import sys
from zen_local import LocalSecretsManager
LocalSecretsManager(name="x", path=sys.argv[1]).register_secret(sys.argv[2], {"k": "v"})
"""


@pytest.fixture
def manager(tmp_path: Path) -> LocalSecretsManager:
    return LocalSecretsManager(name="secrets", path=str(tmp_path / "secrets"))


class TestLocalSecretsManager(SecretsManagerContract):
    @pytest.fixture
    def secrets_manager(self, tmp_path: Path) -> BaseSecretsManager:
        """A manager whose folder isn't there yet."""
        return LocalSecretsManager(name="secrets", path=str(tmp_path / "new"))


@pytest.mark.parametrize("name", ["db", "Db", "a/b", "..", "ü x", "%2e"])
def test_a_secret_is_kept(manager: LocalSecretsManager, name: str) -> None:
    manager.register_secret(name, VALUES)
    assert manager.get_secret(name) == VALUES
    assert manager.get_all_secret_keys() == [name]
    manager.update_secret(name, {"user": "bob"})
    assert manager.get_secret(name) == {"user": "bob"}
    manager.delete_secret(name)
    assert manager.get_all_secret_keys() == []


def test_nothing_of_it_is_written_as_it_is(
    manager: LocalSecretsManager, tmp_path: Path
) -> None:
    manager.register_secret("db", VALUES)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 2
    for path in files:
        assert not any(text in path.read_bytes() for text in (b"ana", b"password"))


def test_only_the_owner_can_read_it(manager: LocalSecretsManager, config: Path) -> None:
    manager.register_secret("db", VALUES)
    assert (config / "secrets.key").stat().st_mode & 0o777 == 0o600
    assert Path(manager.path).stat().st_mode & 0o777 == 0o700


def test_a_key_that_others_can_read_is_refused(
    manager: LocalSecretsManager, config: Path
) -> None:
    manager.register_secret("db", VALUES)
    (config / "secrets.key").chmod(0o644)
    with pytest.raises(ConfigurationError, match="other users can read it") as why:
        manager.get_secret("db")
    assert "chmod 600" in why.value.hint


def test_the_environment_may_hold_the_key(
    manager: LocalSecretsManager, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_SECRETS_KEY", Fernet.generate_key().decode())
    manager.register_secret("db", VALUES)
    assert manager.get_secret("db") == VALUES
    assert not (config / "secrets.key").exists()


def test_another_key_does_not_open_it(
    manager: LocalSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.register_secret("db", VALUES)
    monkeypatch.setenv("ZEN_SECRETS_KEY", Fernet.generate_key().decode())
    with pytest.raises(ConfigurationError, match="another key than that of ZEN_SECR"):
        manager.get_secret("db")
    monkeypatch.setenv("ZEN_SECRETS_KEY", "sesame")
    with pytest.raises(ConfigurationError, match="must be 32 bytes") as why:
        manager.get_secret("db")
    assert "Restore the key in ZEN_SECRETS_KEY" in why.value.hint


def test_a_key_that_is_gone_is_not_made_anew_to_read(
    manager: LocalSecretsManager, config: Path
) -> None:
    manager.register_secret("db", VALUES)
    (config / "secrets.key").unlink()
    with pytest.raises(ConfigurationError, match="There is no key for the secrets"):
        manager.get_secret("db")
    assert not (config / "secrets.key").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", "ключ".encode(), b"", b"sesame"])
def test_a_damaged_key_is_named(
    manager: LocalSecretsManager, config: Path, content: bytes
) -> None:
    manager.register_secret("db", VALUES)
    file = config / "secrets.key"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=f"{file} isn't valid") as why:
        manager.get_secret("db")
    assert f"Restore the key in {file}." in why.value.hint
    with pytest.raises(ConfigurationError, match="must be 32 bytes"):
        manager.register_secret("new", VALUES)


def test_a_key_in_the_environment_that_is_no_ascii_is_refused(
    manager: LocalSecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZEN_SECRETS_KEY", "ключ")
    with pytest.raises(ConfigurationError, match="must be 32 bytes"):
        manager.register_secret("db", VALUES)


def test_what_is_new_is_flushed_with_its_folder(
    manager: LocalSecretsManager, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a power cut might take the key, and leave the secrets."""
    steps: list[Path] = []
    link = os.link

    def note_link(source: Path, target: Path) -> None:
        link(source, target)
        steps.append(target)

    monkeypatch.setattr(os, "link", note_link)
    monkeypatch.setattr("zen_local._atomic_file.flush_folder", steps.append)
    manager.register_secret("db", VALUES)
    folder = Path(manager.path)
    key, secret = config / "secrets.key", folder / "db.secret"
    assert steps == [key, config, folder, secret, folder]


@pytest.fixture
def without_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that has no hard links, such as FAT."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("without_links")
def test_a_file_system_may_have_no_hard_links(
    manager: LocalSecretsManager, config: Path
) -> None:
    manager.register_secret("db", VALUES)
    with pytest.raises(ValueError, match="Secret 'db' already exists"):
        manager.register_secret("db", {})
    assert manager.get_secret("db") == VALUES
    assert manager.get_all_secret_keys() == ["db"]
    assert (config / "secrets.key").stat().st_mode & 0o777 == 0o600
    assert not [*Path(manager.path).glob("*.tmp")]


@pytest.mark.usefixtures("without_links")
def test_threads_that_begin_at_once_share_one_key_without_hard_links(
    manager: LocalSecretsManager,
) -> None:
    names = [f"s{n}" for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        for name in [*names, *names]:
            pool.submit(manager.register_secret, name, {"k": "v"})
    assert manager.get_all_secret_keys() == names
    assert [manager.get_secret(name) for name in names] == 6 * [{"k": "v"}]


def test_no_key_is_made_beside_secrets_of_another_one(
    manager: LocalSecretsManager, config: Path
) -> None:
    """Otherwise the old key, brought back, would take the place of the new one."""
    manager.register_secret("db", VALUES)
    (config / "secrets.key").unlink()
    with pytest.raises(ConfigurationError, match=r"such as .*db\.secret") as why:
        manager.register_secret("new", VALUES)
    assert "zen secret delete" in why.value.hint
    elsewhere = LocalSecretsManager(name="other")
    Path(elsewhere.path).mkdir(parents=True)
    Path(manager.path, "db.secret").rename(Path(elsewhere.path, "db.secret"))
    with pytest.raises(ConfigurationError, match=r"such as .*db\.secret") as why:
        manager.register_secret("new", VALUES)
    assert f"theirs in {elsewhere.path}:" in why.value.hint
    assert "remove its folder" in why.value.hint
    assert "zen secret delete" not in why.value.hint
    assert not (config / "secrets.key").exists()
    elsewhere.delete_secret("db")
    manager.register_secret("new", VALUES)
    assert manager.get_secret("new") == VALUES


def test_the_only_secret_can_be_written_with_a_new_key(
    manager: LocalSecretsManager, config: Path
) -> None:
    manager.register_secret("db", VALUES)
    (config / "secrets.key").unlink()
    manager.update_secret("db", {"a": "1"})
    assert manager.get_secret("db") == {"a": "1"}


def test_a_damaged_secret_is_named(manager: LocalSecretsManager) -> None:
    manager.register_secret("db", VALUES)
    (file,) = Path(manager.path).iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    with pytest.raises(ConfigurationError, match=str(file)):
        manager.get_secret("db")


def test_a_name_that_is_taken_is_refused(manager: LocalSecretsManager) -> None:
    manager.register_secret("db", VALUES)
    with pytest.raises(ValueError, match="Secret 'db' already exists"):
        manager.register_secret("db", {})
    assert manager.get_secret("db") == VALUES
    assert len([*Path(manager.path).iterdir()]) == 1


def test_what_is_not_there_is_no_secret(manager: LocalSecretsManager) -> None:
    for call in (manager.get_secret, manager.delete_secret):
        with pytest.raises(KeyError):
            call("db")
    with pytest.raises(KeyError):
        manager.update_secret("db", VALUES)


def test_processes_that_begin_at_once_share_one_key(
    manager: LocalSecretsManager,
) -> None:
    command = [sys.executable, "-c", REGISTER, manager.path]
    processes = [subprocess.Popen([*command, f"s{n}"]) for n in range(6)]
    assert [process.wait() for process in processes] == 6 * [0]
    names = manager.get_all_secret_keys()
    assert [manager.get_secret(name) for name in names] == 6 * [{"k": "v"}]


def test_the_default_path_is_not_stored() -> None:
    manager = LocalSecretsManager(name="secrets")
    assert manager.path == str(local_stores_folder(manager.uuid))
    assert manager.model_dump(mode="json")["path"] is None
    assert os.path.isabs(LocalSecretsManager(name="x", path="here").path)  # noqa: PTH117


def test_a_key_that_cannot_be_read_is_named(
    manager: LocalSecretsManager, config: Path
) -> None:
    """Root may read any file, and nobody a folder."""
    manager.register_secret("db", {"a": "1"})
    (config / "secrets.key").unlink()
    (config / "secrets.key").mkdir()
    with pytest.raises(ConfigurationError, match="the key for the secrets") as caught:
        manager.get_secret("db")
    assert "ZEN_SECRETS_KEY" in caught.value.hint
