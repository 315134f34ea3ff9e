"""What can be wrong with how a plugin is installed, and with the index."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tests.core.faults.fault import USES, Fault, lies, works
from tests.core.faults.site import HORN, HORN_FLAVOR, SWEEP, WIND
from zen.catalog import CORE
from zen.config import PluginSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.faults.site import Site

__all__ = ["DISTRIBUTIONS", "INDEX"]

_PREFER: Final = "'plugins: {prefer: [broken]}'"
_UPGRADE: Final = f"a version of broken that works with {CORE}"
_EDITABLE: Final = json.dumps({"url": "file:///x", "dir_info": {"editable": True}})


def writes(file: str, content: str | bytes | None) -> Callable[[Site], None]:
    """Return what damages a file in which the distribution describes itself."""

    def write(site: Site) -> None:
        path = site.info() / file
        if content is None:
            path.unlink()
        else:
            path.write_bytes(
                content if isinstance(content, bytes) else content.encode()
            )

    return write


def twin(
    hooks: str = "", *, name: str = "twin", plugin: str = "", module: str = ""
) -> Callable[[Site], object]:
    """Return what installs another distribution."""
    return lambda site: site.fake_distribution(
        name, hooks, plugin=plugin, version="2.0", module=module
    )


def newer_copy(site: Site) -> None:
    """Install a newer copy in front of the one that is there."""
    site.fake_distribution("broken", HORN_FLAVOR, HORN, version="2.0")


def deny(site: Site) -> None:
    """Disable it in the configuration."""
    assert PluginSettings().path.startswith(str(site.config))
    PluginSettings().disable("broken")


def damaged(
    file: str, content: str | bytes | None, *cause: str, **others: object
) -> Fault:
    """Return a distribution that can't be read any more."""
    return Fault(
        more=writes(file, content),
        cause=("broken-1.0.dist-info can't be read", *cause),
        fix="Delete that folder",
        **others,  # type: ignore[arg-type]
    )


def with_index(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    """Return what changes the content of the index."""

    def rewrite(index: Path) -> None:
        content = json.loads(index.read_text(encoding="utf-8"))
        change(content)
        index.write_text(json.dumps(content), encoding="utf-8")

    return rewrite


def truncate(index: Path) -> None:
    index.write_bytes(index.read_bytes()[:-40])


def block(index: Path) -> None:
    """Put a file where the folder of the index should be."""
    index.unlink()
    index.parent.rmdir()
    index.parent.touch()


DISTRIBUTIONS: Final = {
    "two distributions with one plugin name": Fault(
        more=twin(plugin="broken"),
        state="ambiguous",
        cause=("broken 1.0 and twin 2.0 both",),
        fix=_PREFER,
    ),
    "two distributions with one module": Fault(
        more=twin(name="fork", module="broken.plugin"),
        culprit="fork 2.0",
        cause=("another plugin has the same module 'broken.plugin'",),
        fix="'pip uninstall fork'",
        examined="broken,fork",
        needs=(),
        lacks=(),
    ),
    "two distributions with one flavor": lies(
        "broken 1.0 and twin 2.0 both",
        more=twin(HORN_FLAVOR),
        fix=_PREFER,
        examined="broken,twin",
    ),
    "two distributions with one command": lies(
        "broken 1.0 and twin 2.0 both",
        "command 'sweep'",
        hooks=SWEEP.format(name="broken"),
        more=twin(SWEEP.format(name="twin")),
        fix=_PREFER,
        examined="broken,twin",
        needs=("sweep",),
        says=(("which command sweep", "twin"),),
    ),
    "two distributions with one component type": lies(
        "broken 1.0 and twin 2.0 both",
        "component type 'wind'",
        hooks=WIND,
        more=twin(WIND.replace("broken.parts", "twin.parts")),
        fix=_PREFER,
        examined="broken,twin",
        needs=(),
    ),
    "two distributions with one option": lies(
        "broken 1.0 and twin 2.0 both",
        "option '-wi' of 'zen stack register'",
        hooks=WIND,
        more=twin(WIND.replace("'wind', 'winds', 'broken", "'gale', 'gales', 'twin")),
        fix=_PREFER,
        examined="broken,twin",
        needs=(),
        says=(("wind list", "No winds registered"), ("gale list", "No gales")),
    ),
    "the core is too old": Fault(
        requires=("zen-core>=2",),
        state="incompatible",
        cause=("needs zen-core>=2, and this is zen-core 1.",),
        fix=_UPGRADE,
    ),
    "the core is too new": Fault(
        requires=("zen-core<1",),
        state="incompatible",
        cause=("needs zen-core<1, and this is zen-core 1.",),
        fix=_UPGRADE,
    ),
    "an older copy further down the path": works(
        hooks="1 / 0", more=newer_copy, culprit="broken 2.0"
    ),
    "it is disabled": Fault(
        more=deny,
        state="disabled",
        cause=("isabled",),
        fix="",
        is_faulty=False,
    ),
    "it is editable": works(more=writes("direct_url.json", _EDITABLE)),
    "it is editable, and raises": Fault(
        "1 / 0",
        more=writes("direct_url.json", _EDITABLE),
        cause=("ZeroDivisionError",),
    ),
    "it is editable, and ends the process": Fault(
        "import os\nos._exit(3)",
        more=writes("direct_url.json", _EDITABLE),
        cause=("exit code 3",),
    ),
    "entry_points.txt holds nonsense": damaged(
        "entry_points.txt", "[zen.plugins]\nnonsense\n"
    ),
    "entry_points.txt doesn't name a module": damaged(
        "entry_points.txt", "[zen.plugins]\nbroken =\n"
    ),
    "entry_points.txt doesn't name a plugin": damaged(
        "entry_points.txt", "[zen.plugins]\n", "doesn't name a plugin"
    ),
    "entry_points.txt is torn": damaged("entry_points.txt", "[zen.plug"),
    "entry_points.txt is torn early": works(
        more=writes("entry_points.txt", "[ze"),
        state=None,
        examined="well",
        needs=USES[1:],
        cause=("which isn't installed",),
        fix="Install broken==1.0",
    ),
    "entry_points.txt is no text": damaged(
        "entry_points.txt",
        b"[zen.plugins]\nbroken = \xff\xfe\n",
        "UnicodeDecodeError",
    ),
    "entry_points.txt names what can't be a module": Fault(
        module=".plugin", cause=("'.plugin'",)
    ),
    "entry_points.txt names an attribute": Fault(
        module="broken.plugin:plugin", cause=("'broken.plugin:plugin'",)
    ),
    "METADATA is missing": damaged("METADATA", None),
    "METADATA is empty": damaged("METADATA", ""),
    "METADATA is garbled": damaged("METADATA", b"\x00\xff\xfe\x00Name"),
    "METADATA tells no version": damaged("METADATA", "Name: broken\n"),
    "direct_url.json is garbled": works(more=writes("direct_url.json", "{")),
}
INDEX: Final = {
    "the index is empty": works(damage=lambda index: index.write_bytes(b"")),
    "the index is torn": works(damage=truncate),
    "the index is no text": works(damage=lambda index: index.write_bytes(b"\xff\x00")),
    "the index is no mapping": works(damage=lambda index: index.write_text("[1]")),
    "the index lacks a part": works(damage=with_index(lambda i: i.pop("plugins"))),
    "the index holds nonsense": works(
        damage=with_index(lambda i: i.update(plugins=[[1], 2, None]))
    ),
    "the index is of another interpreter": works(
        damage=with_index(lambda i: i["key"].__setitem__(0, "2.7"))  # type: ignore[index]
    ),
    "the index is of another core": works(
        damage=with_index(lambda i: i["key"].__setitem__(1, "0.9"))  # type: ignore[index]
    ),
    "the index can't be written": works(damage=block),
}
