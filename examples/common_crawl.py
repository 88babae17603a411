"""A web archive, as Common Crawl has them, to Parquet.

    python examples/common_crawl.py [FOLDER]

On the command line the second half is: dedup clean crawl.warc.gz -o clean --format parquet
"""

import sys
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import dedup

SEEDS = Path(__file__).parent.parent / "seeds" / "harbour-gazette"
folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/examples/common_crawl")
folder.mkdir(parents=True, exist_ok=True)

# An archive of our own pages. What crawlers write looks like it: a response for every page, each a member of gzip.
with (folder / "crawl.warc.gz").open("wb") as stream:
    writer = WARCWriter(stream, gzip=True)
    for page in sorted(SEEDS.glob("*.html")):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        url = f"https://harbour-gazette.example/{page.stem}"
        body = BytesIO(page.read_bytes())
        writer.write_record(writer.create_warc_record(url, "response", payload=body, http_headers=headers))

config = dedup.Config(format="parquet")
result = dedup.clean(folder / "crawl.warc.gz", folder / "clean", config=config)

counts = result.summary
print(f"{counts['documents']['in']} pages in, {counts['documents']['out']} articles out")
print(f"{counts['characters']['in']:,} characters in, {counts['characters']['out']:,} out")

table = pq.read_table(folder / "clean" / "clean.parquet")
print("columns:", ", ".join(table.column_names))
for row in table.select(["url", "title"]).slice(0, 3).to_pylist():
    print(f"  {row['url']}: {row['title']}")
