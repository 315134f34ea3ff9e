"""Notice when a plugin changes the limits of a process that isn't its own."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    # By process and number of the limit: the soft limit and the hard one.
    Limits: TypeAlias = Mapping[tuple[int, int], tuple[int, int]]

__all__ = ["have_changed", "limits_of_askers", "restore"]

# The process that asks, the one that waits for it, Zen, and what has started Zen.
_LEVELS: Final = 4


def limits_of_askers() -> Limits:
    """Return the limits of this process and of those above it, up to Zen's parent."""
    limits = {}
    # Few platforms show the limits of another process.
    with suppress(ImportError, AttributeError):
        import resource

        names = [name for name in dir(resource) if name.startswith("RLIMIT_")]
        for process in _processes():
            for number in {getattr(resource, name) for name in names}:
                with suppress(OSError, ValueError):
                    limits[process, number] = resource.prlimit(process, number)
    return limits


def _processes() -> Iterator[int]:
    """Yield this process, its parent, and so on."""
    process = os.getpid()
    # Where one shows its limits to another, it is found here as well.
    with suppress(OSError):
        for _ in range(_LEVELS):
            yield process
            with open(f"/proc/{process}/stat", "rb") as file:
                process = int(file.read().rpartition(b")")[2].split()[1])


def have_changed(limits: Limits) -> bool:
    """Tell whether a process that still lives has other limits by now."""
    with suppress(ImportError, AttributeError):
        import resource

        for (process, number), before in limits.items():
            with suppress(OSError, ValueError):
                if resource.prlimit(process, number) != before:
                    return True
    return False


def restore(limits: Limits) -> None:
    """Set limits again, as far as the user may raise them."""
    with suppress(ImportError, AttributeError):
        import resource

        for (process, number), (soft, hard) in limits.items():
            with suppress(OSError, ValueError):
                most = resource.prlimit(process, number)[1]
                resource.prlimit(process, number, (_lower(soft, most), most))
            with suppress(OSError, ValueError):
                resource.prlimit(process, number, (soft, hard))


def _lower(one: int, other: int) -> int:
    # The number for no limit is -1.
    limited = [limit for limit in (one, other) if limit >= 0]
    return min(limited, default=-1)
