"""What a run that stopped has left in its work folder, as another goes on from it and comes to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dedup.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def resumed(folder: Path, stamp: str) -> Store:
    """The store of a run, as `Store.open` has it, without columns that no stage sealed, or that are not what it sealed:
    a stage that asked for them before they are made anew would be given what lies there."""
    store = Store.open(folder, stamp)
    sealed: set[Path] = set()
    for path in sorted(store.folder.glob("*/*.sealed")):
        if found := store.intact(path.parent.name, path.stem):
            sealed.update(store.folder / name for name in found.files)
        else:
            path.unlink()
    for path in store.folder.glob("*/*.columns"):
        if path not in sealed:
            path.unlink()
    return store


def ended(store: Store) -> None:
    """Say what was not done again, and remove the work folder: the run is complete."""
    if taken := store.taken():
        import logging  # takes .006 s

        said = ", ".join(f"{count} {stage}" for stage, count in taken.items())
        logging.getLogger("dedup").info("taken from the work folder, not done again: %s", said)
    store.remove()
