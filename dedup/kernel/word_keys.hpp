// What the words of documents are found by. The definition is `dedup/keyed.py`.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "sketch.hpp"

namespace dedup {

struct WordKeys {
    std::vector<std::uint64_t> keys;           // of the bands of each block that has enough words
    std::vector<std::int32_t> signed_;         // the document of each of these
    std::vector<std::uint64_t> document_keys;  // the same of each document
    std::vector<std::uint64_t> prints;         // of all words of each document: two, of the bytes of an XXH3 of 128 bits
};

// Makes them of one document after the other.
class KeysReader {
public:
    KeysReader(const Shape& shape, std::size_t min_words) : shape_(shape), min_words_(min_words), sketcher_(shape), slots_(shape.bands * shape.rows), all_(slots_.size()) {}

    // Add a document, which has so many words, with their marks.
    void add(const std::uint64_t* words, const std::uint8_t* marks, std::size_t count);
    WordKeys take() { return std::move(out_); }

private:
    class Least;

    void put(const std::vector<std::uint32_t>& slots, std::vector<std::uint64_t>& keys) const;

    const Shape shape_;
    const std::size_t min_words_;
    Sketcher sketcher_;
    std::vector<std::uint32_t> slots_, all_;
    std::vector<std::uint32_t> values_, rest_;  // of all shingles of a document, and of those that are in no block with keys
    WordKeys out_;
};

// Document i has the words from bounds[i] to bounds[i + 1].
WordKeys word_keys(const Passages& documents, const std::uint8_t* marks, std::size_t min_words, const Shape& shape);

// Seeds by ranges of their hashes: by the upper bits, in each as they stand, with the 32 bits below those.
struct PartedSeeds {
    std::vector<std::uint32_t> hashes;
    std::vector<std::uint32_t> places;
    std::vector<std::int32_t> parts;  // the bounds of the ranges
};

// `bits` is from 1 to 16. Throws std::invalid_argument where a place does not fit in 32 bits.
PartedSeeds parted(const Seeds& seeds, unsigned bits);

}  // namespace dedup
