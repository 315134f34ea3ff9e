"""Wait for what may never come."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["wait_at_most"]

ResultT = TypeVar("ResultT")


def wait_at_most(seconds: float, work: Callable[[], ResultT]) -> ResultT:
    """Return what some work returns, or raise what it raises.

    Args:
        seconds: How long to wait. Work that takes longer goes on beside this thread,
            and ends with the process at the latest.
        work: What to do.

    Raises:
        TimeoutError: It takes longer.
    """
    results: list[ResultT] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised in the other thread
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        message = f"no answer within {seconds:g} s"
        raise TimeoutError(message)
    return results[0]
