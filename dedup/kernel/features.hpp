// What is seen of a page's blocks. The definition is `dedup/features.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

constexpr std::size_t text_features = 7;  // words, word_length, stop, sentences, commas, digits, capitals
constexpr std::size_t tag_features = 7;
constexpr std::size_t place_groups = 3;  // holder, outer, signature

// What a character is, as Python's patterns see it.
struct Letters {
    bool (*is_space)(std::uint32_t);
    bool (*is_decimal)(std::uint32_t);
    bool (*is_alphanumeric)(std::uint32_t);
};

// What the characters of a text say, which has so many words; into `text_features` values. For characters of 1, 2 and
// 4 bytes.
template <class Character>
void look_at_text(Span<Character> text, std::int64_t words, const Letters& letters, double* out);

// The blocks of a page, `size` rows each.
struct Seen {
    Span<double> texts;  // text_features values a row
    Span<double> words, links, told;
    Span<bool> kept;
    Span<std::uint8_t> tags;    // past the last of `tag_features`: another
    Span<std::int32_t> places;  // numbers of rows of the two below
    Span<std::int16_t> place_rows;
    std::size_t place_width;
    Span<std::int32_t> groups;  // place_groups numbers a place
    int says;

    std::size_t size() const { return words.size(); }
};

// How many features a block has.
std::size_t feature_count(const Seen& seen);

// The features of all blocks, in 256ths, row by row.
//
// Throws std::invalid_argument where the columns are not of one page.
std::vector<std::int16_t> features(const Seen& seen);

}  // namespace dedup
