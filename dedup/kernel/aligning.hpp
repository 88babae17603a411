// What chains are made of: the shingles of a keeper, and what agrees in a gap. Only `align.cpp` includes it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "runs.hpp"
#include "spans.hpp"

namespace dedup::aligning {

using Hashes = Span<std::uint64_t>;

// As in `dedup/align.py`, which says what they are.
constexpr Place anchor = 4, long_run = 8, widest_gap = 24, shift = 12, occurrences = 8, slack = 2, look_back = 64;

inline Place size_of(Hashes words) { return static_cast<Place>(words.size()); }

// A shingle of the words from here on. It tells shingles apart as `dedup.sign.shingles` does, in an eighth of the time:
// words are hashes that are well mixed already, and it is compared with no other's. Turned by odd numbers of bits, four words
// that are the same are told from four others.
inline std::uint64_t shingle_at(const std::uint64_t* words) {
    static_assert(anchor == 4);
    const auto turned = [](std::uint64_t word, unsigned bits) { return word << bits | word >> (64 - bits); };
    return words[0] + turned(words[1], 13) + turned(words[2], 29) + turned(words[3], 47);
}

// The shingles of a keeper, to be looked up. Sorted within buckets by their upper bits, so that none can be made slow.
class Index {
public:
    struct Entry {
        std::uint64_t shingle;
        Place place;
        bool operator<(const Entry& other) const { return std::tie(shingle, place) < std::tie(other.shingle, other.place); }
    };

    // Of at least as many words as an anchor has.
    void fill(Hashes words) {
        if (words.size() > std::numeric_limits<std::uint32_t>::max()) throw std::length_error("a keeper is too long");
        shingles_.resize(words.size() - anchor + 1);
        for (std::size_t at = 0; at < shingles_.size(); ++at) shingles_[at] = shingle_at(words.begin() + at);
        unsigned bits = 1;
        while (bits < 32 && (std::size_t{1} << bits) < shingles_.size()) ++bits;
        away_ = 64 - bits;
        bounds_.assign((std::size_t{1} << bits) + 1, 0);
        may_.assign(std::size_t{1} << bits, 0);
        crowded_.resize(shingles_.size());
        std::size_t crowded = 0;
        for (const auto each : shingles_) {
            const auto bucket = each >> away_;
            may_[bucket] = static_cast<std::uint16_t>(may_[bucket] | bit_of(each));
            crowded_[crowded] = static_cast<std::uint32_t>(bucket);
            crowded += ++bounds_[bucket + 1] == 2 ? 1 : 0;  // once for each
        }
        std::partial_sum(bounds_.begin(), bounds_.end(), bounds_.begin());
        entries_.resize(shingles_.size());
        next_.assign(bounds_.begin(), bounds_.end() - 1);
        for (std::size_t at = 0; at < shingles_.size(); ++at) {
            entries_[next_[shingles_[at] >> away_]++] = {shingles_[at], static_cast<Place>(at)};
        }
        single_.assign(shingles_.size(), 1);
        for (std::size_t at = 0; at < crowded; ++at) sort(entry(bounds_[crowded_[at]]), entry(bounds_[crowded_[at] + 1]));
    }

    // The first of the shingles from here on that may stand somewhere, or the end of them.
    const std::uint64_t* next(const std::uint64_t* at, const std::uint64_t* end) const {
        const auto *may = may_.data();
        for (; at < end; ++at) {
            const auto shingle = shingle_at(at);
            if (may[shingle >> away_] & bit_of(shingle)) break;
        }
        return at;
    }

    // Where a shingle stands, in order.
    Span<Entry> find(std::uint64_t shingle) {
        const auto bucket = shingle >> away_;
        if (!(may_[bucket] & bit_of(shingle))) return {entries_.data(), 0};
        const auto *first = entry(bounds_[bucket]), *last = entry(bounds_[bucket + 1]);
        first = std::lower_bound(first, last, shingle, [](const Entry& each, std::uint64_t wanted) { return each.shingle < wanted; });
        last = std::upper_bound(first, last, shingle, [](std::uint64_t wanted, const Entry& each) { return wanted < each.shingle; });
        return {first, static_cast<std::size_t>(last - first)};
    }

    // Whether a shingle stands at a place, and only there.
    bool stands_only_at(Place place, std::uint64_t shingle) const {
        const auto at = static_cast<std::size_t>(place);
        return at < shingles_.size() && shingles_[at] == shingle && single_[at];
    }

private:
    // Most shingles that do not stand in a bucket are told by a bit of it.
    std::uint16_t bit_of(std::uint64_t shingle) const { return static_cast<std::uint16_t>(1U << ((shingle >> (away_ - 4)) % 16)); }

    // Sort a bucket, and tell which of its shingles stand more than once.
    void sort(Entry* first, Entry* last) {
        std::sort(first, last);
        for (auto* each = first + 1; each < last; ++each) {
            if (each->shingle == each[-1].shingle) single_[static_cast<std::size_t>(each->place)] = single_[static_cast<std::size_t>(each[-1].place)] = 0;
        }
    }

    Entry* entry(std::size_t at) { return entries_.data() + at; }

    unsigned away_ = 63;
    std::vector<std::uint64_t> shingles_;
    std::vector<std::uint8_t> single_;  // whether each stands once
    std::vector<std::uint16_t> may_;
    std::vector<std::uint32_t> bounds_, next_;
    std::vector<std::uint32_t> crowded_;  // buckets of more than one
    std::vector<Entry> entries_;
};

// A longest common subsequence of the words between two anchors, or beyond the first or the last of them.
class Gap {
public:
    // Add the runs of `ours` and `theirs`, which begin at these places, to a chain.
    void add(Hashes ours, Hashes theirs, Place start, Place other, Chain& chain) {
        if (!measure(ours, theirs)) return;
        const auto first = chain.size();
        std::size_t i = 0, j = 0;
        while (i < ours.size() && j < theirs.size() && longest_[i][j] > 0) {
            if (ours[i] == theirs[j]) {
                const Run found{start + static_cast<Place>(i++), other + static_cast<Place>(j++), 1};
                const bool goes_on = chain.size() > first && chain.back().end() == found.start && chain.back().other_end() == found.other;
                if (goes_on) ++chain.back().length;
                else chain.push_back(found);
            } else if (longest_[i + 1][j] >= longest_[i][j + 1]) {
                ++i;
            } else {
                ++j;
            }
        }
    }

private:
    static constexpr std::size_t most = widest_gap + slack;

    // Fill the table of how many words behind two places agree; whether any do.
    bool measure(Hashes ours, Hashes theirs) {
        if (ours.size() > most || theirs.size() > most) throw std::length_error("a gap is too wide");
        for (std::size_t j = 0; j <= theirs.size(); ++j) longest_[ours.size()][j] = 0;
        for (auto i = ours.size(); i-- > 0;) {
            longest_[i][theirs.size()] = 0;
            for (auto j = theirs.size(); j-- > 0;) {
                const auto without = std::max(longest_[i + 1][j], longest_[i][j + 1]);
                longest_[i][j] = ours[i] == theirs[j] ? static_cast<std::uint8_t>(longest_[i + 1][j + 1] + 1) : without;
            }
        }
        return longest_[0][0] > 0;
    }

    std::array<std::array<std::uint8_t, most + 1>, most + 1> longest_{};
};

}  // namespace dedup::aligning
