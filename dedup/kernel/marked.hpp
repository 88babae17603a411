// The words of a document as passages are matched by them. The definition is `dedup/words.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "characters.hpp"
#include "text_view.hpp"

namespace dedup {

// A row for each word; the columns of `dedup.words.MarkedWords`.
struct MarkedWords {
    std::vector<std::uint64_t> hashes;
    std::vector<std::int32_t> starts, ends;
    std::vector<std::uint8_t> marks;
    std::vector<std::int32_t> spans;
};

// `headings` has a number for each span, which is not 0 for headings.
//
// Throws Unknown where only the definition knows what to do.
MarkedWords marked_words(const Spans& spans, const std::uint8_t* headings, const Alphabet& alphabet);

}  // namespace dedup
