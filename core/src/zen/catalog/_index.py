"""Remember on disk what is installed, so that nothing is scanned or imported twice.

The index holds what each plugin answered when it was asked, and the times of the
files that this depends on. It is a cache: it may be deleted at any time, and is
rebuilt whenever it can't be read or doesn't fit. A plugin that isn't in it is asked in
a process of its own. For one that fails, or is installed for editing, more counts than
its files: what else it read, and the variables that it looked up.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from binascii import crc32
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import zen
from zen.catalog._discovery import find_claims
from zen.catalog._evidence import state_of
from zen.catalog._rows import read_answer, read_claim, row_of, row_of_claim
from zen.permissions import create_file, create_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import TypeAlias

    from zen.catalog._discovery import Claim
    from zen.catalog._plugins import Answer

    # A piece of evidence and its state.
    Stamp: TypeAlias = list[str | int]

__all__ = ["Index"]

_CORE: Final = os.path.dirname(zen.__file__)
_CORE_FILES: Final = ("builtin.py", "hookspecs.py", "plugin.py")
# Indexes of other interpreters and paths; the oldest go when a new one comes.
_KEPT: Final = 20
_IS_INDEX: Final = re.compile(r"plugins-\w+\.json").fullmatch
# The state of no evidence.
_NEVER: Final = -2


class Index:
    """Find plugins, and know their answers, at the cost of reading one file.

    Args:
        folder: Where the index is kept; made when it is needed.
        on_delay: Called when asking plugins takes longer than a second.
    """

    def __init__(
        self, folder: str, *, on_delay: Callable[[], None] | None = None
    ) -> None:
        self._folder = folder
        self._on_delay = on_delay
        self._key = _key()
        self._known: dict[Claim, tuple[list[Stamp], Answer]] = {}
        self._claims: list[Claim] = []
        self._is_stored = self._is_forgotten = False

    @property
    def path(self) -> str:
        """The file that holds the index of this interpreter and `sys.path`."""
        identity = json.dumps([sys.prefix, sys.version, _CORE, sys.path])
        name = f"plugins-{crc32(identity.encode()):08x}.json"
        return os.path.join(self._folder, name)

    def find(self) -> list[Claim]:
        """Return the plugins that there are, as `find_claims` does."""
        self._is_stored = False
        if self._is_forgotten:
            self._known, self._claims = {}, find_claims()
            return self._claims
        # What is damaged may raise anything; a cache is rebuilt.
        try:
            self._claims = self._read()
        except Exception:  # noqa: BLE001
            self._known = {}
            self._claims = find_claims()
            return self._claims
        # What repairs a distribution may leave no trace on the path.
        if any(claim.damage for claim in self._claims):
            self._claims = find_claims()
        return self._claims

    def ask_all(self, claims: Sequence[Claim]) -> list[Answer]:
        """Return what plugins offer, as they said when they were last asked."""
        known = {claim: self._answer_of(claim) for claim in claims}
        new = [claim for claim in claims if known[claim] is None]
        if new:
            self._ask(new)
        elif not self._is_stored:
            self._write()
        return [known[claim] or self._known[claim][1] for claim in claims]

    def forget(self) -> None:
        """Ask every plugin again when the next one is asked.

        What is on disk is replaced only then.
        """
        self._is_forgotten = True

    def _answer_of(self, claim: Claim) -> Answer | None:
        stamps, answer = self._known.get(claim, ([], None))
        return answer if stamps == _stamps(each for each, _ in stamps) else None

    def _ask(self, claims: Sequence[Claim]) -> None:
        # Only where plugins are new.
        from zen.catalog._apart import ask_apart
        from zen.catalog._limits import have_changed, limits_of_askers
        from zen.catalog._mark import Mark

        mark = Mark.set(self.path.removesuffix(".json"))
        limits, is_written = limits_of_askers(), True
        try:
            begin = time.time_ns()
            answers = ask_apart(claims, self._on_delay, mark=mark)
            end = time.time_ns()
            self._known |= {
                claim: (_stamps_unless_changed(evidence, begin, end), answer)
                for claim, (answer, evidence) in zip(claims, answers, strict=True)
            }
            is_written = self._write()
            self._is_forgotten = False
        finally:
            # A plugin may have lowered the limits of this process, too far to write.
            if is_written or not have_changed(limits):
                mark.remove()
            else:
                mark.close()

    def _read(self) -> list[Claim]:
        with open(self.path, encoding="utf-8") as file:
            content = json.load(file)
        if content["key"] != self._key:
            message = "the index is of another time"
            raise ValueError(message)
        claims = []
        for row, stamps, answer in content["plugins"]:
            claim = read_claim(row)
            claims.append(claim)
            if answer is not None:
                self._known[claim] = (stamps, read_answer(answer))
        self._is_stored = True
        return claims

    def _write(self) -> bool:
        """Write the index, and tell whether that worked."""
        plugins = [
            [row_of_claim(claim), *_row_of_known(self._known.get(claim))]
            for claim in self._claims
        ]
        temporary = f"{self.path}.{os.getpid()}"
        # Where it can't be written, everything works, only slower.
        with suppress(OSError):
            create_folders(self._folder)
            with suppress(FileNotFoundError):
                os.unlink(temporary)
            with os.fdopen(create_file(temporary), "w", encoding="utf-8") as file:
                json.dump({"key": self._key, "plugins": plugins}, file)
            os.replace(temporary, self.path)
            self._prune()
            return True
        return False

    def _prune(self) -> None:
        paths = [entry.path for entry in os.scandir(self._folder)]
        oldest_first = sorted(
            (path for path in paths if _IS_INDEX(os.path.basename(path))),
            key=lambda path: os.stat(path).st_mtime_ns,
        )
        for path in oldest_first[:-_KEPT]:
            os.unlink(path)


def _key() -> list[object]:
    core = (os.path.join(_CORE, name) for name in _CORE_FILES)
    return [sys.version, zen.__version__, _stamps(core), _stamps(sys.path)]


def _stamps(evidence: Iterable[object]) -> list[Stamp]:
    return [[each, state_of(each)] for each in map(str, evidence)]


def _stamps_unless_changed(
    evidence: Iterable[str], begin: int, end: int
) -> list[Stamp]:
    """Return stamps that don't fit where a file was changed in the meantime.

    Nobody knows which of its contents the plugin was made of.
    """
    return [
        [each, _NEVER if begin <= int(state) <= end else state]
        for each, state in _stamps(evidence)
    ]


def _row_of_known(known: tuple[list[Stamp], Answer] | None) -> list[object]:
    return [[], None] if known is None else [known[0], row_of(known[1])]
