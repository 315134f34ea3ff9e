"""Stacks that travel: from a profile to a file, and from a file to a profile."""

from __future__ import annotations

from zen.carrying._carrier import StackCarrier
from zen.carrying._differences import Difference
from zen.carrying._environment import Shortfall, StackEnvironment
from zen.carrying._importing import ON_CONFLICT, OnConflict
from zen.carrying._installed import Need
from zen.carrying._installers import Sources
from zen.carrying._lock_file import LockedEnvironment, LockFile, Pin
from zen.carrying._needs import gaps_of, needs_of
from zen.carrying._output import check_output
from zen.carrying._plan import Plan, fields_of
from zen.carrying._stack_file import StackFile

__all__ = [
    "ON_CONFLICT",
    "Difference",
    "LockFile",
    "LockedEnvironment",
    "Need",
    "OnConflict",
    "Pin",
    "Plan",
    "Shortfall",
    "Sources",
    "StackCarrier",
    "StackEnvironment",
    "StackFile",
    "check_output",
    "fields_of",
    "gaps_of",
    "needs_of",
]
