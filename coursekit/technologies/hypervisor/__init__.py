"""The hypervisor, QEMU: which one runs a guest here and how fast it can, what it knows of a guest, a Place inside.

The only place that speaks QMP, QEMU's own language for questions. A guest is a folder: its hardware in machine.cfg, its
disk, and two sockets while it runs, one for QEMU and one that leads to a shell inside.
"""
