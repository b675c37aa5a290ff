"""A folder made the same as another: changes in place, links, what is new and what is gone."""

from __future__ import annotations

import os
from pathlib import Path

from coursekit.rehearsal.mirror import mirror


def whole(folder: Path) -> dict[str, str]:
    """Every path below a folder, and what is there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {os.readlink(path)}"
        else:
            found[name] = path.read_text() if path.is_file() else "a folder"
    return found


def make(folder: Path) -> Path:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "file").write_text("as it was")
    (folder / "script").write_text("run")
    (folder / "script").chmod(0o755)
    (folder / "link").symlink_to("deep/er")
    (folder / "nowhere").symlink_to("gone")
    return folder


def test_everything_is_set_back(tmp_path: Path) -> None:
    home, kept = make(tmp_path / "home"), tmp_path / "kept"
    mirror(home, kept)
    before = whole(home)
    assert whole(kept) == before
    (home / "deep" / "er" / "file").write_text("as it is")
    (home / "script").unlink()
    (home / "script").mkdir()
    (home / "link").unlink()
    (home / "link").write_text("a file now")
    (home / "new").write_text("new")
    mirror(kept, home)
    assert whole(home) == before
    assert os.access(home / "script", os.X_OK)


def test_what_is_the_same_is_left_alone(tmp_path: Path) -> None:
    home, kept = make(tmp_path / "home"), tmp_path / "kept"
    mirror(home, kept)
    inode = (home / "script").stat().st_ino
    mirror(kept, home)
    assert (home / "script").stat().st_ino == inode


def test_two_kept_copies_share_what_did_not_change(tmp_path: Path) -> None:
    home, first, second = make(tmp_path / "home"), tmp_path / "first", tmp_path / "second"
    mirror(home, first)
    (home / "deep" / "er" / "file").write_text("another")
    mirror(home, second, like=first)
    assert (first / "script").stat().st_ino == (second / "script").stat().st_ino
    assert (first / "deep/er/file").read_text() == "as it was"
    assert (second / "deep/er/file").read_text() == "another"
    assert (home / "script").stat().st_ino != (first / "script").stat().st_ino
