// Pairs of documents that agree around a seed. The definition is `dedup/seeded.py`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cap.hpp"
#include "distinct_pairs.hpp"
#include "spans.hpp"

namespace dedup {

// Seeds of shards, part by part of their hashes: the row `shard * (parts + 1) + part` of `edges` is where the seeds of a
// part begin in a shard, the next one where they end. In each they stand as their words do; `places` are counted from the
// first word of the shard, which `firsts` tells.
struct Seeds {
    Span<std::uint32_t> hashes, places;
    Span<std::int64_t> edges, firsts;
};

// The words of all documents, with the lowest byte of each, which takes less to fetch: those of document d are
// [bounds[d], bounds[d + 1]). `ranks` tell the better keeper, `copies` which document one is a copy of, else itself.
struct SeededCorpus {
    Span<std::uint64_t> words;
    Span<std::uint8_t> briefs;
    Span<std::int64_t> bounds, ranks, copies;
};

// What agrees: `least` words of those from `near` before to `behind` behind a seed; and what is paired of a bucket.
struct Agreeing {
    std::size_t near, behind, least;
    Cap cap;
};

// The pairs of documents that agree, the better keeper first: `dedup.seeded.Finder`. It keeps what it takes of memory for the
// next seeds, and the pairs that it found, so that those are not compared again.
class SeedPairs {
public:
    // The pairs, one behind the other, of those that were not found before; but all of those are forgotten where they are more
    // than `kept`, and may come again.
    //
    // Throws std::invalid_argument where columns are of different lengths, the edges leave the seeds or a place the words, or
    // more than 32 words are asked for.
    std::vector<std::uint32_t> find(const Seeds& seeds, const SeededCorpus& corpus, const Agreeing& asked, std::size_t kept);

private:
    friend class SeedRange;
    static constexpr std::size_t width = 32;  // words around a seed, at most

    // A seed that may come more than once: its hash and the rank of its document; and which of the words around it are of that.
    struct Entry {
        std::uint64_t order;
        std::int64_t word;
        std::uint32_t owner, inside;

        std::uint32_t hash() const { return static_cast<std::uint32_t>(order >> 32); }
        bool operator<(const Entry& other) const { return order != other.order ? order < other.order : word < other.word; }
    };
    // The lowest bytes of the words around a seed, and which of them are of its document.
    struct Around {
        std::array<std::uint8_t, width> briefs;
        std::uint32_t inside, owner;
        std::int64_t word;
    };
    // Two places whose words have the same lowest bytes, in documents of these numbers.
    struct Alike {
        std::int64_t word, other_word;
        std::uint32_t inside, owner, other;
    };

    DistinctPairs pairs_;
    std::vector<std::uint64_t> seen_;
    std::vector<std::size_t> kept_, lots_;
    std::vector<Entry> entries_, sorted_;
    std::vector<Around> around_;
    std::vector<Alike> alike_;
};

}  // namespace dedup
