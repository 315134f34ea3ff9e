"""Plugins that do what no plugin should: each harms itself at most."""

from __future__ import annotations

import json
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from zen.catalog import Catalog, Index, PluginPolicy, _apart
from zen.testing._processes import run_python

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.conftest import FakeDistribution

HORN: Final = """
@hookimpl
def zen_flavors():
    return [FlavorSpec("alerter", "{name}", "{package}.parts:Horn")]
"""
FLAVORS: Final = "@hookimpl\ndef zen_flavors():\n    return [{specs}]\n"
SPEC: Final = "FlavorSpec('alerter', f'a{{n}}', 'a:b', {summary})"
# It may notice the limit, or die of it first; the plugin is named either way.
ASKER: Final = "the process that asks it"
LIMITS_ITS_PARENT: Final = (
    "import os, resource\nresource.prlimit(os.getppid(), resource.{}, {})"
)

CLIMB: Final = """\
import os
def above(levels):
    if levels == 1:
        return os.getppid()
    with open(f"/proc/{above(levels - 1)}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])
"""

# What a light module does when it is imported, before it offers a flavor; and the
# error that the plugin has for it, or "" where its flavor is listed.
AT_IMPORT: Final = {
    "empties-the-path": ("import sys\nsys.path.clear()", "it empties sys.path"),
    "replaces-the-path": (
        "import sys\nsys.path = ['/nowhere']",
        "it empties sys.path",
    ),
    "empties-the-modules": (
        "import sys\nsys.modules.clear()",
        "it removes modules of Zen from sys.modules",
    ),
    "replaces-the-modules": (
        "import sys\nsys.modules = {}",
        "it removes modules of Zen from sys.modules",
    ),
    "empties-the-finders": (
        "import sys\nsys.meta_path = None\nsys.path_hooks.clear()",
        "it empties sys.meta_path and empties sys.path_hooks",
    ),
    "finds-every-module": (
        (
            "import sys\nclass Finder:\n    def find_spec(self, name, *more):\n"
            "        raise ValueError(name)\nsys.meta_path.insert(0, Finder())"
        ),
        "",
    ),
    "lowers-a-limit": (
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))",
        "",
    ),
    "forks": ("import os\nos.fork()", ""),
    "runs-on-as-a-daemon": ("import os\nif os.fork():\n    os._exit(0)", "exit code 0"),
    "runs-another-program": (
        "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'exit(7)'])",
        "exit code 7",
    ),
    "starts-a-process": (
        (
            "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c',"
            " 'import time; time.sleep(60)'], close_fds=False)"
        ),
        "",
    ),
    "takes-all-memory": (
        "held = []\nwhile True:\n    held.append(bytes(1 << 28))",
        "MemoryError",
    ),
    "closes-descriptors": (
        "import os\nos.closerange(0, 256)",
        "it closes a descriptor that isn't its own",
    ),
    "takes-a-descriptor": (
        (
            "import os, tempfile\nos.closerange(0, 256)\n"
            "held = [tempfile.TemporaryFile() for _ in range(40)]"
        ),
        "it closes a descriptor that isn't its own",
    ),
    "writes-to-the-descriptors-of-its-parent": (
        (
            "import os\nplace = f'/proc/{os.getppid()}/fd'\n"
            "for name in os.listdir(place):\n"
            "    try:\n"
            "        if os.readlink(f'{place}/{name}').startswith('pipe:'):\n"
            "            flags = os.O_WRONLY | os.O_NONBLOCK\n"
            "            pipe = os.open(f'{place}/{name}', flags)\n"
            "            os.write(pipe, b'{\"a\": 1}\\n[1, 2]\\n\\x00' * 10)\n"
            "    except OSError:\n"
            "        pass"
        ),
        "it writes to a descriptor that isn't its own",
    ),
    "writes-to-descriptors": (
        (
            "import os\nfrom contextlib import suppress\nfor each in range(256):\n"
            "    with suppress(OSError):\n        os.write(each, b'[1, 2]] noise\\n')"
        ),
        "it writes to a descriptor that isn't its own",
    ),
    "prints-megabytes": (
        "import os\nprint('x' * 10**7)\nos.write(2, b'x' * 10**7)",
        "",
    ),
    "leaves-a-thread": (
        (
            "import threading, time\n"
            "threading.Thread(target=time.sleep, args=[60]).start()"
        ),
        "",
    ),
    "kills-its-group": ("import os\nos.killpg(0, 9)", "signal 9"),
    "kills-its-parent": (
        "import os\nos.kill(os.getppid(), 9)",
        "it ends the process that asks it, with signal 9",
    ),
    "stops-its-parent": (
        "import os\nos.kill(os.getppid(), 19)",
        "it ends the process that asks it, with a signal that stops it",
    ),
    "stops-the-group-of-its-parent": (
        "import os\nos.killpg(os.getpgid(os.getppid()), 19)",
        "it ends the process that asks it, with a signal that stops it",
    ),
    "kills-the-group-of-its-parent": (
        "import os\nos.killpg(os.getpgid(os.getppid()), 9)",
        "it ends the process that asks it, with signal 9",
    ),
    "kills-its-grandparent": (
        f"{CLIMB}os.kill(above(2), 9)",
        "it ends the process that asks it, with signal 9",
    ),
    "asks-its-grandparent-to-end": (f"{CLIMB}os.kill(above(2), 15)", ""),
    "limits-its-parent": (
        LIMITS_ITS_PARENT.format("RLIMIT_NOFILE", "(3, 3)"),
        ASKER,
    ),
    "limits-the-memory-of-its-parent": (
        LIMITS_ITS_PARENT.format("RLIMIT_AS", "(9, 9)"),
        ASKER,
    ),
    "limits-the-time-of-its-parent": (
        LIMITS_ITS_PARENT.format("RLIMIT_CPU", "(1, 1)"),
        ASKER,
    ),
    "interrupts": ("raise KeyboardInterrupt", "signal 2"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "signal 11"),
    "hangs-at-exit": ("import atexit, time\natexit.register(time.sleep, 60)", ""),
    "ignores-signals": (
        (
            "import signal, time\nfor each in (signal.SIGTERM, signal.SIGHUP):\n"
            "    signal.signal(each, signal.SIG_IGN)\ntime.sleep(60)"
        ),
        "it hangs",
    ),
    "stops": ("import os\nos.kill(os.getpid(), 19)", "it hangs"),
    "moves": (
        "import os\nos.chdir('/')\nos.umask(0o777)\nos.environ.clear()",
        "",
    ),
    "replaces-how-to-end": (
        "import os, sys\nos._exit = sys.exit = os.getpid = os.setsid = print",
        "",
    ),
    "replaces-pluggy": (
        "import pluggy\npluggy.PluginManager.register = None",
        "TypeError: 'NoneType' object is not callable",
    ),
    "deletes-the-modules": (
        "import sys\ndel sys.modules, sys.path",
        "it removes modules of Zen from sys.modules and empties sys.path",
    ),
    "replaces-how-to-import": (
        "import builtins\nbuiltins.__import__ = builtins.print = None",
        "",
    ),
    "empties-the-builtins": (
        "import builtins\nvars(builtins).clear()",
        "exit code 1",
    ),
    "traces": (
        "import sys\nsys.setprofile(lambda *_: None)\nsys.settrace(lambda *_: 1 / 0)",
        "ZeroDivisionError",
    ),
    "limits-the-recursion": ("import sys\nsys.setrecursionlimit(60)", ""),
    "rings": ("import signal\nsignal.setitimer(signal.ITIMER_REAL, 1e-4)", "signal 14"),
    "blocks-signals": (
        (
            "import signal\n"
            "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())"
        ),
        "",
    ),
    "warns": ("import warnings\nwarnings.simplefilter('error')", ""),
    "leaves-a-daemon": (
        (
            "import os, time\nif not os.fork():\n    os.setsid()\n"
            "    if not os.fork():\n        time.sleep(20)\n    os._exit(0)"
        ),
        "",
    ),
    "changes-a-class": ("FlavorSpec.__eq__ = FlavorSpec.__hash__ = None", ""),
    "changes-the-fields": ("FlavorSpec.__dataclass_fields__ = {}", "TypeError"),
    "changes-the-checks": (
        (
            "FlavorSpec.__post_init__ = lambda self: None\n"
            "@hookimpl\ndef zen_store_drivers():\n"
            "    return [FlavorSpec('alerter', 'a b', '::')]"
        ),
        "which isn't a StoreDriverSpec",
    ),
    "replaces-json": ("import json\njson.dumps = None", "exit code 1"),
    "replaces-open": ("import builtins\nbuiltins.open = None", ""),
    "forbids-all": (
        (
            "import sys\ndef forbid(event, arguments):\n    raise RuntimeError(event)\n"
            "sys.addaudithook(forbid)"
        ),
        "exit code 1",
    ),
    "replaces-itself": (
        "import sys, types\nsys.modules[__name__] = types.SimpleNamespace()",
        "",
    ),
}
# What its hooks return.
SPECS: Final = {
    "says-too-much": (
        FLAVORS.format(specs=SPEC.format(summary="'x' * 2_000_000") + " for n in [1]"),
        "is not a valid line of at most 200 characters",
    ),
    "changes-colours": (
        FLAVORS.format(specs=SPEC.format(summary=r"'\x1b[31m'") + " for n in [1]"),
        "is not a valid line of at most 200 characters",
    ),
    "offers-too-much": (
        FLAVORS.format(specs=SPEC.format(summary="''") + " for n in range(1001)"),
        "'zen_flavors' gave more than 1000 specs",
    ),
    "changes-a-spec": (
        "spec = FlavorSpec('alerter', 'a', 'a:b')\n"
        "object.__setattr__(spec, 'summary', 'x' * 2_000_000)\n"
        + FLAVORS.format(specs="spec"),
        "is not a valid line of at most 200 characters",
    ),
    "offers-what-compares-as-it-likes": (
        "class Text(str):\n    def __eq__(self, *other):\n        raise OSError\n"
        "    __hash__ = __str__ = __repr__ = __reduce__ = __eq__\n"
        + FLAVORS.format(specs="FlavorSpec(Text('alerter'), Text('a'), Text('a:b'))"),
        "OSError",
    ),
    "offers-a-class-that-raises": (
        "class Meta(type):\n    def __eq__(self, other):\n        raise OSError\n"
        "    __hash__ = __repr__ = __eq__\nclass Odd(metaclass=Meta):\n    pass\n"
        + FLAVORS.format(specs="Odd()"),
        "which isn't a FlavorSpec",
    ),
    "forks-in-a-hook": (
        (
            "@hookimpl\ndef zen_flavors():\n    import os\n    os.fork()\n"
            "    return [FlavorSpec('alerter', 'forks-in-a-hook', 'a:b')]"
        ),
        "",
    ),
}
HOSTILE: Final = {**AT_IMPORT, **SPECS}
HEALTHY: Final = ("able", "guest", "mild", "pure", "sane", "well", "zest")


@pytest.fixture
def index(
    fake_distribution: FakeDistribution,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Index:
    """The index of a place with every hostile plugin, and healthy ones in between."""
    patient = partial(_apart.ask_apart, timeout=5)
    monkeypatch.setattr("zen.catalog._apart.ask_apart", patient)
    for name in HEALTHY:
        fake_distribution(name, HORN.format(name=name, package=name))
    for name, (body, _) in HOSTILE.items():
        package = name.replace("-", "_")
        offer = HORN.format(name=name, package=package) if name in AT_IMPORT else ""
        fake_distribution(name, f"{body}\n{offer}")
    return Index(str(tmp_path / "cache"))


def offered(index: Index, *disabled: str) -> dict[str, str]:
    """Return the owner of each alerter that is ours."""
    policy = PluginPolicy(deny=disabled)
    catalog = Catalog(index.find, index.ask_all, policy=lambda: policy)
    ours = {*HEALTHY, *HOSTILE}
    return {
        offer.spec.name: offer.owner.distribution
        for offer in catalog.flavors("alerter")
        if offer.owner.distribution in ours
    }


def test_a_hostile_plugin_harms_itself_at_most(index: Index) -> None:
    expected = {name: name for name in HEALTHY}
    expected |= {name: name for name, (_, error) in HOSTILE.items() if not error}
    # Its hooks are gone with the module that it replaces.
    del expected["replaces-itself"]
    assert offered(index) == expected
    catalog = Catalog(index.find, index.ask_all)
    errors = {p.owner.distribution: str(p.error or "") for p in catalog.plugins}
    wrong = {
        name: errors[name]
        for name, (_, error) in HOSTILE.items()
        if error not in errors[name] or bool(error) != bool(errors[name])
    }
    assert wrong == {}
    assert [errors[name] for name in HEALTHY] == [""] * len(HEALTHY)
    for name in HOSTILE:
        others = {key: value for key, value in expected.items() if key != name}
        assert offered(index, name) == others
    assert not [name for name in sys.modules if name.split(".")[0] in expected]


# Zen is above the process that waits for the one that asks.
ABOVE: Final = f"{CLIMB}import resource, signal\nzen = above(3)\n"
LIST: Final = """\
import json, resource, sys
from zen.catalog import Catalog, Index
index = Index(sys.argv[1])
plugins = Catalog(index.find, index.ask_all).plugins
print(json.dumps({p.owner.plugin: str(p.error or "") for p in plugins}))
"""


@pytest.mark.parametrize(
    "body",
    [
        "os.kill(zen, 9)",
        "resource.prlimit(zen, resource.RLIMIT_NOFILE, (3, 3))",
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="climbs up /proc")
def test_the_second_call_names_a_plugin_that_harms_zen_itself(
    fake_distribution: FakeDistribution, tmp_path: Path, body: str
) -> None:
    fake_distribution("harmful", ABOVE + body)
    for name in ("able", "well"):
        fake_distribution(name, HORN.format(name=name, package=name))
    run_python("-c", LIST, str(tmp_path / "cache"), folder=tmp_path)
    done = run_python("-c", LIST, str(tmp_path / "cache"), folder=tmp_path)
    assert done.returncode == 0, done
    errors = json.loads(done.stdout)
    assert "the process" in errors.pop("harmful")
    assert not [name for name in ("able", "well") if errors[name]]


@pytest.mark.skipif(sys.platform != "linux", reason="climbs up /proc")
def test_a_plugin_is_not_blamed_for_a_zen_that_somebody_else_has_ended(
    fake_distribution: FakeDistribution, tmp_path: Path
) -> None:
    once = tmp_path / "once"
    fake_distribution(
        "well",
        f"{ABOVE}if not os.path.exists({str(once)!r}):\n"
        f"    open({str(once)!r}, 'w').close()\n    os.kill(zen, signal.SIGTERM)\n"
        + HORN.format(name="well", package="well"),
    )
    first = run_python("-c", LIST, str(tmp_path / "cache"), folder=tmp_path)
    assert first.returncode == -signal.SIGTERM
    done = run_python("-c", LIST, str(tmp_path / "cache"), folder=tmp_path)
    assert json.loads(done.stdout)["well"] == ""
    assert not [*(tmp_path / "cache").glob("*.asking")]
