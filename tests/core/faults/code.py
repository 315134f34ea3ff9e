"""What can be wrong with a plugin's code."""

from __future__ import annotations

from typing import Final

from tests.core.faults.fault import BRING_UP, STACK_UP, Fault, lies, works
from tests.core.faults.site import GUST, HORN, HORN_FLAVOR, OFFER, SWEEP, WIND

__all__ = ["HOOKS", "LIES", "MODULES", "MOMENTS"]

_PANIC: Final = "class Panic(BaseException): pass\nraise Panic('at the disco')"
# A light module that can't be imported: nothing of the plugin can be used.
MODULES: Final = {
    "its module is missing": Fault(
        module="broken.gone", cause=("No module named 'broken.gone'",)
    ),
    "a dependency is missing": Fault(
        "import not_there_at_all",
        cause=("No module named 'not_there_at_all'",),
        fix="what broken requires",
    ),
    "a syntax error": Fault("def :", cause=("SyntaxError",)),
    "it raises": Fault("1 / 0", cause=("ZeroDivisionError: division by zero",)),
    "it raises what is no Exception": Fault(_PANIC, cause=("Panic: at the disco",)),
    "it raises GeneratorExit": Fault("raise GeneratorExit", cause=("GeneratorExit",)),
    "it raises KeyboardInterrupt": Fault(
        "raise KeyboardInterrupt", cause=("signal 2",)
    ),
    "it raises many lines": Fault(
        "raise ValueError('first\\n' + 'x\\n' * 500)", cause=("ValueError: first x",)
    ),
    "it raises what can't be shown": Fault(
        "class Odd(Exception):\n    __str__ = None\nraise Odd",
        cause=("can't be loaded: Odd",),
    ),
    "it isn't a module": Fault(
        "import sys\nsys.modules[__name__] = 3", cause=("TypeError",)
    ),
    "sys.exit": Fault("import sys\nsys.exit(3)", cause=("SystemExit: 3",)),
    "os._exit": Fault("import os\nos._exit(3)", cause=("exit code 3",)),
    "os._exit(0)": Fault("import os\nos._exit(0)", cause=("exit code 0",)),
    "a segmentation fault": Fault(
        "import ctypes\nctypes.string_at(0)", cause=("signal 11",)
    ),
    "it kills itself": Fault("import os\nos.kill(os.getpid(), 9)", cause=("signal 9",)),
    "it hangs": Fault(
        "import time\ntime.sleep(60)", cause=("hangs", "no end after"), hangs=True
    ),
}
HOOKS: Final = {
    "an unknown hook": Fault(
        "@hookimpl\ndef zen_flavours():\n    return []",
        cause=("there is no hook 'zen_flavours'. Did you mean 'zen_flavors'?",),
    ),
    "a hook that raises": Fault(
        "@hookimpl\ndef zen_flavors():\n    raise OSError('no disk')",
        cause=("'zen_flavors'", "OSError: no disk"),
    ),
    "a hook that raises what is no Exception": Fault(
        "@hookimpl\ndef zen_flavors():\n    raise GeneratorExit('early')",
        cause=("'zen_flavors'", "GeneratorExit: early"),
    ),
    "a hook that ends the process": Fault(
        "import os\n@hookimpl\ndef zen_flavors():\n    os._exit(3)",
        cause=("exit code 3",),
    ),
    "a hook that never ends": Fault(
        "@hookimpl\ndef zen_flavors():\n    while True:\n        pass",
        cause=("hangs", "no end after"),
        hangs=True,
    ),
    "a hook that returns nonsense": Fault(
        "@hookimpl\ndef zen_flavors():\n    return ['s3']",
        cause=("'zen_flavors' gave 's3', which isn't a FlavorSpec",),
    ),
    "a hook that returns what can't be shown": Fault(
        "class Odd:\n    def __repr__(self):\n        raise OSError\n"
        "@hookimpl\ndef zen_flavors():\n    return [Odd()]",
        cause=("which isn't a FlavorSpec",),
    ),
    "a hook that returns no end of specs": Fault(
        f"from itertools import repeat\n{HORN_FLAVOR.replace('[', 'repeat(')}".replace(
            ")]", "))"
        ),
        cause=("'zen_flavors' gave more than 1000 specs",),
    ),
    "a spec with an invalid field": Fault(
        OFFER.format(hook="zen_flavors", spec="FlavorSpec('a b', 'c', 'd:e')"),
        cause=("FlavorSpec: type='a b' is not a valid type",),
    ),
    "a command of the core": Fault(
        OFFER.format(hook="zen_commands", spec="CommandSpec('stack', 'a:b')"),
        cause=("it offers 'zen stack', which is the core's",),
    ),
}
# What is offered can't be delivered: it is listed, and fails when it is used.
LIES: Final = {
    "an import string that leads nowhere": lies(
        "No module named 'broken.gone'", hooks=HORN_FLAVOR.replace(".parts", ".gone")
    ),
    "a class that is missing": lies(
        "has no attribute 'Horn'", parts="class Whistle: pass"
    ),
    "a module that raises on use": lies("ZeroDivisionError", parts="1 / 0"),
    "a module that exits on use": lies("SystemExit: 3", parts="raise SystemExit(3)"),
    "a module that panics on use": lies("Panic: at the disco", parts=_PANIC),
    "a class of the wrong base": lies(
        "is not a subclass of BaseAlerter", parts="class Horn: pass"
    ),
    "a class of another name": lies(
        "has the TYPE and FLAVOR ('alerter', 'tuba')",
        parts=HORN.replace('"horn"', '"tuba"'),
    ),
    "a class that is abstract": lies(
        "lacks what every BaseAlerter must have: beg",
        parts=f"import abc\n{HORN}\n    @abc.abstractmethod\n    def beg(self): ...\n",
    ),
    "a class that can't be made": lies(
        "failed to make alerter",
        "SystemExit: 3",
        parts=f"{HORN}\n    def model_post_init(self, context):\n        exit(3)\n",
        is_faulty=False,
    ),
    "a flavor of an unknown type": lies(
        "builds on component type 'gadget', which no plugin offers",
        hooks=HORN_FLAVOR.replace("'alerter'", "'gadget'"),
        needs=(),
    ),
    "a default component that can't be made": lies(
        "ZeroDivisionError",
        hooks=HORN_FLAVOR
        + OFFER.format(
            hook="zen_default_components",
            spec="DefaultComponentSpec('alerter', 'horn')",
        ),
        parts="1 / 0",
        says=(("profile create spare", "ZeroDivisionError"),),
    ),
    "a default component of no flavor": works(
        hooks=OFFER.format(
            hook="zen_default_components",
            spec="DefaultComponentSpec('alerter', 'oboe')",
        ),
        cause=("builds on flavor 'oboe' of type alerter, which no plugin offers",),
        is_faulty=True,
    ),
    "a store driver that is none": lies(
        "is not a subclass of StoreDriver",
        hooks=GUST,
        parts="class Gust: pass",
        needs=("profile create windy --store-type gust",),
    ),
    "a store driver that is abstract": lies(
        "lacks what every StoreDriver must have",
        "commit",
        hooks=GUST,
        parts="from zen.stores import StoreDriver\nclass Gust(StoreDriver): pass",
        needs=("profile create windy --store-type gust",),
    ),
    "a component type without a base": lies(
        "No module named 'broken.gone'",
        hooks=WIND.replace(".parts", ".gone"),
        needs=(),
        says=(("wind list", "No winds registered."),),
    ),
    "a component type whose base is none": lies(
        "is not a subclass of StackComponent",
        hooks=WIND,
        parts="class Wind: pass",
        needs=(),
    ),
    "a component type whose TYPE differs": lies(
        "has the TYPE 'storm', and is offered as 'wind'",
        hooks=WIND,
        parts="from zen import StackComponent\n"
        "class Wind(StackComponent): TYPE = 'storm'",
        needs=(),
    ),
    "a command that fails to import": lies(
        "No module named 'not_there_at_all'",
        hooks=SWEEP.format(name="broken"),
        parts="import not_there_at_all",
        fix="what broken requires",
        needs=("sweep", "sweep --help"),
        says=(
            ("--help", "Sweep. Can't be loaded; see 'zen sweep'."),
            ("which command sweep", "broken"),
        ),
    ),
    "a command that ends the process": lies(
        "exit code 3",
        hooks=SWEEP.format(name="broken") + HORN_FLAVOR,
        parts="import os\nos._exit(3)",
        needs=("sweep", "alerter register other --flavor horn", BRING_UP, STACK_UP),
        says=(("--help", "Sweep. Can't be loaded; see 'zen sweep'."),),
    ),
    "a store driver that ends the process": lies(
        "'broken.parts:Gust' of broken 1.0 can't be loaded: it ends the whole process",
        hooks=GUST,
        parts="import os\nos._exit(3)",
        needs=(),
    ),
    "a command that is none": lies(
        "'broken.parts:sweep' of broken 1.0 is not a click command",
        hooks=SWEEP.format(name="broken"),
        parts="sweep = 'broom'",
        needs=("sweep",),
    ),
}
# What is wrong shows only at some moments, or to the doctor.
MOMENTS: Final = {
    "nothing": works(),
    "it is slow": works(
        hooks=f"import time\ntime.sleep(0.6)\n{HORN_FLAVOR}",
        cause=("seconds to import",),
        fix="zen.plugin",
        is_faulty=True,
    ),
    "it prints": works(
        hooks="import os\nprint('noise')\nos.write(1, b'noise')\n"
        f"os.write(2, b'noise')\n{HORN_FLAVOR}",
        parts=f"print('noise')\n{HORN}",
    ),
    "observers that raise": works(
        hooks="@hookimpl\ndef zen_before_lifecycle(event):\n    1 / 0\n"
        "@hookimpl\ndef zen_after_lifecycle(event):\n    raise SystemExit(3)",
        says=(
            ("alerter up ring", "'broken' failed in zen_before_lifecycle: ZeroDiv"),
            ("alerter down ring", "'broken' failed in zen_after_lifecycle: SystemExit"),
        ),
    ),
    "a lifecycle hook that raises": works(
        hooks=f"{HORN_FLAVOR}@hookimpl\ndef zen_provision(component, context):\n"
        "    raise SystemExit('no wind')",
        parts=f"{HORN}\n    @property\n    def is_provisioned(self):\n"
        "        return False\n    is_running = is_provisioned\n",
        cause=("SystemExit: no wind",),
        fix="comes from broken 1.0",
        needs=(BRING_UP, STACK_UP),
    ),
}
