"""A folder set back to a moment: changes in place, links, what is new and what is gone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from coursekit.errors import CourseError
from coursekit.rehearsal.pool import Pool


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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "er" / "file").write_text("as it was")
    (folder / "script").write_text("run")
    (folder / "script").chmod(0o755)
    (folder / "link").symlink_to("deep/er")
    (folder / "nowhere").symlink_to("gone")
    return folder


@pytest.fixture
def pool(tmp_path: Path) -> Pool:
    (tmp_path / "pool").mkdir()
    return Pool(tmp_path / "pool")


def test_everything_is_set_back(home: Path, pool: Pool) -> None:
    kept, before = pool.keep(home), whole(home)
    (home / "deep" / "er" / "file").write_text("as it is")
    (home / "script").unlink()
    (home / "script").mkdir()
    (home / "link").unlink()
    (home / "link").write_text("a file now")
    (home / "nowhere").unlink()
    (home / "new").mkdir()
    (home / "new" / "file").write_text("new")
    pool.restore(kept, home)
    assert whole(home) == before
    assert os.access(home / "script", os.X_OK)


def test_a_folder_in_place_of_which_something_else_stands(home: Path, pool: Pool) -> None:
    kept, before = pool.keep(home), whole(home)
    (home / "deep").rename(home / "moved")
    (home / "deep").symlink_to("moved")
    pool.restore(kept, home)
    assert whole(home) == before


def test_each_moment_has_its_own(home: Path, pool: Pool) -> None:
    first = pool.keep(home)
    (home / "deep" / "er" / "file").write_text("another")
    second, after = pool.keep(home), whole(home)
    pool.restore(first, home)
    assert (home / "deep" / "er" / "file").read_text() == "as it was"
    pool.restore(second, home)
    assert whole(home) == after


def test_a_file_is_kept_once_and_left_alone_when_it_is_the_same(home: Path, pool: Pool, tmp_path: Path) -> None:
    kept = pool.keep(home)
    inode = (home / "script").stat().st_ino
    pool.restore(kept, home)
    pool.keep(home)
    assert (home / "script").stat().st_ino == inode
    assert len(list((tmp_path / "pool").iterdir())) == 2


def test_packages_are_linked_and_one_that_was_written_into_is_found_out(home: Path, pool: Pool) -> None:
    packages = home / "env" / "lib" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "one.py").write_text("1")
    (packages / "two.py").write_text("2")
    kept, before = pool.keep(home), whole(home)
    (packages / "one.py").unlink()
    (packages / "two.py").unlink()
    (packages / "two.py").write_text("another")
    pool.restore(kept, home)
    assert whole(home) == before
    assert (packages / "one.py").stat().st_nlink == 2
    with (packages / "two.py").open("a") as file:
        file.write("more")
    with pytest.raises(CourseError, match=r"two\.py was written into"):
        pool.restore(kept, home)


def test_what_is_put_back_can_be_changed_without_harm(home: Path, pool: Pool) -> None:
    kept = pool.keep(home)
    for _ in range(2):
        with (home / "script").open("a") as script:
            script.write("more")
        pool.restore(kept, home)
        assert (home / "script").read_text() == "run"
