// Copies cut out of a text: where each begins and ends as it is carried out. The definition is `dedup/clean.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "characters.hpp"
#include "spans.hpp"
#include "text_view.hpp"

namespace dedup {

// A copy, and its number among those of its text.
struct CutSpan {
    std::int64_t start, end;
    std::size_t number;
};

// Where the blocks of a text begin and end, in order.
struct BlockEdges {
    Span<std::int32_t> starts, ends;
};

// Put what goes of a text in the place of flags on its copies: `dedup.clean.cut` of `dedup.clean.snapped`. All places are
// characters; each flag begins in a block.
//
// Throws Unknown where only the definition knows what to do, std::invalid_argument where a flag or a block lies outside the
// text.
void cut_spans(const TextView& text, const BlockEdges& blocks, const Alphabet& alphabet, std::vector<CutSpan>& flags);

}  // namespace dedup
