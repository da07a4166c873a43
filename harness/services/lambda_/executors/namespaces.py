"""The namespaces of one sandbox: they outlive its processes, so `/tmp` outlives a reset.

Made by a thread of ours that ends at once, or, where a user namespace is needed, by a helper
process: the kernel gives that to no process with threads. The kernel keeps a namespace for as long
as somebody holds a descriptor, so even a killed harness leaves no mount and no network behind.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from harness.services.lambda_.executors import linux
from harness.services.lambda_.executors.layout import TASK_ROOT, Layout

_LOOPBACK = "127.0.0.1"
_SIOCSIFFLAGS = 0x8914
_UP_AND_RUNNING = 0x1 | 0x40
_HELPER = shutil.which("true") or "/bin/true"
_FLAGS = {"user": linux.NEW_USER, "mnt": linux.NEW_MOUNTS, "net": linux.NEW_NETWORK}


@dataclass(frozen=True, slots=True)
class Namespaces:
    """descriptors: of the namespaces, in the order to enter them.

    listeners: sockets that listen inside a network namespace of their own; none without one.
    """

    descriptors: tuple[int, ...]
    listeners: tuple[socket.socket, ...]

    def enter(self) -> None:
        """Move the calling process inside, to the code directory."""
        for descriptor in self.descriptors:
            linux.enter(descriptor)
        os.chdir(TASK_ROOT)

    def close(self) -> None:
        for descriptor in self.descriptors:
            os.close(descriptor)
        for listener in self.listeners:
            listener.close()


def create(layout: Layout, *, ports: Sequence[int] | None, as_user: bool) -> Namespaces:
    """Make namespaces with `layout`; blocks for about a millisecond, with a helper for some more.

    ports: on loopback in a network that has nothing else; None to share this machine's network.
    as_user: make a user namespace too, which lets an ordinary user make the others.
    Raises `OSError` when the platform refuses.
    """
    kinds = (["user"] if as_user else []) + ["mnt"] + ([] if ports is None else ["net"])
    parts = _Parts(layout, tuple(kinds), tuple(ports or ()))
    numbers = _by_helper(parts) if as_user else _by_thread(parts)
    listeners = tuple(socket.socket(fileno=number) for number in numbers[len(kinds) :])
    return Namespaces(tuple(numbers[: len(kinds)]), listeners)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What to make; `make` does it to the calling thread and returns the descriptors."""

    layout: Layout
    kinds: tuple[str, ...]
    ports: tuple[int, ...]

    def make(self) -> list[int]:
        user, group = os.getuid(), os.getgid()
        linux.unshare(sum(_FLAGS[kind] for kind in self.kinds))
        if "user" in self.kinds:
            linux.map_own_user(user, group)
        self.layout.mount()
        listeners = _network(self.ports) if "net" in self.kinds else []
        descriptors = [os.open(f"/proc/thread-self/ns/{kind}", os.O_RDONLY) for kind in self.kinds]
        return [*descriptors, *listeners]


def _by_thread(parts: _Parts) -> list[int]:
    """A new thread, because it stays where it has gone."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(parts.make).result()


def _by_helper(parts: _Parts) -> list[int]:
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def prepare() -> None:
            try:
                socket.send_fds(theirs, [b"\0"], parts.make())
            except OSError as error:
                theirs.send((error.errno or 0).to_bytes(2, "big"))
                raise

        try:
            subprocess.run([_HELPER], preexec_fn=prepare, env={}, check=True)
        except subprocess.SubprocessError:
            number = int.from_bytes(_refusal(ours), "big")
            raise OSError(number, os.strerror(number)) from None
        return list(socket.recv_fds(ours, 1, len(parts.kinds) + len(parts.ports))[1])


def _network(ports: tuple[int, ...]) -> list[int]:
    """Bring loopback up, listen on each port of it, and return the descriptors."""
    listeners = [
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) for _ in ports
    ]
    request = struct.pack("16sh14x", b"lo", _UP_AND_RUNNING)
    fcntl.ioctl(listeners[0], _SIOCSIFFLAGS, request)
    for listener, port in zip(listeners, ports, strict=True):
        listener.bind((_LOOPBACK, port))
        listener.listen(128)
    return [listener.detach() for listener in listeners]


def _refusal(channel: socket.socket) -> bytes:
    try:
        return channel.recv(2, socket.MSG_DONTWAIT)
    except BlockingIOError:  # the child failed before it could say why
        return b"\0\0"
