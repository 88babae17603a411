#include "align.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <tuple>

#include "aligning.hpp"
#include "fetch.hpp"

namespace dedup {
namespace {

using namespace aligning;

constexpr std::size_t fetched = 4096, marks_fetched = 1024;  // bytes of the words that are read next, and of their marks

// Aligns pair by pair; what it needs for one is kept for the next.
class Aligner {
public:
    void take_keeper(Hashes keeper) {
        keeper_ = keeper;
        if (size_of(keeper) >= anchor) index_.fill(keeper);
    }

    // Add the chains of a document and the keeper taken.
    void align(AlignedWords document, Chains& out) {
        document_ = document;
        find_runs();
        keep_telling();
        link();
        for (auto& chain : unlinked()) {
            drop_taken(chain);
            if (!chain.empty()) put(chain, out);
        }
        out.pairs.push_back(static_cast<std::int64_t>(out.chains.size()) - 1);
    }

private:
    struct Link {
        Place best;  // words of the chain that ends here, less what its sides shift
        Place back;  // the run before in it, or -1
        bool used;
    };
    // A run of shingles that may go on.
    struct Open {
        Place other;  // where the keeper's next shingle would have to stand
        std::size_t run;
    };

    // Runs of shingles that stand on both sides, by their starts. A run is one of `open_` while it may go on.
    void find_runs() {
        runs_.clear();
        open_.clear();
        if (std::min(size_of(keeper_), size_of(document_.hashes)) < anchor) return;
        hits_.assign(keeper_.size(), 0);
        const auto count = size_of(document_.hashes) - anchor + 1;
        const auto* words = document_.hashes.begin();
        for (Place at = 0; at < count; ++at) {
            if (open_.empty()) {  // most of what is no copy
                at = index_.next(words + at, words + count) - words;
                if (at == count) break;
            }
            const auto shingle = shingle_at(words + at);
            if (open_.size() == 1 && index_.stands_only_at(open_[0].other, shingle)) {  // the one run goes on: most of a copy
                ++runs_[open_[0].run].length;
                ++hits_[open_[0].other++];
                continue;
            }
            const auto found = index_.find(shingle);
            if (found.size() == 1) ++hits_[found[0].place];
            go_on(at, static_cast<Place>(found.size()) > occurrences ? Span<Index::Entry>{found.begin(), 0} : found);
        }
    }

    // Lead the open runs on by the places of a shingle, which ascend as theirs do, or begin new ones there.
    void go_on(Place at, Span<Index::Entry> found) {
        next_.clear();
        auto open = open_.begin();
        for (const auto& [shingle, place] : found) {
            while (open != open_.end() && open->other < place) ++open;
            if (open != open_.end() && open->other == place) {
                ++runs_[open->run].length;
                next_.push_back({place + 1, open->run});
            } else {
                next_.push_back({place + 1, runs_.size()});
                runs_.push_back({at, place, anchor});
            }
        }
        open_.swap(next_);
    }

    void keep_telling() {
        const auto is_phrase = [&](const Run& run) {
            if (run.length >= long_run) return false;
            const auto first = hits_.begin() + run.other;
            return std::find(first, first + (run.length - anchor + 1), 1U) == first + (run.length - anchor + 1);
        };
        runs_.erase(std::remove_if(runs_.begin(), runs_.end(), is_phrase), runs_.end());
    }

    // For every run the best chain that ends with it.
    void link() {
        links_.clear();
        const auto count = static_cast<Place>(runs_.size());
        for (Place at = 0; at < count; ++at) {
            const auto& run = runs_[at];
            Link own{run.length, -1, false};
            for (auto before = at - 1; before >= std::max<Place>(0, at - look_back); --before) {
                const auto& last = runs_[before];
                const auto overlap = std::max({Place{0}, last.end() - run.start, last.other_end() - run.other});
                const auto gap = run.start - last.end() + overlap, other_gap = run.other - last.other_end() + overlap;
                const auto shifted = std::abs(gap - other_gap);
                if (overlap >= run.length || gap > widest_gap || other_gap > widest_gap || shifted > shift) continue;
                const auto score = links_[before].best + run.length - overlap - shifted;
                if (score > own.best) own = {score, before, false};
            }
            links_.push_back(own);
        }
    }

    // The chains, filled, those of most words first.
    std::vector<Chain> unlinked() {
        order_.resize(links_.size());
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::sort(order_.begin(), order_.end(), [&](std::size_t one, std::size_t other) {
            return std::make_tuple(-links_[one].best, one) < std::make_tuple(-links_[other].best, other);
        });
        std::vector<Chain> chains;
        for (const auto last : order_) {
            chain_.clear();
            for (auto at = static_cast<Place>(last); at >= 0 && !links_[at].used;) {
                auto& own = links_[at];
                own.used = true;
                chain_.push_back(runs_[at]);
                at = own.back;
            }
            if (!chain_.empty()) chains.push_back(filled());
        }
        // No two begin with the same run.
        std::sort(chains.begin(), chains.end(), [](const Chain& one, const Chain& other) {
            return std::make_tuple(-agreed(one), one[0].start, one[0].other) < std::make_tuple(-agreed(other), other[0].start, other[0].other);
        });
        taken_.assign(document_.hashes.size(), false);
        return chains;
    }

    // `chain_`, which runs backwards, with overlaps cut and the equal words inside its gaps added.
    Chain filled() {
        Chain result{chain_.back()};
        for (auto run = chain_.rbegin() + 1; run != chain_.rend(); ++run) {
            const auto end = result.back().end(), other_end = result.back().other_end();
            const auto overlap = std::max({Place{0}, end - run->start, other_end - run->other});
            const Run cut{run->start + overlap, run->other + overlap, run->length - overlap};
            add_equal({end, cut.start}, {other_end, cut.other}, result);
            result.push_back(cut);
        }
        return result;
    }

    // Leave of the runs what is of no chain before, if an anchor is left, and take the words of that.
    void drop_taken(Chain& chain) {
        chain_.clear();
        Place longest = 0;
        for (const auto& run : chain) {
            for (auto at = run.start; at < run.end();) {
                const auto first = std::find(taken_.begin() + at, taken_.begin() + run.end(), false) - taken_.begin();
                at = std::find(taken_.begin() + first, taken_.begin() + run.end(), true) - taken_.begin();
                if (first < at) chain_.push_back({first, run.other + (first - run.start), at - first});
                longest = std::max(longest, at - first);
            }
        }
        if (longest < anchor) chain_.clear();
        for (const auto& run : chain_) std::fill(taken_.begin() + run.start, taken_.begin() + run.end(), true);
        chain.swap(chain_);
    }

    // Add a chain, led on to the ends of its first and last sentence.
    void put(const Chain& chain, Chains& out) {
        const auto start = chain.front().start, other = chain.front().other;
        const auto end = chain.back().end(), other_end = chain.back().other_end();
        const auto starts = [&](Place at) { return document_.marks[at] & mark::starts_sentence; };
        auto low = start, high = end;
        while (low > std::max<Place>(0, start - widest_gap) && !starts(low)) --low;
        while (high < std::min(size_of(document_.hashes), end + widest_gap) && !starts(high)) ++high;
        chain_.clear();
        add_equal({low, start}, {std::max<Place>(0, other - (start - low) - slack), other}, chain_);
        chain_.insert(chain_.end(), chain.begin(), chain.end());
        add_equal({end, high}, {other_end, std::min(size_of(keeper_), other_end + (high - end) + slack)}, chain_);
        for (const auto& run : chain_) out.runs.insert(out.runs.end(), {run.start, run.other, run.length});
        out.chains.push_back(static_cast<std::int64_t>(out.runs.size()) / 3);
    }

    void add_equal(std::pair<Place, Place> here, std::pair<Place, Place> there, Chain& chain) {
        const auto part = [](Hashes words, std::pair<Place, Place> at) -> Hashes {
            return {words.begin() + at.first, static_cast<std::size_t>(at.second - at.first)};
        };
        gap_.add(part(document_.hashes, here), part(keeper_, there), here.first, there.first, chain);
    }

    AlignedWords document_{};
    Hashes keeper_{};
    Index index_;
    Gap gap_;
    std::vector<std::uint32_t> hits_;  // of the keeper's shingles that stand there once: how often in the document
    std::vector<Open> open_, next_;
    Chain runs_, chain_;
    std::vector<Link> links_;
    std::vector<std::size_t> order_;
    std::vector<bool> taken_;
};

}  // namespace

Documents::Documents(Span<std::uint64_t> hashes, Span<std::uint8_t> marks, Span<std::int64_t> bounds)
    : hashes_(hashes), marks_(marks), bounds_(bounds) {
    if (hashes.size() != marks.size()) throw std::invalid_argument("as many marks as words are needed");
}

AlignedWords Documents::operator[](std::int64_t document) const {
    const auto number = static_cast<std::size_t>(document);
    if (document < 0 || number + 1 >= bounds_.size()) throw std::invalid_argument("there is no such document");
    const auto low = bounds_[number], high = bounds_[number + 1];
    if (low < 0 || low > high || static_cast<std::size_t>(high) > hashes_.size()) throw std::invalid_argument("bounds that are none");
    const auto size = static_cast<std::size_t>(high - low);
    return {{hashes_.begin() + low, size}, {marks_.begin() + low, size}};
}

Chains align(AlignedWords document, Span<std::uint64_t> keeper) {
    if (document.hashes.size() != document.marks.size()) throw std::invalid_argument("as many marks as words are needed");
    Chains out;
    Aligner aligner;
    aligner.take_keeper(keeper);
    aligner.align(document, out);
    return out;
}

Chains align(const Documents& documents, Span<std::int64_t> pairs) {
    Chains out;
    Aligner aligner;
    std::int64_t taken = -1;
    for (std::size_t at = 0; at + 1 < pairs.size(); at += 2) {
        const auto keeper = documents[pairs[at]].hashes;
        if (at + 3 < pairs.size()) {
            const auto next = documents[pairs[at + 3]];
            fetch_first(next.hashes, fetched);
            fetch_first(next.marks, marks_fetched);
            if (pairs[at + 2] != pairs[at]) fetch_first(documents[pairs[at + 2]].hashes, fetched);
        }
        if (pairs[at] != taken) aligner.take_keeper(keeper);
        taken = pairs[at];
        aligner.align(documents[pairs[at + 1]], out);
    }
    return out;
}

}  // namespace dedup
