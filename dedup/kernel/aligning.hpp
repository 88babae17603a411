// What chains are made of: the shingles of a keeper, and what agrees in a gap. Only `align.cpp` includes it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "runs.hpp"
#include "sketch.hpp"
#include "spans.hpp"

namespace dedup::aligning {

using Hashes = Span<std::uint64_t>;

// As in `dedup/align.py`, which says what they are.
constexpr Place anchor = 4, long_run = 8, widest_gap = 24, shift = 12, occurrences = 8, slack = 2, look_back = 64;

inline Place size_of(Hashes words) { return static_cast<Place>(words.size()); }

// The shingles of a keeper, to be looked up. Sorted within buckets by their upper bits, so that none can be made slow.
class Index {
public:
    struct Entry {
        std::uint64_t shingle;
        Place place;
        bool operator<(const Entry& other) const { return std::tie(shingle, place) < std::tie(other.shingle, other.place); }
    };

    void fill(Hashes words) {
        make_shingles(words.begin(), words.size(), anchor, shingles_);
        unsigned bits = 1;
        while (bits < 32 && (std::size_t{1} << bits) < shingles_.size()) ++bits;
        away_ = 64 - bits;
        bounds_.assign((std::size_t{1} << bits) + 1, 0);
        for (const auto each : shingles_) ++bounds_[(each >> away_) + 1];
        std::partial_sum(bounds_.begin(), bounds_.end(), bounds_.begin());
        entries_.resize(shingles_.size());
        next_.assign(bounds_.begin(), bounds_.end() - 1);
        for (std::size_t at = 0; at < shingles_.size(); ++at) {
            entries_[next_[shingles_[at] >> away_]++] = {shingles_[at], static_cast<Place>(at)};
        }
        for (std::size_t bucket = 0; bucket + 1 < bounds_.size(); ++bucket) {
            if (bounds_[bucket + 1] - bounds_[bucket] > 1) std::sort(entry(bounds_[bucket]), entry(bounds_[bucket + 1]));
        }
    }

    // Where a shingle stands, in order.
    Span<Entry> find(std::uint64_t shingle) {
        const auto bucket = shingle >> away_;
        const auto *first = entry(bounds_[bucket]), *last = entry(bounds_[bucket + 1]);
        first = std::lower_bound(first, last, shingle, [](const Entry& each, std::uint64_t wanted) { return each.shingle < wanted; });
        last = std::upper_bound(first, last, shingle, [](std::uint64_t wanted, const Entry& each) { return wanted < each.shingle; });
        return {first, static_cast<std::size_t>(last - first)};
    }

private:
    Entry* entry(std::size_t at) { return entries_.data() + at; }

    unsigned away_ = 63;
    std::vector<std::uint64_t> shingles_;
    std::vector<std::size_t> bounds_, next_;
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
