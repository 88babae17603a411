// What is told of passages that go. The definitions are `dedup/flags.py`, `dedup/corpus.py` and `dedup/stored.py`.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "spans.hpp"

namespace dedup {

// The Jaccard similarity of the shingles of two spans of words, as it is written (`rounded`), for every row of `places`:
// the words [row[0], row[1]) and [row[2], row[3]).
//
// Throws std::invalid_argument where those are no words.
std::vector<double> jaccard(Span<std::uint64_t> words, Span<std::int64_t> places, std::size_t shingle);

// Words that blocks begin with behind the first of a span of words, by their numbers among all, and which span that is.
struct BlockEdges {
    std::vector<std::int64_t> rows, words;
};

// Those of every row of `spans`, [row[0], row[1]), in order; `marks` are those of all words.
//
// Throws std::invalid_argument where those are no words.
BlockEdges block_edges(Span<std::uint8_t> marks, Span<std::int64_t> spans);

// Which of 256 characters are letters or figures, by the number of their page.
using Alphanumeric = std::array<std::uint8_t, 256>;
using LoadAlphanumeric = std::function<Alphanumeric(std::uint32_t)>;

// Texts in UTF-8: text i is bytes[bounds[i]:bounds[i + 1]]. How many words, as letters and figures in a row, stand in parts of
// them: of row i in the text texts[i] between the code points spans[2 * i] and spans[2 * i + 1]; and where reaches[i] & 1
// (& 2) from the beginning of that line (to the end of it) on. It is quickest where the rows of a text stand side by side.
struct Written {
    Ragged<std::uint8_t> texts;
    Span<std::int64_t> owners;
    Span<std::int32_t> spans;
    Span<std::uint8_t> reaches;

    // Throws std::invalid_argument where a row is no part of a text, and what `load` throws.
    std::vector<std::int64_t> count(const LoadAlphanumeric& load) const;
};

}  // namespace dedup
