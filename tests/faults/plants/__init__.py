"""The planted faults, an area a file. A new file here is found by itself."""

import importlib
import pkgutil

from tests.faults.fault import Fault


def all_faults() -> tuple[Fault, ...]:
    """Returns the `FAULTS` of every module of this package, in the modules' alphabetical order."""
    names = sorted(one.name for one in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(fault for module in modules for fault in module.FAULTS)
