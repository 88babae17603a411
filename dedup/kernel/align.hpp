// Where two documents agree, word by word. The definition is `dedup/align.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "spans.hpp"

namespace dedup {

struct AlignedWords {
    Span<std::uint64_t> hashes;
    Span<std::uint8_t> marks;
};

// The words of many documents, one behind the other: those of document d are [bounds[d], bounds[d + 1]).
class Documents {
public:
    // Throws std::invalid_argument where there are not as many marks as words.
    Documents(Span<std::uint64_t> hashes, Span<std::uint8_t> marks, Span<std::int64_t> bounds);
    // Throws std::invalid_argument where there is no such document, or its bounds are none.
    AlignedWords operator[](std::int64_t document) const;

private:
    Span<std::uint64_t> hashes_;
    Span<std::uint8_t> marks_;
    Span<std::int64_t> bounds_;
};

// The chains of pairs: those of pair p are [pairs[p], pairs[p + 1]), the runs of chain c [chains[c], chains[c + 1]), each
// of which is three values: its start in the document, its start in the keeper, its length.
struct Chains {
    std::vector<std::int64_t> pairs{0}, chains{0}, runs;
};

// The chains of one pair: `dedup.align.align`.
//
// Throws std::invalid_argument where a document has not as many marks as words.
Chains align(AlignedWords document, Span<std::uint64_t> keeper);

// The chains of pairs of documents, a keeper and a document each: `dedup.align.align_pairs`. Pairs of one keeper are best put
// side by side.
//
// Throws std::invalid_argument where a document of the pairs is none.
Chains align(const Documents& documents, Span<std::int64_t> pairs);

}  // namespace dedup
