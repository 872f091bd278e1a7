"""A deliberately broken sign-up for `bench/faults.py --broken`: it counts first, without a lock, and inserts later."""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from types import ModuleType
from typing import Any

_TARGET = "openday.services.registrations"


def _break(module: Any) -> None:
    party_steps: Any = sys.modules["openday.services.party_steps"]
    table = party_steps._quotas
    party_steps._TAKE = (
        table.update()
        .where(table.c.id == party_steps.bindparam("quota"))
        .values(taken=table.c.taken + party_steps.bindparam("people"))
    )
    module._OPEN_SHEET = module.SHEET
    decide = module._confirmed_or_waiting

    def slowly(*facts: object) -> object:
        decided = decide(*facts)
        time.sleep(0.01)
        return decided

    module._confirmed_or_waiting = slowly


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != _TARGET:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_and_break(module: ModuleType) -> None:
            load(module)
            _break(module)

        spec.loader.exec_module = load_and_break  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, _Finder())
