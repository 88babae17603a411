"""Texts of a test set that stand in the training set, too: a score on them says nothing.

    python examples/train_test_leak.py [FOLDER]

With files: dedup clean test.jsonl -o clean --against train.jsonl --match index --keep-chrome
"""

import random
import sys
from pathlib import Path

import pyarrow as pa

import dedup

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/examples/train_test_leak")
folder.mkdir(parents=True, exist_ok=True)

# Made-up texts. Every tenth is there twice, with a few words changed; then a random split, as `train_test_split` of
# scikit-learn makes it. The split does not know of the copies.
chance = random.Random(1)
words = "mill river ferry winter bridge market school garden letter tower engine captain doctor field".split()
texts = [" ".join(chance.choices(words, k=60)) for _ in range(500)]
texts += [text.replace("mill", "factory", 1) for text in texts[::10]]
rows = [{"id": str(number), "text": text, "label": number % 2} for number, text in enumerate(texts)]
chance.shuffle(rows)
train, test = rows[:440], rows[440:]

# Both after each other, the training set first: of a match `keeper` is the earlier one.
leaks = {
    match.document - len(train)
    for match in dedup.near_duplicates([*train, *test], unit="document", threshold=0.7)
    if match.keeper < len(train) <= match.document
}
print(f"{len(leaks)} of {len(test)} test texts stand in the training set")

# Any other column stays beside its text: frames of pandas, Polars and Hugging Face are taken as this table of Arrow is.
kept = pa.Table.from_pylist([row for number, row in enumerate(test) if number not in leaks])
again = dedup.near_duplicates(pa.chunked_array([[row["text"] for row in train], kept["text"].to_pylist()]),
                              unit="document", threshold=0.7)  # fmt: skip
left = [match for match in again if match.keeper < len(train) <= match.document]
print(f"{kept.num_rows} test texts stay, {len(left)} of them stand in the training set")
