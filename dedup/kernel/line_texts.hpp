// The texts of lines of JSONL as passages are matched by them. The definition is what the stages of `dedup.shards` make of
// them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "blocks.hpp"
#include "characters.hpp"
#include "packed.hpp"
#include "spans.hpp"
#include "word_keys.hpp"

namespace dedup {

// Columns of the texts of some lines, in order.
struct LineTexts {
    std::string texts;  // in UTF-8, one behind the other
    std::vector<std::int64_t> text_bounds{0};
    TextBlocks blocks;  // all of them
    std::vector<std::int64_t> block_bounds{0};
    PackedWords words;  // of the blocks, without rules
    std::vector<std::int64_t> bounds{0}, unknown;  // of words; the lines that are left to the definition
    WordKeys keys;
    PartedSeeds seeds;
};

// What the words of documents are found by.
struct KeysAsked {
    Shape shape;
    std::size_t min_words;               // of a block with keys
    std::size_t seed_shingle, seed_window;
    unsigned seed_bits;  // of the hashes of seeds, by which they are parted
};

// The text of line i is the string of JSON from `starts[i]` to `ends[i]` of the piece, quotes and all; where that is empty
// there is none.
//
// Throws std::invalid_argument where one does not lie in the piece, or is no string, or as those do that make keys.
LineTexts line_texts(std::string_view piece, Span<std::int64_t> starts, Span<std::int64_t> ends, const KeysAsked& asked, const Alphabet& alphabet);

}  // namespace dedup
