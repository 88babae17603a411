// What pairs of texts have in common: the definition is `dedup.whole.compared`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "characters.hpp"
#include "spans.hpp"

namespace dedup {

// Texts of JSONL, each as the string that it is written as, quotes and all; nothing for one that only the definition can read.
struct JsonTexts {
    std::vector<std::string_view> sources;
};

// How many shingles each text has, each once, and how many those of a pair have in common; and the texts that are left to
// the definition, whose pairs have none.
struct InCommon {
    std::vector<std::int64_t> sizes, common, unknown;
};

// `pairs[2 * i]` and `pairs[2 * i + 1]` are the numbers of the texts of pair i. Throws std::invalid_argument where there is
// no such text, or a string has not been read by `read_record`.
InCommon in_common(const JsonTexts& texts, Span<std::int64_t> pairs, std::size_t shingle, const Alphabet& alphabet);

}  // namespace dedup
