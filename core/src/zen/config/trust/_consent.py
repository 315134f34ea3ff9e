"""What of repositories may be used where we are."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from zen.catalog import find_module
from zen.config.trust._trust import Binding, Trust
from zen.errors import UntrustedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zen.config.trust._trust import Verdict
    from zen.records import FlavorRecord

__all__ = ["Consent", "check_trusted", "trust_command"]


class Consent:
    """Say what of repositories may be used, and what mustn't.

    Args:
        root: The root of the repository that we are in; None outside of any.
        origin: The root of the repository that the profile's records came with; None
            where the user made the profile.
    """

    def __init__(self, root: Path | None, origin: Path | None = None) -> None:
        self.root = root
        self._origin = origin
        self._trust = Trust()

    @property
    def distrusted(self) -> Path | None:
        """The repository that isn't trusted, and that we are in or have records of."""
        for root in (self.root, self._origin):
            if root and not self._trust.of(root).is_trusted:
                return root
        return None

    def check_records(self) -> None:
        """Raise `UntrustedError` if the profile's records are data and nothing else.

        Then nothing of them is built: no reference is resolved, and no connection
        opened.
        """
        check_trusted(self._origin, "The profile's components aren't used, since they")

    def admit(self, flavor: FlavorRecord) -> Path | None:
        """Return the root of the repository to import a custom flavor from.

        Returns:
            None where it is to be imported from where Python looks for everything.

        Raises:
            UntrustedError: It mustn't be imported.
        """
        self.check_records()
        module = flavor.source.partition(":")[0]
        found = find_module(module, sys.path)
        if flavor.provider:
            if found and self._is_of_repository(found):
                self._check_root(flavor)
            return None
        verdict = self._trust.of(self.root) if self.root else None
        if verdict and verdict.is_trusted and self._is_bound(flavor, verdict):
            return self.root
        key = _binding(flavor)
        if found and key._replace(file=found) in self._trust.elsewhere():
            return None
        raise self._refusal(flavor, verdict)

    def bind(self, flavors: Iterable[FlavorRecord]) -> None:
        """Trust the repository that we are in, and bind custom flavors to it.

        Raises:
            StoreUnavailableError: That can't be written down.
        """
        if self.root:
            self._trust.add(self.root, map(_binding, flavors))

    def bind_registered(self, flavor: FlavorRecord) -> None:
        """Bind a custom flavor to the place that it was just imported from.

        Raises:
            StoreUnavailableError: That can't be written down.
        """
        module = sys.modules.get(flavor.source.partition(":")[0])
        file = getattr(module, "__file__", None)
        if flavor.provider or not file:
            return
        place = Path(file).resolve()
        if self.root and place.is_relative_to(self.root.resolve()):
            self.bind([flavor])
        else:
            self._trust.bind_elsewhere(_binding(flavor)._replace(file=str(place)))

    def is_held(self, flavor: FlavorRecord) -> bool:
        """Tell whether the file of a custom flavor is in the repository that we are in.

        One that is from an installed distribution has no such file.
        """
        if self.root is None or flavor.provider:
            return False
        root = self.root.resolve()
        if flavor.file:
            file = (root / flavor.file).resolve()
            return file.is_relative_to(root) and file.is_file()
        module = flavor.source.partition(":")[0]
        found = find_module(module, [str(root)])
        return found is not None and Path(found).is_relative_to(root)

    def _is_bound(self, flavor: FlavorRecord, verdict: Verdict) -> bool:
        homes = self._homes(flavor)
        if self.root and self.root.resolve() in homes:
            return True
        if not self.is_held(flavor):
            return False
        # On a new host, nobody has bound it yet.
        return verdict.by == "environment" or (verdict.by == "process" and not homes)

    def _homes(self, flavor: FlavorRecord) -> list[Path]:
        """Return the repositories that a flavor is bound to, but for those gone."""
        roots = self._trust.roots().items()
        key = _binding(flavor)
        return [root for root, bound in roots if key in bound and root.is_dir()]

    def _is_of_repository(self, file: str) -> bool:
        """Tell whether a file is the repository's own, not of an environment in it."""
        root, prefix = self.root and self.root.resolve(), Path(sys.prefix).resolve()
        if root is None or not Path(file).is_relative_to(root):
            return False
        return not (prefix.is_relative_to(root) and Path(file).is_relative_to(prefix))

    def _check_root(self, flavor: FlavorRecord) -> None:
        check_trusted(self.root, f"{_title(flavor)} isn't used, since it")

    def _refusal(self, flavor: FlavorRecord, verdict: Verdict | None) -> UntrustedError:
        """Return the error for a flavor that is bound to no place that we are in."""
        title = _title(flavor)
        if flavor.origin:
            title += f", which was registered from {flavor.origin},"
        homes = " and ".join(map(str, self._homes(flavor)))
        if self.root is None or verdict is None:
            there = homes or "the repository that it was registered in"
            return UntrustedError(
                f"{title} belongs to a repository, and this folder is in none.",
                hint=f"Go to {there}, or run 'zen init' in the folder that its package"
                " is in, and register it there.",
            )
        if not verdict.is_trusted:
            return _untrusted(self.root, f"{title} isn't used, since it", verdict)
        bound = f", only from {homes}" if homes else ""
        if self.is_held(flavor):
            hint = f"If its class is here too, run '{trust_command(self.root)}'."
        else:
            there = homes or "the repository that holds it"
            hint = f"Go to {there}, or register it again from here."
        return UntrustedError(
            f"{title} may not be imported from the repository {self.root}{bound}.",
            hint=hint,
        )


def check_trusted(root: Path | None, subject: str) -> None:
    """Raise `UntrustedError` if a repository isn't trusted.

    Args:
        root: Its root; None is no repository, and needs no trust.
        subject: What came with it: the beginning of the message.
    """
    if root and not (verdict := Trust().of(root)).is_trusted:
        raise _untrusted(root, subject, verdict)


def _untrusted(root: Path, subject: str, verdict: Verdict) -> UntrustedError:
    return UntrustedError(
        f"{subject} came with the repository {root}, which isn't trusted:"
        f" {verdict.reason}.",
        hint=f"If you trust its code and its data, run '{trust_command(root)}'.",
    )


def trust_command(root: Path) -> str:
    """Return the command that trusts a repository."""
    return f"zen repo trust {quote(str(root))}"


def _binding(flavor: FlavorRecord) -> Binding:
    return Binding(flavor.type, flavor.name, flavor.source)


def _title(flavor: FlavorRecord) -> str:
    return f"Flavor '{flavor.name}' of type {flavor.type.replace('_', ' ')}"
