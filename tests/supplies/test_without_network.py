"""Labs 1 and 4 on a machine whose network is cut off, from a class bundle alone: the test of the whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from coursekit.practice.opening import open_course
from coursekit.supplies.platforms import this_platform
from tests.engines import missing

LABS = ("lab1", "lab4")


@pytest.mark.containers
@pytest.mark.network
@pytest.mark.slow
def test_labs_1_and_4_from_a_bundle_with_the_network_cut_off(tmp_path: Path) -> None:
    """The bundle is made here. All else happens where there is no network, and an engine that has no image yet."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("dockerd", path=PATH):
        pytest.skip("only root can cut a network off and start a second Docker daemon")
    if why := missing():
        pytest.skip(why)
    bundle = tmp_path / "bundle"
    words = ["class", "bundle", *LABS, "--for", this_platform(), "--into", str(bundle)]
    made = subprocess.run([sys.executable, "-m", "coursekit", *words], capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr

    apart = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    words = [sys.executable, "-m", "tests.supplies.cut_off", str(bundle), *LABS]
    played = subprocess.run([*apart, *words], capture_output=True, text=True, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    network, fetched, *exercises = [json.loads(line) for line in played.stdout.splitlines()]
    assert network == {"what": "network", "reachable": False}
    assert fetched["status"] == 0, fetched["said"]
    assert "python:3.11-slim: loaded from the bundle" in fetched["said"]
    complaints = [f"{one['name']}: {complaint}" for one in exercises for complaint in one["complaints"]]
    assert not complaints, "\n".join(complaints)
    wanted = [exercise.id for lab in open_course().labs if lab.id in LABS for exercise in lab.exercises]
    assert [one["name"] for one in exercises] == wanted


PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
