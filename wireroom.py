"""Wireroom's public face: ``from wireroom import read, Item, WireEvent, Subscription``.

Names load when first used, so ``import wireroom`` is quick. Our packages have generic names, so
they are taken from beside this file, whatever folder of the same name the working directory
holds; only a foreign one already imported is an error.
"""

from __future__ import annotations

import sys
from importlib import import_module, util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemas.event import WireEvent as WireEvent
    from schemas.item import Item as Item
    from streams.client import Subscription as Subscription
    from streams.pipeline import read as read

__all__ = ["Item", "Subscription", "WireEvent", "read"]
_HOMES = {
    "Item": "schemas.item",
    "Subscription": "streams.client",
    "WireEvent": "schemas.event",
    "read": "streams.pipeline",
}

for _name in ("schemas", "streams"):
    _home = Path(__file__).resolve().with_name(_name) / "__init__.py"
    if _name not in sys.modules:
        _spec = util.spec_from_file_location(_name, _home)
        sys.modules[_name] = util.module_from_spec(_spec)  # type: ignore[arg-type]
        _spec.loader.exec_module(sys.modules[_name])  # type: ignore[union-attr]
    elif Path(sys.modules[_name].__file__ or ".").resolve() != _home:
        raise ImportError(
            f"wireroom needs its own package {_name!r}, but {sys.modules[_name]!r} was imported "
            "first: import wireroom before it, or rename that package"
        )


def __getattr__(name: str) -> Any:  # noqa: ANN401  (what a module's attribute is, only it knows)
    if name not in _HOMES:
        raise AttributeError(f"module 'wireroom' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
