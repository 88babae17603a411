#include "passages.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "fetch.hpp"
#include "quotations.hpp"

namespace dedup {
namespace {

// As in `dedup/passages.py` and `dedup/conflicts.py`, which say what they are.
constexpr Place own_run = 6, edge = 2, form = 50, piece_words = 4;
constexpr double own_share = 0.6, most_names = 0.6;
constexpr std::size_t batch = 64;  // pairs that are aligned at a time

// Verifies pair by pair; what it needs for one is kept for the next.
class Verifier {
public:
    Verifier(const Limits& limits, const WordSet& telling, Speller* speller, Verified& out)
        : limits_(limits), conflicts_(telling, speller), out_(out) {}

    // Add the passages of a pair, given its chains: `passages`.
    void add(const Pair& pair, const Chains& chains, std::size_t number) {
        pair_ = &pair;
        pieces_.clear();
        pool_.clear();
        const auto first = chains.pairs[number], last = chains.pairs[number + 1];
        if (first < last) begin();
        for (auto chain = first; chain < last; ++chain) {
            const auto low = chains.chains[chain], high = chains.chains[chain + 1];
            runs_.take({chains.runs.data() + 3 * low, static_cast<std::size_t>(3 * (high - low))});
            add_chain();
        }
        if (!pieces_.empty()) lead_on();
        put();
    }

private:
    // A passage whose runs are pool_[first:last].
    struct Piece {
        Stretch at;
        std::size_t first, last;
        bool operator<(const Piece& other) const { return at.start < other.at.start; }  // no two meet
    };

    void begin() {
        const auto& marks = pair_->document.marks;
        const auto size = static_cast<Place>(marks.size());
        taken_.assign(marks.size(), 0);
        starts_.clear();
        line_starts_.clear();
        for (Place at = 0; at < size; ++at) {
            at = after_plain(marks, at);
            if (at == size) break;
            if (marks[at] & mark::starts_sentence) starts_.push_back(at);
            if (marks[at] & mark::starts_line) line_starts_.push_back(at);
        }
        starts_.push_back(size);
        conflicts_.take(*pair_);
    }

    // The first place from one on where, of eight words, one may start a sentence or a line; or fewer than eight are left.
    static Place after_plain(Span<std::uint8_t> marks, Place at) {
        constexpr std::uint64_t starts = 0x0101010101010101U * (mark::starts_sentence | mark::starts_line);
        std::uint64_t eight;
        for (; static_cast<std::size_t>(at) + sizeof eight <= marks.size(); at += static_cast<Place>(sizeof eight)) {
            std::memcpy(&eight, marks.begin() + at, sizeof eight);
            if (eight & starts) break;
        }
        return at;
    }

    // Add the pieces of a chain that are of no chain before.
    void add_chain() {
        find_shared();
        if (shared_.empty()) return;
        conflicts_.find(runs_.all(), shared_);
        Place agreed = 0;
        for (const auto each : shared_) agreed += runs_.agreed(runs_.touching(each), each);
        is_form_ = conflicts_.slots() * form > agreed;
        const auto& words = conflicts_.words();
        const auto is_free = [&](Stretch of) {
            const auto next = std::lower_bound(words.begin(), words.end(), of.start);
            return next == words.end() || *next >= of.end;
        };
        sentences_.clear();
        for (const auto each : shared_) {
            if (!is_free(each)) continue;
            if (!sentences_.empty() && sentences_.back().end != each.start) add_alike_enough();
            sentences_.push_back(each);
        }
        if (!sentences_.empty()) add_alike_enough();
    }

    // `_shared`, into `shared_`
    void find_shared() {
        shared_.clear();
        const auto low = runs_.all().front().start, high = runs_.all().back().end();
        const auto above = std::upper_bound(starts_.begin(), starts_.end(), low);
        if (above == starts_.begin()) return;  // no sentence starts before it
        const auto last = std::lower_bound(starts_.begin(), starts_.end(), high);
        for (auto at = above - 1; at < last; ++at) {
            const Stretch sentence{*at, *(at + 1)};
            const auto touching = runs_.touching(sentence);
            if (is_shared(touching, sentence)) shared_.push_back(sentence);
            else if (!touching.empty()) add_whole_lines(runs_, pair_->document.marks, line_starts_, sentence, shared_);
        }
    }

    // `is_shared`
    bool is_shared(Span<Run> touching, Stretch of) const {
        if (touching.empty()) return false;
        if (static_cast<double>(runs_.agreed(touching, of)) < own_share * static_cast<double>(of.end - of.start)) return false;
        const auto &first = touching[0], &last = touching[touching.size() - 1];
        if (first.start - of.start > edge || of.end - last.end() > edge) return false;
        for (std::size_t at = 1; at < touching.size(); ++at) {
            if (touching[at].start - touching[at - 1].end() >= own_run) return false;
        }
        return true;
    }

    // `is_copy`, given the runs that touch a stretch
    bool is_copy(Span<Run> touching, Stretch of) const {
        if (touching.empty()) return false;
        const auto agreed = static_cast<double>(runs_.agreed(touching, of));
        const auto low = clip(touching[0], of).other, high = clip(touching[touching.size() - 1], of).other_end();
        const auto words = of.end - of.start;
        return 2 * agreed / static_cast<double>(words + high - low) >= limits_.similarity && agreed / static_cast<double>(words) >= limits_.containment;
    }

    // `alike_enough` of `sentences_`, which touch; they are gone then.
    void add_alike_enough() {
        const auto count = sentences_.size();
        if (!add_if_copy({sentences_.front().start, sentences_.back().end}) && count > 1) {
            find_worst();
            parts_.assign(1, {0, count, root_});
            while (!parts_.empty()) {
                const auto [low, high, worst] = parts_.back();
                parts_.pop_back();
                if (low == high) continue;
                if (high - low < count && add_if_copy({sentences_[low].start, sentences_[high - 1].end})) continue;
                parts_.push_back({worst + 1, high, nodes_[worst].behind});
                parts_.push_back({low, worst, nodes_[worst].before});
            }
        }
        sentences_.clear();
    }

    // Whether a stretch is a copy; the piece is added if it is long enough, and of no chain before.
    bool add_if_copy(Stretch of) {
        const auto touching = runs_.touching(of);
        if (!is_copy(touching, of)) return false;
        const auto taken = taken_.begin();
        if (of.end - of.start < piece_words || (is_form_ && runs_.agreed(touching, of) < form) ||
            std::find(taken + of.start, taken + of.end, 1) != taken + of.end) {
            return true;
        }
        std::fill(taken + of.start, taken + of.end, std::uint8_t{1});
        const auto first = pool_.size();
        for (const auto& run : touching) pool_.push_back(clip(run, of));
        pieces_.push_back({of, first, pool_.size()});
        return true;
    }

    // For all parts of `sentences_` that leaving out the worst one makes, which that is: the first of those of which the
    // least share agrees. That is a Cartesian tree (Vuillemin 1980), made in one pass.
    void find_worst() {
        shares_.clear();
        nodes_.assign(sentences_.size(), {});
        order_.clear();
        for (std::size_t at = 0; at < sentences_.size(); ++at) {
            const auto each = sentences_[at];
            shares_.push_back(static_cast<double>(runs_.agreed(runs_.touching(each), each)) / static_cast<double>(each.end - each.start));
            while (!order_.empty() && shares_[order_.back()] > shares_[at]) {
                nodes_[at].before = order_.back();
                order_.pop_back();
            }
            if (!order_.empty()) nodes_[order_.back()].behind = at;
            order_.push_back(at);
        }
        root_ = order_.front();
    }

    // Lead pieces on by sentences of quotations: `led_on`.
    void lead_on() {
        std::sort(pieces_.begin(), pieces_.end());
        const auto count = pieces_.size();
        for (std::size_t at = 0; at < count; ++at) {
            const auto piece = pieces_[at];
            chain_.clear();
            leading_on_.add(piece.at, {pool_[piece.first].other, pool_[piece.last - 1].other_end()}, pair_->document, pair_->keeper.hashes, taken_, chain_);
            for (const auto& run : chain_) {
                pool_.push_back(run);
                pieces_.push_back({{run.start, run.end()}, pool_.size() - 1, pool_.size()});
            }
        }
        if (pieces_.size() > count) std::sort(pieces_.begin(), pieces_.end());
    }

    // Put the pieces that stand side by side, where together they are long enough.
    void put() {
        for (std::size_t first = 0, last = 0; first < pieces_.size(); first = last) {
            for (last = first + 1; last < pieces_.size() && pieces_[last].at.start == pieces_[last - 1].at.end;) ++last;
            if (!is_long_enough({pieces_[first].at.start, pieces_[last - 1].at.end})) continue;
            for (auto at = first; at < last; ++at) put(pieces_[at]);
        }
        out_.bounds.push_back(static_cast<std::int64_t>(out_.spans.size() / 2));
    }

    void put(const Piece& piece) {
        out_.spans.insert(out_.spans.end(), {piece.at.start, piece.at.end});
        for (auto at = piece.first; at < piece.last; ++at) {
            out_.runs.insert(out_.runs.end(), {pool_[at].start, pool_[at].other, pool_[at].length});
        }
        out_.run_bounds.push_back(static_cast<std::int64_t>(out_.runs.size() / 3));
    }

    // `_long_enough`
    bool is_long_enough(Stretch of) const {
        Place words = 0, unspaced = 0, names = 0;
        for (auto at = of.start; at < of.end; ++at) {
            const auto each = pair_->document.marks[at];
            words += each & mark::heading ? 0 : 1;
            unspaced += each & mark::unspaced ? 1 : 0;
            names += (each & mark::name ? 1 : 0) - (each & mark::figure ? 1 : 0);
        }
        return words - unspaced / 2 >= limits_.min_words && static_cast<double>(names) <= most_names * static_cast<double>(of.end - of.start);
    }

    // Which sentence is left out of those before one, and of those behind it, in its part.
    struct Node {
        std::size_t before = 0, behind = 0;
    };
    struct Part {
        std::size_t low, high, worst;
    };

    const Limits& limits_;
    Conflicts conflicts_;
    LeadingOn leading_on_;
    Verified& out_;
    const Pair* pair_ = nullptr;
    Runs runs_;  // of the chain that is looked at
    bool is_form_ = false;
    Chain pool_, chain_;
    std::vector<Piece> pieces_;
    std::vector<std::uint8_t> taken_;
    std::vector<Place> starts_, line_starts_;
    std::vector<Stretch> shared_, sentences_;
    std::vector<double> shares_;
    std::vector<Node> nodes_;
    std::vector<Part> parts_;
    std::vector<std::size_t> order_;
    std::size_t root_ = 0;
};

}  // namespace

Verified verify(const Documents& documents, Span<std::int64_t> pairs, const Limits& limits, const WordSet& telling, Speller* speller) {
    Verified out;
    Verifier verifier(limits, telling, speller, out);
    for (std::size_t at = 0; at < pairs.size(); at += 2 * batch) {
        const Span<std::int64_t> some{pairs.begin() + at, std::min(2 * batch, pairs.size() - at)};
        const auto chains = align(documents, some);
        for (std::size_t each = 0; each + 1 < some.size(); each += 2) {
            if (each + 3 < some.size()) fetch_first(documents[some[each + 3]].marks, 1024);
            verifier.add({some[each + 1], some[each], documents[some[each + 1]], documents[some[each]]}, chains, each / 2);
        }
    }
    return out;
}

}  // namespace dedup
