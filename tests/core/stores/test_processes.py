"""A process reads a store while another one writes to it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from zen.records import ComponentRecord, StackRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

if TYPE_CHECKING:
    from pathlib import Path

TYPES = ("orchestrator", "artifact_store", "metadata_store")
# Saves components that are no short ones, and says what was acknowledged.
SAVE_MANY = """\
import sys
from zen.records import ComponentRecord
from zen.stores import Store
from zen.stores.local import LocalStoreDriver

store = Store(LocalStoreDriver(sys.argv[1]))
for number in range(30):
    name = f"w-{number}"
    store.save(components=[ComponentRecord("alerter", name, "x" * 2000)])
    print(name, flush=True)
"""


def test_a_process_that_reads_sees_what_is_whole_only(tmp_path: Path) -> None:
    store = Store(LocalStoreDriver(str(tmp_path / "store")))
    store.save(components=[ComponentRecord(kind, "x", "x") for kind in TYPES])
    store.save(stacks=[StackRecord("s", dict.fromkeys(TYPES, "x"))])
    command = [sys.executable, "-c", SAVE_MANY, str(tmp_path / "store")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        while writer.poll() is None:
            components, damaged = store.components()
            assert damaged == []
            assert all(c.flavor in {"x", "x" * 2000} for c in components)
        assert writer.stdout
        acknowledged = writer.stdout.read().split()
    assert len(acknowledged) == 30
    found = {component.name for component in store.components("alerter")[0]}
    assert found == set(acknowledged)
