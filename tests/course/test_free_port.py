"""A port that is drawn is one that nobody holds, whatever the address at which it is held."""

from __future__ import annotations

import socket

import pytest

from coursekit.course import values
from coursekit.course.values import FreePort

NUMBER = 4711


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, "127.0.0.1"),
        (socket.AF_INET, "0.0.0.0"),
        (socket.AF_INET, "127.0.0.2"),
        (socket.AF_INET6, "::"),
    ],
)
def test_a_port_that_is_held_is_passed_over(family: socket.AddressFamily, address: str) -> None:
    rule = FreePort()
    first = rule.draw(NUMBER)
    with socket.socket(family) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((address, int(first)))
        holder.listen()
        assert int(rule.draw(NUMBER)) > int(first)
    assert rule.draw(NUMBER) == first


def test_where_every_port_is_held_one_is_drawn_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "_is_free", lambda _: False)
    assert FreePort().draw(NUMBER) == "20000"


def test_without_a_look_the_port_that_is_held_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = FreePort()
    first = rule.draw(NUMBER)
    monkeypatch.setattr(values, "_is_free", lambda _: True)
    with socket.create_server(("127.0.0.1", int(first))):
        assert rule.draw(NUMBER) == first
