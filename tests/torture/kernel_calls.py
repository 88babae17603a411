"""`python -m tests.torture.kernel_calls KERNEL FOLDER SEED EXECUTIONS`: record the calls that runs make of a kernel
that was built elsewhere, and give it their arguments again with changes. `FOLDER/last` says which call is under way.
"""

from __future__ import annotations

import random
import signal
import sys
from contextlib import suppress
from copy import copy
from functools import partial
from mmap import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tests.kernels import kernel_of, use

if TYPE_CHECKING:
    from collections.abc import Callable

NOT_MADE = ("Tree", "Finder")
"""Classes that are passed on as they are: objects of them are given to the kernel again."""
NO_ARGUMENTS = ("Tree", "instructions", "keep_memory")
MOST = 12
"""Calls that are kept of a function, and of a method."""
SMALL = 60_000
"""Bytes of the arguments of a call that is kept, about."""
RAISED = (
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    OverflowError,
    MemoryError,
    OSError,
    RuntimeError,
    AttributeError,
)
"""What a call may raise: whatever Python, and nanobind (`std::bad_cast`), have for a wrong argument."""
NUMBERS = (0, 1, -1, 2, 7, 63, 64, 255, 256, 65_535, 2**31 - 1, -(2**31), 2**32, 2**53, 2**63 - 1, -(2**63), 2**64 - 1)
SIZES = (*NUMBERS[:10], -(2**31), 2**62, 2**63 - 1, -(2**63), 2**64 - 1)
"""Those that no room is found for, or that are small: what is asked for may be so much, and takes its time."""
FRACTIONS = (0.0, -1.0, 1.0, 0.5, float("nan"), float("inf"), 1e308, -1e-308)
CHARACTERS = (
    "\0\n\r\u2028 aA.-'\"\\<>&|#>`=*0\u0301\u00ad\u200d\u202e\ufeff\uffff\ud800\udfff\U0001f600\U0010ffff東ก\u0345ßİ"
)


class Call(NamedTuple):
    """A call: the function, or a class with what it was made with and the name of a method; and the arguments."""

    name: str
    made: tuple[Any, ...] | None
    method: str
    given: tuple[Any, ...]


class Recorder:
    """Stands in the place of the kernel, and keeps the arguments of what is called in it."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.calls: dict[tuple[str, str], list[Call]] = {}

    def keep(self, call: Call) -> None:
        """Keep the arguments of a call, as they are now, if there are not many and they are not large."""
        kept = self.calls.setdefault((call.name, call.method), [])
        if len(kept) < MOST and _size(call.given) + _size(call.made) < SMALL:
            kept.append(call._replace(given=_copied(call.given), made=_copied(call.made)))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.kernel, name)
        if name in NOT_MADE:
            return found
        if isinstance(found, type):
            return partial(_Made, self, name)
        if not callable(found):
            return found

        def called(*given: Any) -> Any:
            self.keep(Call(name, None, "", given))
            return found(*given)

        return called


class _Made:
    """Stands in the place of an object of the kernel."""

    def __init__(self, recorder: Recorder, name: str, *made: Any) -> None:
        self._of, self._name, self._made = recorder, name, made
        self._object = getattr(recorder.kernel, name)(*made)
        recorder.keep(Call(name, made, "", ()))

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._object, method)

        def called(*given: Any) -> Any:
            given = tuple(each._object if isinstance(each, _Made) else each for each in given)
            self._of.keep(Call(self._name, self._made, method, given))
            return found(*given)

        return called


def _size(value: Any) -> int:
    if isinstance(value, tuple | list):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return 8 * len(value)
    return int(getattr(value, "nbytes", 0)) or (len(value) if isinstance(value, str | bytes) else 8)


def _copied(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_copied, value))
    return value.copy() if isinstance(value, np.ndarray | list | dict) else value


def recorded(kernel: Any, folder: Path) -> list[Call]:
    """The calls that runs over pages, texts, lines and an index make, and those of what only tests ask for."""
    from tests.torture.kernel_runs import make

    recorder = Recorder(kernel)
    use(recorder)
    for call in make(folder):
        recorder.keep(call)
    use(kernel)
    told = {name for name, _ in recorder.calls}
    missing = [name for name, each in vars(kernel).items() if callable(each) and name not in {*told, *NO_ARGUMENTS}]
    assert not missing, f"no run calls {missing}: let one of tests.torture.kernel_runs do so"
    return [call for _, calls in sorted(recorder.calls.items()) for call in calls]


# ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def changed(value: Any, chance: random.Random) -> Any:
    """A value with a change in one place, mostly of the same type."""
    if chance.random() < 0.01:
        return chance.choice([None, 0, -1, "", b"", (), [], {}, np.zeros(0), np.zeros((0, 2), np.int64), object()])
    if isinstance(value, tuple | list):
        return _changed_list(value, chance)
    if isinstance(value, np.ndarray):
        return _changed_array(value, chance)
    for kind, change in _CHANGES:
        if isinstance(value, kind):
            return change(value, chance)
    return _liar(value, chance) if callable(value) else value


def _changed_list(value: Any, chance: random.Random) -> Any:
    several = list(value)
    if not several:
        return value
    at = chance.randrange(len(several))
    if chance.random() < 0.02:
        del several[at]
    elif chance.random() < 0.02:
        several.insert(at, several[chance.randrange(len(several))])
    else:
        several[at] = changed(several[at], chance)
    return tuple(several) if isinstance(value, tuple) else several


def _changed_array(value: Any, chance: random.Random) -> Any:
    own = value.copy()
    if chance.random() < 0.7 and own.size:
        flat = own.reshape(-1)
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            at = chance.randrange(len(flat))
            if own.dtype.kind in "iu":
                near = [int(flat[at]) + chance.randint(-3, 3), int(flat[chance.randrange(len(flat))])]
                flat[at] = _fit(chance.choice([*NUMBERS, len(flat), *near]), own.dtype)
            else:
                flat[at] = chance.choice(FRACTIONS[:-2])
        return flat.reshape(own.shape)
    length = chance.randrange(len(own) + 1) if own.ndim else 0
    ways: list[Callable[[], Any]] = [
        lambda: own[:length], lambda: own[length:], lambda: own[:0], lambda: np.concatenate([own, own[:length]]),
        lambda: own[::-1], lambda: own[::2], lambda: own.reshape(-1), lambda: own.reshape(-1, 1), lambda: own.T,
        lambda: own.view(f"u{own.itemsize}"), lambda: own.view(f"i{own.itemsize}"), lambda: np.zeros_like(own),
        lambda: np.sort(own, axis=0),
    ]  # fmt: skip
    return chance.choice(ways)()


def _fit(number: int, kind: Any) -> Any:
    """A number as one of a type, by its last bits."""
    width = 8 * kind.itemsize
    number &= (1 << width) - 1
    return kind.type(number - (1 << width) if kind.kind == "i" and number >> (width - 1) else number)


def _changed_text(value: str, chance: random.Random) -> str:
    low, high = sorted(chance.randrange(len(value) + 1) for _ in range(2))
    more = "".join(chance.choices(CHARACTERS, k=chance.choice([0, 1, 1, 1, 3, 9])))
    return value[:low] + more + chance.choice([value[low:], value[high:], value[low:high] * 2])


def _changed_bytes(value: bytes, chance: random.Random) -> bytes:
    low, high = sorted(chance.randrange(len(value) + 1) for _ in range(2))
    more = chance.choice(
        [chance.randbytes(chance.choice([0, 1, 1, 4])), _changed_text("", chance).encode("utf-8", "replace")]
    )
    return value[:low] + more + chance.choice([value[low:], value[high:], value[low + 1 :]])


def _changed_dict(value: dict[Any, Any], chance: random.Random) -> dict[Any, Any]:
    if not value:
        return {"": [chance.choice(SIZES)]}
    name = chance.choice([*value])
    other = _changed_text(name, chance) if isinstance(name, str) and chance.random() < 0.3 else name
    return {**value, other: changed(value[name], chance)}


def _liar(value: Callable[..., Any], chance: random.Random) -> Callable[..., Any]:
    """A callable that sometimes gives something else than it should."""
    lies = random.Random(chance.random())

    def lying(*given: Any) -> Any:
        return changed(value(*given), lies) if lies.random() < 0.3 else value(*given)

    return lying


_CHANGES: tuple[tuple[type | tuple[type, ...], Callable[[Any, random.Random], Any]], ...] = (
    (bool, lambda value, _: not value),
    (int, lambda value, chance: chance.choice([*SIZES, value + 1, value - 1, value * 2])),
    (float, lambda value, chance: chance.choice([*FRACTIONS, value * 2])),
    (str, _changed_text),
    (bytes, _changed_bytes),
    (dict, _changed_dict),
)


# ── calls ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def attempted(kernel: Any, call: Call, chance: random.Random) -> None:
    """Make a call with changes; what it raises is looked at."""
    given, made = call.given, call.made
    for _ in range(chance.choice([1, 1, 2, 4])):
        if made and (not given or chance.random() < 0.3):
            made = _changed_list(made, chance)
        else:
            given = _changed_list(given, chance)
    if call.name == "random_numbers":  # which gives as many as it is asked for
        given = tuple(each % 4_096 if isinstance(each, int) else each for each in given)
    with suppress(*RAISED):
        result = called(kernel, call._replace(given=given, made=made))
        if type(result).__name__ == "Tree":
            _walked(result, chance)


def called(kernel: Any, call: Call) -> Any:
    """Make a call as it is."""
    found = getattr(kernel, call.name)
    if call.made is not None:
        found = found(*call.made)
        if not call.method:
            return None
        found = getattr(found, call.method)
    return found(*call.given)


def _walked(tree: Any, chance: random.Random) -> None:
    """Ask a page for all that can be asked of it."""
    tree.blocks()
    tree.root()
    tree.parent(chance.choice([0, 1, 2, *NUMBERS]))
    tree.children(chance.choice([0, 1, 2, *NUMBERS]))


def main(built: str, folder: Path, seed: int, executions: int) -> None:
    """Record calls, and make them anew."""
    kernel = kernel_of(Path(built))
    use(kernel)
    calls = recorded(kernel, folder)
    names = sorted({f"{call.name}.{call.method}" for call in calls})
    print(f"{len(calls)} calls of {len(names)}: {' '.join(names)}", flush=True)
    for call in calls:
        called(kernel, call)  # one that raises as it is would reach nothing with changes either
    (folder / "last").write_bytes(b" " * 100)
    with (folder / "last").open("r+b") as handle, mmap(handle.fileno(), 100) as last:
        for number in range(executions):
            if number % 1_000 == 0:
                signal.alarm(60)  # a call that hangs is in the last thousand; its time is told by what kills it
            chance = random.Random(seed << 32 | number)
            call = calls[chance.randrange(len(calls))]
            last[:] = f"call {number} of seed {seed}: {call.name}.{call.method}".ljust(100).encode()[:100]
            attempted(kernel, copy(call), chance)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
