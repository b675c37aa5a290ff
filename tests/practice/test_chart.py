"""A table as bars: what is drawn, and what is passed over."""

from __future__ import annotations

import os
from pathlib import Path

from coursekit.practice.chart import draw_table


def drawn(folder: Path, text: str, width: int = 40) -> list[str]:
    (folder / "table.csv").write_text(text, encoding="utf-8")
    return draw_table(folder / "table.csv", width)


def test_bars_are_to_scale(tmp_path: Path) -> None:
    lines = drawn(tmp_path, "what,unit,host,guest\ncpu,s,2,8\n")
    assert lines[0] == "cpu (s)"
    assert [line.count("█") for line in lines[1:]] == [7, 30]
    assert lines[1].startswith("  host  2 ")
    assert max(map(len, lines)) <= 40


def test_the_smallest_is_seen(tmp_path: Path) -> None:
    lines = drawn(tmp_path, "what,unit,host,guest\nstart,s,0.001,90\n")
    assert lines[1].endswith("▏")
    assert drawn(tmp_path, "what,unit,host,guest\ndisk,MB,0,90\n")[1].endswith("0")


def test_what_is_no_table_is_passed_over(tmp_path: Path) -> None:
    assert draw_table(tmp_path / "none.csv", 40) == []
    assert drawn(tmp_path, "") == []
    assert drawn(tmp_path, "what,unit,host\nx\ny,s,much\nz,s,-3\ninf,s,inf\n") == []
    assert drawn(tmp_path, "what,unit,host\n" + "r,s,1\n" * 5000)[:2] == ["r (s)", "  host 1 " + "█" * 31]


def test_what_is_no_file_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert draw_table(tmp_path / "pipe", 40) == []
    assert draw_table(tmp_path, 40) == []
    assert draw_table(Path("/dev/zero"), 40) == []


def test_a_hostile_table_is_text(tmp_path: Path) -> None:
    lines = drawn(tmp_path, "what,unit,\x1b]0;title\x07host\n\x1b[2Jcpu,s,1\n")
    assert "\x1b" not in "".join(lines)
