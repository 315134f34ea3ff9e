"""Name the process of this host that has locked a file, as Linux tells it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from os import PathLike

__all__ = ["file_owner"]

_LOCKS: Final = Path("/proc/locks")


def file_owner(file: str | PathLike[str]) -> str:
    """Name the process on this host that has locked a file; "" where none is known."""
    with suppress(OSError, ValueError):
        status = Path(file).stat()
        device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}"
        place = f"{device}:{status.st_ino}"
        # As proc(5) has it. A process of another container has the number 0, and one
        # that waits has '->' before its row.
        rows = (line.split() for line in _LOCKS.read_text("ascii").splitlines())
        found = {
            int(row[4]): row[3]
            for row in rows
            if row[1] in {"FLOCK", "POSIX"} and row[5] == place
        }
        writers = [pid for pid, kind in found.items() if kind == "WRITE" and pid > 0]
        for pid in (*writers, *(pid for pid in found if pid > 0)):
            return f"Process {pid}{_program(pid)}"
    return ""


def _program(pid: int) -> str:
    with suppress(OSError):
        return f" ({Path(f'/proc/{pid}/comm').read_text('utf-8').strip()})"
    return ""
