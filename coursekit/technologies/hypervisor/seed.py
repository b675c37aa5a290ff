"""A NoCloud seed: what cloud-init in a guest is told, as the small disk on which it looks for it.

https://cloudinit.readthedocs.io/en/latest/reference/datasources/nocloud.html
"""

from __future__ import annotations

import io
from pathlib import Path


def write_seed(path: Path, user_data: bytes, name: str, identity: str) -> None:
    """Write a seed. cloud-init follows one anew whenever its ``identity`` is another. Raises OSError."""
    import pycdlib

    meta_data = f"instance-id: {identity}\nlocal-hostname: {name}\n".encode()
    disk = pycdlib.PyCdlib()
    disk.new(joliet=3, rock_ridge="1.09", vol_ident="cidata")
    for number, (file, content) in enumerate((("meta-data", meta_data), ("user-data", user_data))):
        plain = f"/FILE{number}.;1"
        disk.add_fp(io.BytesIO(content), len(content), plain, rr_name=file, joliet_path=f"/{file}")
    disk.write(str(path))
    disk.close()
