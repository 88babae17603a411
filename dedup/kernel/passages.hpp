// What of an alignment may go: pairs of documents verified. The definition is `dedup/passages.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "align.hpp"
#include "conflicts.hpp"
#include "runs.hpp"

namespace dedup {

// `dedup.passages.Limits`, and what a similarity and a containment must be before they are rounded.
struct Limits {
    std::int64_t min_words;
    double similarity, containment;
};

// The passages of pairs: the columns of `dedup.verified.Verified`.
struct Verified {
    std::vector<std::int64_t> bounds{0}, spans, run_bounds{0}, runs;
};

// The passages of pairs of documents, a keeper and a document each: `dedup.verified.verified`. Pairs of one keeper are best
// put side by side. `speller` may be none.
//
// Throws std::invalid_argument where a document of the pairs is none, and whatever the speller throws.
Verified verify(const Documents& documents, Span<std::int64_t> pairs, const Limits& limits, const WordSet& telling, Speller* speller);

}  // namespace dedup
