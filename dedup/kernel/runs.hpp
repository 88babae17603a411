// Runs of words that agree: what chains and passages are made of.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "spans.hpp"

namespace dedup {

// Places and lengths are signed: differences of them are taken.
using Place = std::int64_t;

// Words of a document that agree one by one with words of its keeper: `dedup.align.Run`.
struct Run {
    Place start, other, length;

    Place end() const { return start + length; }
    Place other_end() const { return other + length; }
};

using Chain = std::vector<Run>;

// The words [start, end) of a document.
struct Stretch {
    Place start, end;
};

// `dedup.words.Mark`
namespace mark {
constexpr std::uint8_t starts_sentence = 1, figure = 2, name = 4, unspaced = 8, heading = 16, quoted = 32, starts_line = 64,
                       telling = figure | name;
}

inline Place agreed(const Chain& chain) {
    return std::accumulate(chain.begin(), chain.end(), Place{0}, [](Place sum, const Run& run) { return sum + run.length; });
}

// The part of a run that lies in a stretch: `dedup.align.clip`.
inline Run clip(const Run& run, Stretch of) {
    const auto cut = std::max<Place>(0, of.start - run.start);
    return {run.start + cut, run.other + cut, std::min(run.length - cut, of.end - run.start - cut)};
}

// A chain that is asked for parts of it: its runs ascend on both sides.
class Runs {
public:
    // `values` are three to a run.
    void take(Span<std::int64_t> values) {
        chain_.clear();
        sums_.assign(1, 0);
        for (std::size_t at = 0; at + 2 < values.size(); at += 3) {
            chain_.push_back({values[at], values[at + 1], values[at + 2]});
            sums_.push_back(sums_.back() + values[at + 2]);
        }
    }

    const Chain& all() const { return chain_; }

    // The runs of which something lies in a stretch, whole: `dedup.passages.clipped` cuts them.
    Span<Run> touching(Stretch of) const {
        const auto first = std::partition_point(chain_.begin(), chain_.end(), [&](const Run& run) { return run.end() <= of.start; });
        const auto last = std::partition_point(first, chain_.end(), [&](const Run& run) { return run.start < of.end; });
        return {chain_.data() + (first - chain_.begin()), static_cast<std::size_t>(last - first)};
    }

    // How many words of a stretch agree, given the runs that touch it.
    Place agreed(Span<Run> touching, Stretch of) const {
        if (touching.empty()) return 0;
        const auto first = static_cast<std::size_t>(touching.begin() - chain_.data());
        const auto &front = touching[0], &back = touching[touching.size() - 1];
        const auto whole = sums_[first + touching.size()] - sums_[first];
        return whole - std::max<Place>(0, of.start - front.start) - std::max<Place>(0, back.end() - of.end);
    }

private:
    Chain chain_;
    std::vector<Place> sums_;  // of the lengths of the runs before each, and of all
};

}  // namespace dedup
