// What agrees around two places. The definitions are `dedup/match.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

// Words of documents: those of document d are [bounds[d], bounds[d + 1]).
struct CorpusWords {
    Span<std::uint64_t> words;
    Span<std::int64_t> bounds;
};

// Places among all words, and the documents that they are in.
struct CorpusPlaces {
    Span<std::uint32_t> owners;
    Span<std::int64_t> places;
};

// How many words agree from `near` before to `behind` behind two places, as far as both documents reach:
// `dedup.match.agreeing_words`.
//
// Throws std::invalid_argument where a place does not lie in its document, or a document not in the words, or columns differ.
std::vector<std::uint8_t> agreeing_words(const CorpusWords& all, const CorpusPlaces& left, const CorpusPlaces& right,
                                         std::uint8_t near, std::uint8_t behind);

// The document that each place stands in: `dedup.match.owners`. Takes next to no time where the places ascend.
//
// Throws std::invalid_argument where the bounds do not ascend from 0, or a place lies in no document.
std::vector<std::uint32_t> owners(Span<std::uint32_t> places, Span<std::int64_t> bounds);

}  // namespace dedup
