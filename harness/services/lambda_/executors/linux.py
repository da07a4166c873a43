"""The Linux system calls that Python 3.11 does not offer; each raises `OSError` with its name.

They are called between fork and exec of a child, where nothing may be imported any more.
"""

from __future__ import annotations

import ctypes
import os
import sys

NEW_MOUNTS = 0x0002_0000
NEW_USER = 0x1000_0000
NEW_NETWORK = 0x4000_0000

_MS_BIND = 0x1000
_MS_RECURSIVE = 0x4000
_MS_PRIVATE = 0x4_0000
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_ATTRIBUTE_READ_ONLY = 1
_SYS_MOUNT_SETATTR = 442  # the same on every architecture: it is younger than their unification
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS = 38
_LAST_CAPABILITY = 40
_READ_FILES = 2  # CAP_DAC_READ_SEARCH

AVAILABLE = sys.platform == "linux"

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    )


def unshare(namespaces: int) -> None:
    _checked(_libc.unshare(namespaces), "unshare")


def enter(descriptor: int) -> None:
    """Enter the namespace that `descriptor` stands for."""
    _checked(_libc.setns(descriptor, 0), "setns")


def map_own_user(user: int, group: int) -> None:
    """Keep our own ids in the user namespace just made; there are no others in it."""
    for name, content in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, content.encode())
        os.close(descriptor)


def keep_mounts_to_ourselves() -> None:
    _mount("none", "/", None, _MS_RECURSIVE | _MS_PRIVATE, None)


def mount_tmpfs(target: str, options: str) -> None:
    _mount("tmpfs", target, "tmpfs", 0, options)


def bind(source: str, target: str) -> None:
    """Show `source` and what is mounted below it at `target` too."""
    _mount(source, target, None, _MS_BIND | _MS_RECURSIVE, None)


def make_read_only(target: str) -> None:
    """Refuse writes to `target` and to everything mounted below it."""
    _set_attributes(target, _MountAttributes(_ATTRIBUTE_READ_ONLY, 0, 0, 0))


def make_writable(target: str) -> None:
    _set_attributes(target, _MountAttributes(0, _ATTRIBUTE_READ_ONLY, 0, 0))


def _set_attributes(target: str, attributes: _MountAttributes) -> None:
    result = _libc.syscall(
        _SYS_MOUNT_SETATTR,
        _AT_FDCWD,
        target.encode(),
        _AT_RECURSIVE,
        ctypes.byref(attributes),
        ctypes.sizeof(attributes),
    )
    _checked(result, f"mount_setattr {target}")


def give_up_privileges() -> None:
    """Let the program that is started next do no more than read files, even when root runs it."""
    for capability in range(_LAST_CAPABILITY + 1):
        if capability != _READ_FILES:  # its Python may be installed for somebody else
            _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # an ordinary user has none to drop
    _checked(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None) -> None:
    encoded = [None if text is None else text.encode() for text in (source, target, kind, data)]
    result = _libc.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3])
    _checked(result, f"mount {target}")


def _checked(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
