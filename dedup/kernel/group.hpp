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

// Some of them, by their numbers; where `rows` has no values, all.
struct ChosenPlaces {
    const CorpusPlaces& all;
    Span<std::uint32_t> rows;

    std::size_t size() const { return rows.values == nullptr ? all.places.size() : rows.size(); }
    std::size_t row(std::size_t at) const { return rows.values == nullptr ? at : rows[at]; }
    std::uint32_t owner(std::size_t at) const { return all.owners[row(at)]; }
    std::int64_t place(std::size_t at) const { return all.places[row(at)]; }
    // Throws std::invalid_argument where there is no such place, or one has no document.
    void check() const;
};

// How many words agree from `near` before to `behind` behind two places, as far as both documents reach:
// `dedup.match.agreeing_words`.
//
// Throws std::invalid_argument where a place does not lie in its document, or a document not in the words.
std::vector<std::uint8_t> agreeing_words(const CorpusWords& all, const CorpusPlaces& left, const CorpusPlaces& right,
                                         std::uint8_t near, std::uint8_t behind);

// Whether `least` of these words agree; `briefs` are the lowest byte of each word, which takes less to fetch:
// `dedup.match.near_words`.
//
// Throws std::invalid_argument as `agreeing_words` does, and where there are not as many bytes as words.
std::vector<std::uint8_t> near_words(const CorpusWords& all, Span<std::uint8_t> briefs, const ChosenPlaces& left, const ChosenPlaces& right,
                                     std::uint8_t near, std::uint8_t behind, std::uint8_t least);

// The document that each place stands in: `dedup.match.owners`. Takes next to no time where the places ascend.
//
// Throws std::invalid_argument where the bounds do not ascend from 0, or a place lies in no document.
std::vector<std::uint32_t> owners(Span<std::uint32_t> places, Span<std::int64_t> bounds);

}  // namespace dedup
