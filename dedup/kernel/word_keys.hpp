// What the words of documents are found by. The definition is `dedup/columns.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "sketch.hpp"

namespace dedup {

struct WordKeys {
    std::vector<std::uint64_t> keys;           // of the bands of each block that has enough words
    std::vector<std::int32_t> signed_;         // the document of each of these
    std::vector<std::uint64_t> document_keys;  // the same of each document
    std::vector<std::uint64_t> prints;         // of all words of each document: two, of the bytes of an XXH3 of 128 bits
};

// Document i has the words from bounds[i] to bounds[i + 1]; where `blocks` changes, a block of it begins.
WordKeys word_keys(const Passages& documents, const std::int32_t* blocks, std::size_t min_words, const Shape& shape);

// Seeds by ranges of their hashes: by the upper bits, in each as they stand.
struct PartedSeeds {
    std::vector<std::uint64_t> hashes;
    std::vector<std::uint32_t> places;
    std::vector<std::int32_t> parts;  // the bounds of the ranges
};

// `bits` is from 1 to 16. Throws std::invalid_argument where a place does not fit in 32 bits.
PartedSeeds parted(const Seeds& seeds, unsigned bits);

}  // namespace dedup
