// The words of documents as they are kept by the million. The definition is `dedup/packed.py`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "marked.hpp"
#include "spans.hpp"

namespace dedup {

// The columns of `dedup.packed.Packed`.
struct PackedWords {
    static constexpr std::uint8_t long_word = 255;

    std::vector<std::uint64_t> hashes;
    std::vector<std::uint8_t> marks;
    std::vector<std::uint16_t> starts;
    std::vector<std::uint8_t> lengths;
    std::vector<std::int64_t> wraps, longs;  // of the latter two for each

    std::size_t size() const { return hashes.size(); }
    void reserve(std::size_t rows) {
        hashes.reserve(rows);
        marks.reserve(rows);
        starts.reserve(rows);
        lengths.reserve(rows);
    }

    // Put the words of a document, the first so many, behind the others.
    void add(const MarkedWords& words, std::size_t count);

private:
    // The lower bits of places; those of all lengths, together. Compilers make vectors of it.
    static std::uint32_t put_places(const std::int32_t* __restrict from, const std::int32_t* __restrict ends, std::size_t count,
                                    std::uint16_t* __restrict to, std::uint8_t* __restrict sizes) {
        std::uint32_t all = 0;
        for (std::size_t word = 0; word < count; ++word) {
            const auto size = static_cast<std::uint32_t>(ends[word] - from[word]);
            to[word] = static_cast<std::uint16_t>(from[word]);
            sizes[word] = static_cast<std::uint8_t>(size);
            all |= size;
        }
        return all;
    }
};

inline void PackedWords::add(const MarkedWords& words, std::size_t count) {
    const auto first = size();
    hashes.insert(hashes.end(), words.hashes.data(), words.hashes.data() + count);
    marks.insert(marks.end(), words.marks.data(), words.marks.data() + count);
    starts.resize(first + count);
    lengths.resize(first + count);
    const auto all = put_places(words.starts.data(), words.ends.data(), count, starts.data() + first, lengths.data() + first);
    if (count == 0 || (all < long_word && words.starts[count - 1] >> 16 == 0)) return;
    std::int32_t upper = 0;
    for (std::size_t word = 0; word < count; ++word) {
        const auto number = static_cast<std::int64_t>(first + word);
        for (; upper < words.starts[word] >> 16; ++upper) wraps.push_back(number);
        const auto size = words.ends[word] - words.starts[word];
        if (size < long_word) continue;
        lengths[first + word] = long_word;
        longs.insert(longs.end(), {number, size});
    }
}

// The columns of `dedup.packed.Places`.
class PackedPlaces {
public:
    struct Place {
        std::int64_t start, end;
    };

    // Throws std::invalid_argument where these are not the places of so many words.
    PackedPlaces(Span<std::uint16_t> starts, Span<std::uint8_t> lengths, Span<std::int64_t> wraps, Span<std::int64_t> longs, std::size_t words)
        : starts_(starts), lengths_(lengths), wraps_(wraps), longs_(longs) {
        if (starts.size() != words || lengths.size() != words || longs.size() % 2 != 0) throw std::invalid_argument("columns of different lengths");
    }

    // Where a word stands whose document begins with the word `first`.
    Place of(std::int64_t first, std::int64_t word) const {
        const auto at = static_cast<std::size_t>(word);
        auto start = static_cast<std::int64_t>(starts_[at]);
        if (!wraps_.empty()) {
            start += (std::upper_bound(wraps_.begin(), wraps_.end(), word) - std::lower_bound(wraps_.begin(), wraps_.end(), first)) * 0x10000;
        }
        return {start, start + (lengths_[at] < PackedWords::long_word ? lengths_[at] : length_of(word))};
    }

private:
    std::int64_t length_of(std::int64_t word) const {
        std::size_t low = 0, high = longs_.size() / 2;
        while (low < high) {
            const auto middle = low + (high - low) / 2;
            if (longs_[2 * middle] < word) low = middle + 1;
            else high = middle;
        }
        const bool known = 2 * low < longs_.size() && longs_[2 * low] == word;
        if (!known || longs_[2 * low + 1] < 0 || longs_[2 * low + 1] > INT32_MAX) throw std::invalid_argument("a long word of no length");
        return longs_[2 * low + 1];
    }

    Span<std::uint16_t> starts_;
    Span<std::uint8_t> lengths_;
    Span<std::int64_t> wraps_, longs_;
};

}  // namespace dedup
