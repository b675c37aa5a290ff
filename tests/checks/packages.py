"""Packages put into an environment as an installer does it: files, and records that list them with their hashes."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path


def site_packages(env: Path) -> Path:
    [folder] = (env / "lib").glob("python3.*/site-packages")
    return folder


def install(env: Path, name: str = "tinydb", version: str = "4.8.0", *, record: bool = True) -> Path:
    """Install a package of one file; gives its file."""
    folder = site_packages(env)
    package = folder / name / "__init__.py"
    package.parent.mkdir()
    package.write_text(f"__version__ = {version!r}\n")
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "INSTALLER").write_text("pip\n")
    if record:
        digest = base64.urlsafe_b64encode(hashlib.sha256(package.read_bytes()).digest()).rstrip(b"=").decode()
        (info / "RECORD").write_text(f"{name}/__init__.py,sha256={digest},{package.stat().st_size}\n")
    return package
