"""A new batch every day, compared with all that came before.

    python examples/daily_batch.py [FOLDER]

Each day is one command: dedup clean tuesday/ -o out/tuesday --against archive.index --add
"""

import sys
from collections import Counter
from pathlib import Path

import dedup

SEEDS = Path(__file__).parent.parent / "seeds"
folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/examples/daily_batch")
folder.mkdir(parents=True, exist_ok=True)

# The index is begun with what is there already.
index = dedup.Index.build(folder / "archive.index", SEEDS / "meridian-review")
print(f"{len(index)} documents in the index")

# Afterwards each day is compared with it and with itself, and adds what stays of it.
for day, batch in (("tuesday", SEEDS / "northfield-wire"), ("wednesday", SEEDS / "harbour-gazette")):
    result = dedup.clean(batch, folder / day, against=dedup.Adding(index))
    print(f"{day}: {result.summary['documents']['out']} documents stay")
    copied = Counter()
    for went in result.removed():
        if went["reason"] == "duplicate":
            copied[went["id"], went["keeper"]["id"]] += went["end"] - went["start"]
    for (own, keeper), characters in copied.items():
        print(f"  {characters:,} characters of {own} are in {keeper}")
print(f"{len(dedup.Index(folder / 'archive.index'))} documents in the index")
