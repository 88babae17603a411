#include "moved.hpp"

#include <algorithm>
#include <numeric>

namespace dedup::deciding {
namespace {

// A run in the document that keeps its words.
struct Followed {
    Place keeper;
    Run run;
};

// The document that keeps the most of a sentence, and what it keeps: as far as that ascends.
struct Most {
    Place keeper = -1;
    Runs runs;
};

// Whether a keeper's span from one run to another is all there.
bool stands(const Moves& moves, Place keeper, const Run& first, const Run& last) {
    return moves[keeper].stays(first.other, last.other_end());
}

// The same from the first to the last of runs, which must ascend.
bool stands(const Moves& moves, Place keeper, const Runs& runs) {
    for (std::size_t at = 1; at < runs.size(); ++at) {
        if (runs[at].other < runs[at - 1].other_end()) return false;
    }
    return stands(moves, keeper, runs.front(), runs.back());
}

std::vector<Followed> follow(const Passage& passage, Place keeper, const Moves& moves) {
    std::vector<Followed> found;
    found.reserve(passage.runs.size());
    const auto moved = moves[keeper];
    for (const auto& run : passage.runs) {
        moved.follow(run, keeper, [&](Place to, const Run& part) { found.push_back({to, part}); });
    }
    return found;
}

// The parts of what was followed that lie in a sentence. Asked for sentences in order.
class Sentences {
public:
    explicit Sentences(const std::vector<Followed>& followed) : followed_(followed) {}

    Most most(Place low, Place high, Span<std::int64_t> order) {
        read(low, high);
        // By keeper, those of each in order; most often there is one keeper, and sorting takes memory.
        const auto before = [](const Followed& one, const Followed& other) { return one.keeper < other.keeper; };
        if (!std::is_sorted(parts_.begin(), parts_.end(), before)) std::stable_sort(parts_.begin(), parts_.end(), before);
        Most best;
        Place agreed = 0;
        for (auto first = parts_.begin(); first != parts_.end();) {
            const auto end = std::find_if(first, parts_.end(), [&](const Followed& each) { return each.keeper != first->keeper; });
            Most own{first->keeper, {}};
            own.runs.reserve(static_cast<std::size_t>(end - first));
            Place sum = 0;
            for (auto part = first; part != end; ++part) {
                if (!own.runs.empty() && own.runs.back().other_end() > part->run.other) continue;
                own.runs.push_back(part->run);
                sum += part->run.length;
            }
            if (sum > agreed || (sum == agreed && order[rank(own.keeper)] < order[rank(best.keeper)])) {
                best = std::move(own);
                agreed = sum;
            }
            first = end;
        }
        return best;
    }

private:
    static std::size_t rank(Place keeper) { return static_cast<std::size_t>(keeper); }

    void read(Place low, Place high) {
        while (next_ < followed_.size() && followed_[next_].run.end() <= low) ++next_;
        parts_.clear();
        for (auto at = next_; at < followed_.size() && followed_[at].run.start < high; ++at) {
            const auto& [keeper, run] = followed_[at];
            const auto cut = std::max(Place{0}, low - run.start);
            parts_.push_back({keeper, {run.start + cut, run.other + cut, std::min(run.length - cut, high - run.start - cut)}});
        }
    }

    const std::vector<Followed>& followed_;
    std::vector<Followed> parts_;
    std::size_t next_ = 0;
};

// How many figures and names of some words agree.
Place told(const Runs& runs, Span<std::uint8_t> marks, Place low, Place high) {
    Place count = 0;
    const auto before = [](const Run& run, Place place) { return run.end() <= place; };
    for (auto run = std::lower_bound(runs.begin(), runs.end(), low, before); run != runs.end() && run->start < high; ++run) {
        count += std::count_if(marks.begin() + std::max(low, run->start), marks.begin() + std::min(high, run->end()),
                               [](std::uint8_t mark) { return (mark & (figure | name)) != 0; });
    }
    return count;
}

// Whether a sentence still agrees, with all the figures and names that did.
bool is_told(const Runs& before, const Runs& runs, Span<std::uint8_t> marks, Place low, Place high) {
    return told(before, marks, low, high) == told(runs, marks, low, high) && is_shared(runs, low, high);
}

}  // namespace

const Gone* Stretches::first_behind(Place start) const {
    return std::upper_bound(first_, end_, start, [](Place place, const Gone& gone) { return place < gone.end; });
}

bool Stretches::stays(Place start, Place end) const {
    const auto gone = first_behind(start);
    return gone == end_ || gone->start >= end;
}

void Stretches::follow(const Run& run, Place keeper, const std::function<void(Place, const Run&)>& take) const {
    const auto end = run.other_end();
    auto at = run.other;
    const auto give = [&](Place to, Place low, Place high, Place place) {
        if (low < high) take(to, {run.start + low - run.other, place, high - low});
    };
    for (auto gone = first_behind(at); gone != end_ && gone->start < end;) {
        give(keeper, at, gone->start, at);
        const auto low = std::max(at, Place{gone->start});
        const auto first = gone;
        // Stretches that went one by one and stand side by side at the keeper, too, are one.
        auto last = gone++;
        while (gone != end_ && gone->start == last->end && gone->start < end && gone->keeper == first->keeper &&
               gone->place - gone->start == first->place - first->start) {
            last = gone++;
        }
        at = std::min(end, Place{last->end});
        if (first->keeper != lost) give(first->keeper, low, at, first->place + low - first->start);
    }
    give(keeper, at, end, at);
}

void Moves::add(Place document, const std::vector<Gone>& all) {
    open(document);
    open_ = all;
    close();
}

void Moves::open(Place document) {
    document_ = document;
    open_.clear();
}

void Moves::take(Place start, Place end, const Runs& runs, Place keeper) {
    std::vector<Gone> more;
    const auto add = [&](Place low, Place high, Place to, Place place) {
        const auto as = [](Place value) { return static_cast<std::int32_t>(value); };
        if (low < high) more.push_back({as(low), as(high), as(to), as(place)});
    };
    auto at = start;
    for (const auto& run : clipped(runs, start, end)) {
        add(at, run.start, lost, 0);
        add(run.start, run.end(), keeper, run.other);
        at = run.end();
    }
    add(at, end, lost, 0);
    const auto before = (*this)[document_].first_behind(start) - open_.data();
    open_.insert(open_.begin() + before, more.begin(), more.end());
}

void Moves::close() {
    if (!open_.empty()) {
        (*this)[document_].each([&](const Gone& gone) { rows_.push_back(gone); });
        bounds_.push_back(rows_.size());
        rows_of_[static_cast<std::size_t>(document_)] = static_cast<std::uint32_t>(bounds_.size() - 1);
    }
    document_ = -1;
}

Stretches Moves::operator[](Place document) const {
    if (document == document_) return {open_.data(), open_.data() + open_.size()};
    const auto row = rows_of_[static_cast<std::size_t>(document)];
    return row ? Stretches(rows_.data() + bounds_[row - 1], rows_.data() + bounds_[row]) : Stretches();
}

void settle(const Passage& passage, Place keeper, const Asked& asked, const std::function<void(Place, const Passage&)>& take) {
    const auto& moves = asked.moves;
    if (stands(moves, keeper, passage.runs)) {
        if (is_copy(passage.runs, passage.start, passage.end, asked.threshold)) take(keeper, passage);
        return;
    }
    const auto followed = follow(passage, keeper, moves);
    Sentences sentences(followed);
    Place target = -1;
    Runs runs;
    std::vector<Sentence> together;
    const auto give = [&] {
        alike_enough(together, runs, asked.threshold, [&](const Passage& each) { take(target, each); });
        runs.clear();
        together.clear();
    };
    for (auto low = passage.start; low < passage.end;) {
        auto high = low + 1;
        while (high < passage.end && !(asked.marks[static_cast<std::size_t>(high)] & (starts_sentence | starts_line))) ++high;
        const auto most = sentences.most(low, high, asked.order);
        const auto& inside = most.runs;
        const bool is_kept = is_told(passage.runs, inside, asked.marks, low, high) && stands(moves, most.keeper, inside);
        const auto goes_on = [&] {
            if (most.keeper != target) return false;
            const auto& last = runs.empty() ? inside.front() : runs.back();
            return (runs.empty() || last.other_end() <= inside.front().other) && stands(moves, target, last, inside.front());
        };
        if (!is_kept || !goes_on()) {
            give();
            target = most.keeper;
        }
        if (is_kept) {
            const auto first = static_cast<Place>(runs.size());
            runs.insert(runs.end(), inside.begin(), inside.end());
            together.push_back({low, high, first, static_cast<Place>(runs.size())});
        }
        low = high;
    }
    give();
}

}  // namespace dedup::deciding
