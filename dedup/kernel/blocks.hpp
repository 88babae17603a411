// Markdown and plain text as blocks. The definition is `dedup/markup.py`; those of pages are found by `walk.hpp`.
//
// Knows nothing of Python: any thread may read. The `Alphabet` may be shared, as `text_words.hpp` says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "characters.hpp"

namespace dedup {

// A row for each block, in order; places in bytes and in characters.
struct TextBlocks {
    std::vector<std::int32_t> starts, ends;   // bytes
    std::vector<std::int32_t> firsts, lasts;  // characters
    std::vector<std::uint8_t> tags;           // numbers in `dedup.table.TAGS`
    std::vector<double> links;                // shares; empty where they were not asked for
    // Where what nobody reads of all blocks (`dedup.text.unread`) begins and ends, in order; empty where not asked for.
    std::vector<std::int32_t> unread_starts, unread_ends, unread_firsts, unread_lasts;

    std::size_t size() const { return tags.size(); }
};

// What is asked beside the blocks.
struct BlocksAsked {
    bool links = true, unread = true;
};

// Append the blocks of a text, whose places count from its beginning. It is UTF-8: what is not is read in some way.
//
// False where only the definition knows what to do: there are 2 GiB. Nothing was appended then.
bool read_blocks(std::string_view utf8, const Alphabet& alphabet, TextBlocks& out, BlocksAsked asked = {});

}  // namespace dedup
