#include "copies.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "rounded.hpp"

namespace dedup::deciding {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

Place sum(Runs::const_iterator first, Runs::const_iterator end) {
    return std::accumulate(first, end, Place{0}, [](Place all, const Run& run) { return all + run.length; });
}

double share(Place part, Place whole) { return static_cast<double>(part) / static_cast<double>(whole); }

// What agrees of some runs, and where they lead.
struct Agreed {
    Place words, low, high;
};

Alike alike(const Agreed& agreed, Place start, Place end) {
    const auto both = end - start + agreed.high - agreed.low;
    return {start, end, agreed.low, agreed.high, rounded(share(2 * agreed.words, both)), rounded(share(agreed.words, end - start))};
}

// Sentences as a tree: the worst of any that stand side by side is above the others, the first of those that are as bad.
class Worst {
public:
    explicit Worst(const std::vector<double>& shares) : before_(shares.size(), none), behind_(shares.size(), none) {
        std::vector<std::size_t> open;
        for (std::size_t at = 0; at < shares.size(); ++at) {
            auto last = none;
            while (!open.empty() && shares[open.back()] > shares[at]) {
                last = open.back();
                open.pop_back();
            }
            before_[at] = last;
            if (!open.empty()) behind_[open.back()] = at;
            open.push_back(at);
        }
        top_ = open.empty() ? none : open.front();
    }
    std::size_t top() const { return top_; }
    std::size_t before(std::size_t at) const { return before_[at]; }
    std::size_t behind(std::size_t at) const { return behind_[at]; }

private:
    std::vector<std::size_t> before_, behind_;
    std::size_t top_;
};

}  // namespace

bool Run::operator<(const Run& run) const { return std::tie(start, other, length) < std::tie(run.start, run.other, run.length); }

bool Passage::operator<(const Passage& passage) const {
    return std::tie(start, end, runs) < std::tie(passage.start, passage.end, passage.runs);
}

Place Passage::agreed() const { return sum(runs.begin(), runs.end()); }

Alike alike(const Runs& runs, Place start, Place end) {
    return alike({sum(runs.begin(), runs.end()), runs.front().other, runs.back().other_end()}, start, end);
}

Runs clipped(const Runs& runs, Place start, Place end) {
    Runs parts;
    const auto first = std::partition_point(runs.begin(), runs.end(), [&](const Run& run) { return run.end() <= start; });
    const auto last = std::partition_point(first, runs.end(), [&](const Run& run) { return run.start < end; });
    parts.reserve(static_cast<std::size_t>(last - first));
    for (auto run = first; run != last; ++run) {
        const auto cut = std::max(Place{0}, start - run->start);
        parts.push_back({run->start + cut, run->other + cut, std::min(run->length - cut, end - run->start - cut)});
    }
    return parts;
}

bool is_enough(double similarity, double containment, double threshold) {
    return similarity >= threshold && containment >= 1 - tolerance;
}

bool is_copy(const Runs& runs, Place start, Place end, double threshold) {
    if (runs.empty()) return false;
    const auto found = alike(runs, start, end);
    return is_enough(found.similarity, found.containment, threshold);
}

bool is_shared(const Runs& runs, Place start, Place end) {
    const auto agreed = sum(runs.begin(), runs.end());
    if (runs.empty() || static_cast<double>(agreed) < own_share * static_cast<double>(end - start)) return false;
    for (std::size_t at = 1; at < runs.size(); ++at) {
        if (runs[at].start - runs[at - 1].end() >= own_run) return false;
    }
    return std::max(runs.front().start - start, end - runs.back().end()) <= edge;
}

void alike_enough(const std::vector<Sentence>& sentences, const Runs& runs, double threshold,
                  const std::function<void(const Passage&)>& take) {
    struct Part {
        std::size_t first, end, worst;
    };
    std::vector<Place> before{0};  // how many words agree of all sentences before one
    std::vector<double> shares;
    for (const auto& each : sentences) {
        const auto agreed = sum(runs.begin() + each.first_run, runs.begin() + each.end_run);
        before.push_back(before.back() + agreed);
        shares.push_back(share(agreed, each.end - each.start));
    }
    const Worst tree(shares);
    std::vector<Part> open{{0, sentences.size(), tree.top()}};
    while (!open.empty()) {
        const auto [first, end, worst] = open.back();
        open.pop_back();
        if (first == end) continue;
        const auto &head = sentences[first], &tail = sentences[end - 1];
        const auto low = runs.begin() + head.first_run, high = runs.begin() + tail.end_run;
        const auto found = alike({before[end] - before[first], low->other, std::prev(high)->other_end()}, head.start, tail.end);
        if (!is_enough(found.similarity, found.containment, threshold)) {
            open.push_back({worst + 1, end, tree.behind(worst)});
            open.push_back({first, worst, tree.before(worst)});
        } else if (tail.end - head.start >= piece) {
            take({head.start, tail.end, Runs(low, high)});
        }
    }
}

}  // namespace dedup::deciding
