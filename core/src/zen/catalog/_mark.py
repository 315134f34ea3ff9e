"""Note on disk which plugin is being asked: one may end the process that asks.

A process that is killed can't tell why. The next one finds the note, and asks that
plugin with more care.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from zen.catalog._rows import read_claim, row_of_claim
from zen.permissions import create_file, create_folders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen.catalog._discovery import Claim

__all__ = ["PROVEN", "SUSPECTED", "Mark", "note"]

# A plugin that was being asked so often when the process was killed isn't asked again.
SUSPECTED: Final = 2
# What it did to the process was seen, which may die of that at any later time.
PROVEN: Final = 3


class Mark(NamedTuple):
    """A note of this process, and what others have left.

    Args:
        path: The file; "" where none can be written.
        suspects: How often each plugin was being asked when a process was killed.
        descriptor: Holds a lock on the file for as long as this process lives.
    """

    path: str = ""
    suspects: dict[Claim, int] = {}  # noqa: RUF012 - never changed
    descriptor: int = -1

    @classmethod
    def set(cls, stem: str) -> Mark:
        """Return a new mark.

        Args:
            stem: What the paths of all marks begin with that may be about the same
                plugins.
        """
        suspects: dict[Claim, int] = {}
        # Where nothing can be locked or written, there are no marks.
        with suppress(ImportError, OSError):
            from fcntl import LOCK_EX, LOCK_NB, flock

            create_folders(os.path.dirname(stem))
            suspects = dict(_left_over(stem))
            path = f"{stem}.{os.getpid()}.asking"
            with suppress(FileNotFoundError):
                os.unlink(path)
            descriptor = create_file(path)
            flock(descriptor, LOCK_EX | LOCK_NB)
            return cls(path, suspects, descriptor)
        return cls(suspects=suspects)

    def remove(self) -> None:
        """Remove the mark: all plugins were asked, and their answers are kept."""
        with suppress(OSError):
            os.unlink(self.path)
        self.close()

    def close(self) -> None:
        """Leave the mark to the next process."""
        with suppress(OSError):
            os.close(self.descriptor)


def note(path: str, claim: Claim, count: int) -> None:
    """Note that a plugin is asked now, and how often it may have ended a process."""
    if not path:
        return
    # Written in place: a new file would be without the lock.
    with suppress(OSError), open(path, "r+", encoding="utf-8") as file:
        if file.read().endswith(f" {PROVEN}]"):
            return
        file.seek(0)
        file.truncate()
        json.dump([row_of_claim(claim), count], file)


def _left_over(stem: str) -> Iterator[tuple[Claim, int]]:
    """Yield what processes have noted that live no more, and forget it."""
    from fcntl import LOCK_EX, LOCK_NB, flock

    folder, prefix = os.path.split(stem)
    for name in os.listdir(folder):
        if not (name.startswith(f"{prefix}.") and name.endswith(".asking")):
            continue
        # It is locked, gone, or was never written to.
        with (
            suppress(OSError, ValueError, TypeError),
            open(os.path.join(folder, name), encoding="utf-8") as file,
        ):
            flock(file, LOCK_EX | LOCK_NB)
            os.unlink(file.name)
            row, count = json.load(file)
            yield read_claim(row), int(count)
