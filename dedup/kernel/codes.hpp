// Documents of an index that may share a passage with some others, told by a code for each of their words. The definition is
// `dedup/codes.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

// What two places must have in common: `agreeing` codes of those around a seed, and an alignment of the score `score`.
struct CodeLimits {
    std::size_t agreeing, score;
};

class Sought {
public:
    // The words of document d are [bounds[d], bounds[d + 1]), of which those at `seeds`, ascending, begin one.
    //
    // Throws std::invalid_argument where the bounds are not those of the words, or there are more than fit into 31 bits.
    Sought(Span<std::uint64_t> words, Span<std::int64_t> bounds, Span<std::int64_t> seeds, CodeLimits limits);

    // Whether each of some documents of `counts` words may share a passage with one that is sought (1 or 0).
    //
    // Throws std::invalid_argument where so many words take another number of codes.
    std::vector<std::uint8_t> find(Span<std::uint16_t> packed, Span<std::uint32_t> counts) const;

private:
    // A place of a document, and which seed, or entry, it meets there.
    struct Meeting {
        std::uint32_t at, other;
    };
    struct Met {
        std::vector<Meeting> seeds, entries;
    };

    template <class Take>
    void each_key(Ragged<std::uint64_t> documents, Span<std::int64_t> seeds, Take take) const;
    bool may(const std::uint8_t* own, std::size_t size, Met& met) const;
    bool alike(const std::uint8_t* own, std::size_t size, std::uint32_t entry, std::size_t& cost) const;

    CodeLimits limits_;
    std::vector<std::uint8_t> codes_;  // documents between pads
    // Keys that there are, how many before each 64 of them, where the entries of each begin, and these: places in `codes_`, and
    // in the highest bit whether the document is a short one.
    std::vector<std::uint64_t> bits_;
    std::vector<std::uint32_t> ranks_, firsts_, entries_;
};

}  // namespace dedup
