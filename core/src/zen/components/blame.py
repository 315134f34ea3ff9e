"""Say which component failed where a flavor's own code did."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from zen.catalog import on_one_line
from zen.errors import StackValidationError, ZenError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zen.components.base import StackComponent

__all__ = ["blaming", "title_of"]


def title_of(component: StackComponent) -> str:
    """Return what messages call a component, such as `artifact store 'bucket'`."""
    return f"{component.TYPE.replace('_', ' ')} '{component.name}'"


@contextmanager
def blaming(
    component: StackComponent,
    problem: str,
    error_type: type[ZenError] = StackValidationError,
    *,
    origin: str = "",
) -> Iterator[None]:
    """Raise whatever a component raises in the block as an error that names it.

    A flavor that ends the process, as by `SystemExit`, must not pass for a success.

    Args:
        component: The component whose code runs.
        problem: What it fails to do, after its name, such as "can't tell its state".
        error_type: What is raised.
        origin: Where the flavor comes from, such as its plugin; its class if "".
    """
    try:
        yield
    except (ZenError, KeyboardInterrupt):
        raise
    # A flavor's own code, which may raise anything.
    except BaseException as error:
        title = title_of(component)
        raise error_type(
            f"{title[:1].upper()}{title[1:]} {problem}: {on_one_line(error)}",
            hint=f"Its flavor '{component.FLAVOR}'"
            f" {f'comes from {origin}' if origin else f'is {_class_of(component)}'}.",
        ) from error


def _class_of(component: StackComponent) -> str:
    return f"{type(component).__qualname__} in {type(component).__module__}"
