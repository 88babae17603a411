// The texts of lines of JSONL as passages are matched by them. The definition is what the stages of `dedup.shards` make of
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blocks.hpp"
#include "characters.hpp"
#include "marked.hpp"
#include "spans.hpp"

namespace dedup {

// Columns of the texts of some lines, in order.
struct LineTexts {
    std::string texts;  // in UTF-8, one behind the other
    std::vector<std::int64_t> text_bounds{0};
    TextBlocks blocks;  // all of them
    std::vector<std::int64_t> block_bounds{0};
    MarkedTexts words;  // of the blocks, without rules, which are not counted; `unknown` are the lines left to the definition
};

// The text of line i is the string of JSON from `starts[i]` to `ends[i]` of the piece, quotes and all; where that is empty
// there is none.
//
// Throws std::invalid_argument where one does not lie in the piece, or is no string.
LineTexts line_texts(std::string_view piece, Span<std::int64_t> starts, Span<std::int64_t> ends, const Alphabet& alphabet);

}  // namespace dedup
