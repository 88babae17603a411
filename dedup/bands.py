"""The bands of a signature, by the recall that they are wanted for. Loads nothing: settings are checked by it."""

from __future__ import annotations

from functools import lru_cache
from math import floor
from typing import NamedTuple

from dedup.errors import SettingError


class Shape(NamedTuple):
    """How passages are sketched: over shingles of so many words, in `bands` of `rows` slots each of the `num_perm` of a
    signature."""

    shingle: int
    bands: int
    rows: int
    num_perm: int


def candidate_probability(similarity: float, bands: int, rows: int) -> float:
    """P(candidate | similarity) of a band shape (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4).

    >>> round(candidate_probability(0.8, 20, 6), 4)
    0.9977
    """
    return float(1.0 - (1.0 - similarity**rows) ** bands)


@lru_cache(maxsize=64)
def band_shape(similarity: float, recall: float, num_perm: int) -> tuple[int, int]:
    """The bands and rows by which a pair of this Jaccard similarity is a candidate with the probability `recall`.

    The most rows for which any number of bands of the `num_perm` slots reaches the recall, since the more rows, the
    fewer pairs of lower similarity are candidates; of them the fewest bands, since each costs a key by passage (the
    trade between both: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4). datasketch's `MinHashLSH` takes
    any of these shapes but one of a single band, which only a similarity near 1 or a low recall leads to.

    >>> band_shape(0.8, 0.997, 128), band_shape(0.5, 0.997, 128)
    ((20, 6), (21, 2))

    Raises:
        SettingError: so many slots reach the recall in no shape; the text names the most that they reach.
    """
    for rows in range(num_perm, 0, -1):
        most = num_perm // rows
        if candidate_probability(similarity, most, rows) >= recall:
            enough = (n for n in range(1, most) if candidate_probability(similarity, n, rows) >= recall)
            return next(enough, most), rows
    best = floor(candidate_probability(similarity, num_perm, 1) * 10_000) / 10_000  # rounded down: it can be had
    raise SettingError(
        f"lsh_recall = {recall}, lsh_similarity = {similarity}: num_perm = {num_perm} reaches at most"
        f" lsh_recall = {best}; set that, or more num_perm, or a higher lsh_similarity"
    )
