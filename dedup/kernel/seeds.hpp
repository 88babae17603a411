// Pairs of documents that agree around a seed. The definition is `dedup/seeds.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

// Seeds of shards, part by part of their hashes: the row `shard * (parts + 1) + part` of `edges` is where the seeds of a
// part begin in a shard, the next one where they end. In each they stand as their words do; `places` are counted from the
// first word of the shard, which `firsts` tells.
struct Seeds {
    Span<std::uint64_t> hashes;
    Span<std::uint32_t> places;
    Span<std::int64_t> edges, firsts;
};

// The words of all documents, with the lowest byte of each, which takes less to fetch: those of document d are
// [bounds[d], bounds[d + 1]). `ranks` tell the better keeper, `copies` which document one is a copy of, else itself.
struct SeededCorpus {
    Span<std::uint64_t> words;
    Span<std::uint8_t> briefs;
    Span<std::int64_t> bounds, ranks, copies;
};

// What agrees: `least` words of those from `near` before to `behind` behind a seed; and what is paired of a bucket, as in
// `Cap`.
struct Agreeing {
    std::size_t near, behind, least, crowd, hubs;
};

// The distinct pairs of documents, the better keeper first, one behind the other, in order: `dedup.seeds.found`.
//
// Throws std::invalid_argument where columns are of different lengths, the edges leave the seeds or a place the words, or
// more than 32 words are asked for.
std::vector<std::int64_t> seed_pairs(const Seeds& seeds, const SeededCorpus& corpus, const Agreeing& asked);

}  // namespace dedup
