"""Kinds of check, one file each, and how their findings combine into a verdict."""

from __future__ import annotations

from coursekit.checks.command import CommandCheck
from coursekit.checks.container import ContainerCheck
from coursekit.checks.custom import CustomCheck
from coursekit.checks.dialogue import DialogueCheck
from coursekit.checks.file import FileCheck
from coursekit.checks.git import GitCheck
from coursekit.checks.guest import GuestCheck
from coursekit.checks.http import HttpCheck
from coursekit.checks.image import ImageCheck
from coursekit.checks.kind import Kind
from coursekit.checks.network import NetworkCheck
from coursekit.checks.package import PackageCheck
from coursekit.checks.question import QuestionCheck
from coursekit.checks.shell import ShellCheck
from coursekit.checks.venv import VenvCheck
from coursekit.checks.volume import VolumeCheck

KINDS: dict[str, type[Kind]] = {
    "command": CommandCheck,
    "container": ContainerCheck,
    "custom": CustomCheck,
    "dialogue": DialogueCheck,
    "file": FileCheck,
    "git": GitCheck,
    "guest": GuestCheck,
    "http": HttpCheck,
    "image": ImageCheck,
    "network": NetworkCheck,
    "package": PackageCheck,
    "question": QuestionCheck,
    "shell": ShellCheck,
    "venv": VenvCheck,
    "volume": VolumeCheck,
}
"""The word that an author writes, and the dataclass that its settings become."""
