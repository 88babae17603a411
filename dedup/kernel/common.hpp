// What pairs of texts have in common: the definition is `dedup.whole.compared`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "characters.hpp"
#include "spans.hpp"

namespace dedup {

// Texts of JSONL where they lie: `places` has of each the number of its file, and from which byte to which the string lies that
// it is written as, quotes and all; an empty place is of one that only the definition can read.
struct TextPlaces {
    std::vector<std::string> files;  // paths in UTF-8, or as bytes where paths are bytes
    Span<std::int64_t> places;       // three a text

    std::size_t size() const { return places.size() / 3; }
};

// How many shingles each text of a pair has, each once, and how many those of a pair have in common; and the texts that are
// left to the definition, whose pairs have none.
struct InCommon {
    std::vector<std::int64_t> sizes, common, unknown;
};

// `pairs[2 * i]` and `pairs[2 * i + 1]` are the numbers of the texts of pair i. Throws std::invalid_argument where there is
// no such text or file, or where a text lies there is no string.
InCommon in_common(const TextPlaces& texts, Span<std::int64_t> pairs, std::size_t shingle, const Alphabet& alphabet);

}  // namespace dedup
