"""A registry that stops in the middle of an image: what comes of a pull then depends on no machine's speed."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import json
import secrets
import select
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_TYPES = "application/vnd.docker"
_FIRST = 3_000_000
"""Bytes of the layer that come before it stops."""
_PIECE = 100_000
"""Bytes that come at a time afterwards: an engine that was told to stop looks for it only when something comes."""


class Halting:
    """One image of one layer, for the engine's platform, in the form of Docker's registries (API version 2)."""

    def __init__(self, platform: str) -> None:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            member = tarfile.TarInfo("data")
            member.size = 8_000_000
            archive.addfile(member, io.BytesIO(secrets.token_bytes(member.size)))
        self.layer = gzip.compress(packed.getvalue(), 1)
        layers = {"type": "layers", "diff_ids": [_digest(packed.getvalue())]}
        system, _, architecture = platform.partition("/")
        described = {"architecture": architecture, "os": system, "config": {}, "rootfs": layers}
        config = json.dumps(described).encode()
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{_TYPES}.distribution.manifest.v2+json",
            "config": _named(config, f"{_TYPES}.container.image.v1+json"),
            "layers": [_named(self.layer, f"{_TYPES}.image.rootfs.diff.tar.gzip")],
        }
        self.manifest = json.dumps(manifest).encode()
        self.blobs = {_digest(body): body for body in (config, self.layer)}
        self.go_on, self.hung_up = threading.Event(), threading.Event()
        """It is to go on; and nobody is there any more to take the rest."""
        self.name = ""
        """Of the image, with the registry's address."""


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _named(body: bytes, kind: str) -> dict[str, Any]:
    return {"mediaType": kind, "size": len(body), "digest": _digest(body)}


@contextmanager
def halting(platform: str, word: str) -> Iterator[Halting]:
    """Serve it, the image under a word of the test's own."""
    registry = Halting(platform)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_GET(self) -> None:
            kind, body = "application/json", registry.blobs.get(self.path.rpartition("/")[2], b"{}")
            if "/manifests/" in self.path:
                kind, body = f"{_TYPES}.distribution.manifest.v2+json", registry.manifest
            self.send_response(200)
            for name, value in (("Content-Type", kind), ("Docker-Content-Digest", _digest(body))):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            if body is registry.layer:
                self.wfile.write(body[:_FIRST])
                self.wfile.flush()
                registry.go_on.wait(60)
                for begin in range(_FIRST, len(body), _PIECE):
                    if self._is_left():
                        registry.hung_up.set()
                        self.close_connection = True
                        return
                    self.wfile.write(body[begin : begin + _PIECE])
            else:
                self.wfile.write(body)

        def _is_left(self) -> bool:
            """Nothing more is asked on this connection before its answer is whole: it can be read when it ends."""
            return bool(select.select([self.connection], [], [], 0.02)[0])

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        registry.name = f"127.0.0.1:{server.server_port}/{word}:1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield registry
        finally:
            registry.go_on.set()
            server.shutdown()
            thread.join()
