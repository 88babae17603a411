"""A data set of Hugging Face: parts of Parquet in, parts of Parquet out, and both ways in memory.

    python examples/hugging_face.py [FOLDER]

On the command line the middle is: dedup clean data/ -o clean --shard-size 1 --keep-chrome
"""

import os
import random
import sys
from pathlib import Path

os.environ.setdefault("HF_DATASETS_OFFLINE", "1")  # nothing is loaded from afar here

import datasets
import pyarrow as pa

import dedup

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/examples/hugging_face")
(folder / "data").mkdir(parents=True, exist_ok=True)

# A data set of made-up texts with labels, a fifth of which are copies of another with a few words in front.
chance = random.Random(1)
words = "mill river ferry winter bridge market school garden letter tower engine captain doctor field".split()
texts = [" ".join(chance.choices(words, k=200)) for _ in range(800)]
texts += [f"Copied from elsewhere: {text}" for text in chance.sample(texts, 200)]
labels = datasets.ClassLabel(names=["news", "letters"])
features = datasets.Features({"text": datasets.Value("string"), "label": labels})
data = datasets.Dataset.from_dict({"text": texts, "label": [n % 2 for n in range(1000)]}, features=features)
for number in range(4):
    data.shard(4, number, contiguous=True).to_parquet(folder / "data" / f"train-{number:05}-of-00004.parquet")

# From files to files: the columns that are not text come back as they were, their types and the names of labels, too.
config = dedup.Config(keep_chrome=True, shard_size=1)
result = dedup.clean(folder / "data", folder / "clean", config=config)
parts = sorted(map(str, (folder / "clean" / "clean").glob("*.parquet")))
cache = str(folder / "cache")
loaded = datasets.load_dataset("parquet", data_files=parts, split="train", cache_dir=cache)
print(f"{len(data)} rows in, {len(loaded)} rows out; label: {loaded.features['label'].names}")

# The same in memory.
again = datasets.Dataset(pa.table(dedup.clean(data, config=dedup.Config(keep_chrome=True))))
print(f"{len(again)} rows out in memory; the first label: {again.features['label'].int2str(again[0]['label'])}")
