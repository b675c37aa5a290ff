"""In the guest: a shell for whoever is at the other end of the checks' line.

A check begins by asking for a new shell, with a word of its own that comes back when the shell is there: whatever came
before it on the line belongs to somebody else. What the shell before had started goes with it, and goes as well when
the other end lets go.
"""

import contextlib
import fcntl
import os
import select
import stat
import time

NAME = "org.coursekit.checks"
NEW = b"\x1enew "
"""What a check sends, with its word and the end of the line."""
CHUNK = 65_536
RESEED = 0x5207
"""RNDRESEEDCRNG of linux/random.h."""
GROUP = "/sys/fs/cgroup/system.slice/coursekit-line.service/shell"
RANDOM = os.open("/dev/urandom", os.O_WRONLY | os.O_CLOEXEC)
SPARE = os.open("/bin/busybox", os.O_RDONLY | os.O_CLOEXEC)
"""A shell that needs no other file, held open: it is there yet when a student has removed everything."""
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
ENVIRONMENT |= {"LANG": "C.UTF-8", "TERM": "dumb", "PAGER": "cat"}


def port() -> int:
    """The line, found by the name that it was given."""
    for name in os.listdir("/sys/class/virtio-ports"):
        with open(f"/sys/class/virtio-ports/{name}/name", encoding="ascii") as file:
            if file.read().strip() == NAME:
                return os.open(f"/dev/{name}", os.O_RDWR | os.O_CLOEXEC)
    raise SystemExit("This machine has no line for checks.")


class Shell:
    """A shell that waits for commands."""

    def __init__(self) -> None:
        reading, self.commands = os.pipe()
        self.output, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            with open(f"{GROUP}/cgroup.procs", "w", encoding="ascii") as file:
                file.write("0")
            os.setsid()
            for descriptor, end in enumerate((reading, writing, writing)):
                os.dup2(end, descriptor)
            os.chdir("/")
            for program in ("/bin/sh", SPARE):
                with contextlib.suppress(OSError):
                    os.execve(program, ["sh"], ENVIRONMENT)
            os._exit(127)
        os.close(reading)
        os.close(writing)
        os.set_blocking(self.commands, False)
        os.set_blocking(self.output, False)

    def end(self) -> None:
        """End it, with all that it started."""
        os.close(self.commands)
        os.close(self.output)
        with open(f"{GROUP}/cgroup.kill", "w", encoding="ascii") as file:
            file.write("1")
        os.waitpid(self.pid, 0)
        for _ in range(100):
            with open(f"{GROUP}/cgroup.procs", encoding="ascii") as file:
                if not file.read():
                    break
            time.sleep(0.01)


class Connection:
    """What is carried for whoever is at the other end, until they let go."""

    def __init__(self, line: int, shell: Shell) -> None:
        self.line, self.shell = line, shell
        self.word = b""
        """What the shell was asked for with; empty: nobody has asked, and what arrives is for nobody."""
        self.arrived = self.to_shell = self.to_line = b""

    def carry(self) -> None:
        """Carry bytes both ways until the other end lets go."""
        while True:
            poll = select.poll()
            poll.register(self.line, select.POLLIN | (select.POLLOUT if self.to_line else 0))
            if self.word and not self.to_line:
                poll.register(self.shell.output, select.POLLIN)
            if self.to_shell:
                poll.register(self.shell.commands, select.POLLOUT)
            events = dict(poll.poll())
            on_line = events.pop(self.line, 0)
            if on_line & select.POLLHUP:
                return self.renew(b"")
            if on_line & select.POLLOUT:
                with contextlib.suppress(BlockingIOError):  # the other end has let go just now
                    self.to_line = self.to_line[os.write(self.line, self.to_line) :]
            for descriptor in events:
                self.of_the_shell(descriptor)
            if on_line & select.POLLIN:
                self.take(os.read(self.line, CHUNK))

    def of_the_shell(self, descriptor: int) -> None:
        """Feed the shell, or fetch what it has printed."""
        try:
            if descriptor == self.shell.commands:
                self.to_shell = self.to_shell[os.write(descriptor, self.to_shell) :]
            else:
                self.to_line = os.read(descriptor, CHUNK)
        except BrokenPipeError:
            self.to_shell = b""
        except BlockingIOError:
            return
        if descriptor == self.shell.output and not self.to_line:
            word = self.word
            self.renew(b"")
            self.to_line = b"\x04end %s\x04" % word

    def take(self, data: bytes) -> None:
        """Look through what has arrived for a word; the rest is the shell's. Half a word waits for its other half."""
        self.arrived += data
        while (at := self.arrived.find(NEW)) >= 0 and (end := self.arrived.find(b"\n", at)) >= 0:
            word = self.arrived[at + len(NEW) : end]
            self.arrived = self.arrived[end + 1 :]
            if word == self.word:
                continue  # asked again, by somebody who has waited long
            self.renew(word)
            stir(word)
            with contextlib.suppress(OSError):  # it is there, but where somebody has removed even that
                os.mknod("/dev/null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
            self.to_line = b"%s%s\x1e" % (NEW, word)
        cut = self.arrived.rfind(b"\x1e", -64)
        cut = len(self.arrived) if cut < 0 else cut
        if self.word:
            self.to_shell += self.arrived[:cut]
        self.arrived = self.arrived[cut:]

    def renew(self, word: bytes) -> None:
        """A shell that nobody has used, for whoever asked with this word."""
        if self.word:
            self.shell.end()
            self.shell = Shell()
        self.word, self.to_shell, self.to_line = word, b"", b""


def stir(word: bytes) -> None:
    """Let random numbers go on from a word that nobody knows: guests that were loaded from one state part here."""
    os.write(RANDOM, word)
    fcntl.ioctl(RANDOM, RESEED)


def main() -> None:
    """Serve one connection after the other."""
    line = port()
    os.makedirs(GROUP, exist_ok=True)
    shell = Shell()
    while True:
        os.set_blocking(line, True)
        os.write(line, b"\n")  # waits until somebody is there
        os.set_blocking(line, False)
        connection = Connection(line, shell)
        connection.carry()
        shell = connection.shell


if __name__ == "__main__":
    main()
