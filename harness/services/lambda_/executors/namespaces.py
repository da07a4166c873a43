"""The namespaces of one sandbox: they outlive its processes, so `/tmp` outlives a reset.

A helper that ends at once makes them and hands over descriptors. The kernel keeps a namespace for
as long as somebody holds one, so even a killed harness leaves no mount and no network behind.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from harness.services.lambda_.executors import linux
from harness.services.lambda_.executors.layout import TASK_ROOT, Layout

_LOOPBACK = "127.0.0.1"
_SIOCSIFFLAGS = 0x8914
_UP_AND_RUNNING = 0x1 | 0x40
_HELPER = shutil.which("true") or "/bin/true"


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
    """Make namespaces with `layout`; blocks for some milliseconds.

    ports: on loopback in a network that has nothing else; None to share this machine's network.
    as_user: make a user namespace too, which lets an ordinary user make the others.
    Raises `OSError` when the platform refuses.
    """
    with_network = ports is not None
    kinds = (["user"] if as_user else []) + ["mnt"] + (["net"] if with_network else [])
    ours, theirs = socket.socketpair()
    with ours, theirs:
        prepare = _preparation(layout, tuple(ports or ()), kinds, theirs)
        try:
            subprocess.run([_HELPER], preexec_fn=prepare, env={}, check=True)
        except subprocess.SubprocessError:
            number = int.from_bytes(_refusal(ours), "big")
            raise OSError(number, os.strerror(number)) from None
        _, received, _, _ = socket.recv_fds(ours, 1, len(kinds) + len(ports or ()))
    listeners = tuple(socket.socket(fileno=number) for number in received[len(kinds) :])
    return Namespaces(tuple(received[: len(kinds)]), listeners)


def _preparation(
    layout: Layout, ports: tuple[int, ...], kinds: list[str], channel: socket.socket
) -> Callable[[], None]:
    flags = {"user": linux.NEW_USER, "mnt": linux.NEW_MOUNTS, "net": linux.NEW_NETWORK}
    wanted = sum(flags[kind] for kind in kinds)
    user, group = os.getuid(), os.getgid()

    def prepare() -> None:
        try:
            linux.unshare(wanted)
            if "user" in kinds:
                linux.map_own_user(user, group)
            layout.mount()
            listeners = _network(ports) if "net" in kinds else []
            descriptors = [os.open(f"/proc/self/ns/{kind}", os.O_RDONLY) for kind in kinds]
            numbers = [*descriptors, *(listener.fileno() for listener in listeners)]
            socket.send_fds(channel, [b"\0"], numbers)
        except OSError as error:
            channel.send((error.errno or 0).to_bytes(2, "big"))
            raise

    return prepare


def _network(ports: tuple[int, ...]) -> list[socket.socket]:
    """Bring loopback up and listen on each port of it."""
    listeners = [socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)]
    listeners += [
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) for _ in ports[1:]
    ]
    request = struct.pack("16sh14x", b"lo", _UP_AND_RUNNING)
    fcntl.ioctl(listeners[0], _SIOCSIFFLAGS, request)
    for listener, port in zip(listeners, ports, strict=True):
        listener.bind((_LOOPBACK, port))
        listener.listen(128)
    return listeners


def _refusal(channel: socket.socket) -> bytes:
    try:
        return channel.recv(2, socket.MSG_DONTWAIT)
    except BlockingIOError:  # the child failed before it could say why
        return b"\0\0"
