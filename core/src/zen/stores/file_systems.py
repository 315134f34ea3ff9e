"""Warn of a store on a network file system, where locks may not be what they seem."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from zen.permissions import create_file, mode_like

__all__ = ["network_file_system", "warn_of_network"]

MOUNTS: Final = Path("/proc/self/mountinfo")
_TYPES: Final = frozenset(
    {
        *("afs", "beegfs", "ceph", "cifs", "glusterfs", "gpfs", "lustre", "ncpfs"),
        *("nfs", "nfs4", "orangefs", "smb3", "smbfs"),
        # By way of FUSE.
        *("davfs", "davfs2", "gcsfuse", "rclone", "s3fs", "sshfs"),
    }
)


def network_file_system(folder: Path) -> str:
    """Return the type of the network file system that a folder is on.

    Returns:
        Its name in Linux, such as `nfs4`; "" for another one, or where it isn't known.
    """
    with suppress(OSError):
        device = folder.stat().st_dev
        number = f"{os.major(device)}:{os.minor(device)}"
        for line in MOUNTS.read_text("utf-8", errors="replace").splitlines():
            # As proc(5) has it: the third field, and the first after the hyphen.
            mount, _, source = line.partition(" - ")
            if number in mount.split()[2:3]:
                name = source.partition(" ")[0]
                return name if name.removeprefix("fuse.") in _TYPES else ""
    return ""


def warn_of_network(folder: Path, notes: Path, host: str) -> None:
    """Warn once on each host if a folder is on a network file system.

    It is logged as a warning, which a program that configures no logging shows on
    standard error.

    Args:
        folder: The folder.
        notes: Where it is noted that a host was warned.
        host: The name of this host.
    """
    name = network_file_system(folder)
    note = notes / f"network-{host}"
    if not name or note.exists():
        return
    # Only needed by those who are warned.
    import logging

    logging.getLogger("zen").warning(
        "%s is on a network file system (%s). Locks and flushes may not reach other"
        " hosts there: keep a profile that several hosts write in a database, as 'zen"
        " profile copy --help' shows.",
        *(folder, name),
    )
    with suppress(OSError), os.fdopen(create_file(note, mode_like(notes)), "w") as file:
        file.write(f"{name}\n")
