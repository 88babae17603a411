#include "cluster.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "found.hpp"
#include "marked.hpp"
#include "moved.hpp"
#include "rounded.hpp"

namespace dedup {
namespace {

using namespace deciding;

constexpr std::size_t none = static_cast<std::size_t>(-1);

std::size_t at(Place place) { return static_cast<std::size_t>(place); }

// A passage of a document, within one block, that goes since `keeper` has it.
struct Duplicate {
    Alike alike;
    Place keeper;
};

// Call `take` with a span of words block by block.
template <class Take>
void for_blocks(Place start, Place end, Span<std::uint8_t> marks, Take take) {
    for (auto low = start; low < end;) {
        auto high = low + 1;
        while (high < end && !(marks[at(high)] & starts_block)) ++high;
        take(low, high);
        low = high;
    }
}

// A copy with the words before or behind it that the keeper lacks.
Alike with(const Alike& copy, Place start, Place end) {
    const auto low = std::min(start, copy.start), high = std::max(end, copy.end), kept = copy.keeper_end - copy.keeper_start;
    const double agreed = copy.containment * static_cast<double>(copy.end - copy.start);
    const double similarity = 2 * agreed / static_cast<double>(high - low + kept), containment = agreed / static_cast<double>(high - low);
    return {low, high, copy.keeper_start, copy.keeper_end, rounded(similarity), rounded(containment)};
}

// One document, of which passages go one by one.
class Deciding {
public:
    Deciding(Place document, const MarkedDocuments& documents, const Standing& standing, Moves& moves)
        : document_(document), words_(documents[document]), standing_(standing), moves_(moves) {
        moves_.open(document);
    }

    // Let go what is still there of a passage, as far as documents keep it.
    void let_go(Place keeper, const Passage& passage) {
        const Asked asked{moves_, words_, standing_.order, standing_.threshold};
        std::vector<Passage> left;
        own().staying(passage.start, passage.end, [&](Place start, Place end) {
            auto runs = clipped(passage.runs, start, end);
            if (!runs.empty()) left.push_back({start, end, std::move(runs)});
        });
        for (const auto& part : left) {
            settle(part, keeper, asked, [&](Place target, const Passage& copy) {
                if (may_keep(target)) let_go_by_block(target, copy);
            });
        }
    }

    // Write what was decided, if anything goes.
    void write(Decisions& out) {
        if (going_.empty()) return;
        const bool whole = is_whole();
        if (whole) take_all(out.remains);
        out.documents.push_back(document_);
        out.whole.push_back(whole);
        for (const auto& [alike, keeper] : going_) {
            for (const auto each : {alike.start, alike.end, alike.keeper_start, alike.keeper_end}) out.spans.push_back(static_cast<std::int32_t>(each));
            out.keepers.push_back(static_cast<std::int32_t>(keeper));
            out.likeness.insert(out.likeness.end(), {alike.similarity, alike.containment});
        }
        out.bounds.push_back(static_cast<std::int64_t>(out.keepers.size()));
        out.remains_bounds.push_back(static_cast<std::int64_t>(out.remains.size() / 2));
        own().each([&](const Gone& gone) { out.moved.insert(out.moved.end(), {gone.start, gone.end, gone.keeper, gone.place}); });
        out.moved_bounds.push_back(static_cast<std::int64_t>(out.moved.size() / 4));
        moves_.close();
    }

private:
    // What went of it so far.
    Stretches own() const { return moves_[document_]; }
    Place size() const { return static_cast<Place>(words_.size()); }
    bool has(Place word, std::uint8_t mark) const { return (words_[at(word)] & mark) != 0; }

    bool may_keep(Place keeper) const {
        return standing_.sites.empty() || standing_.sites[at(keeper)] != standing_.sites[at(document_)];
    }

    // The first word of the block that a word stands in.
    Place block_of(Place word) const {
        while (word > 0 && !has(word, starts_block)) --word;
        return word;
    }

    // A passage over several blocks as one for each, every one similar enough by itself.
    void let_go_by_block(Place keeper, const Passage& copy) {
        for_blocks(copy.start, copy.end, words_, [&](Place start, Place end) {
            const auto runs = clipped(copy.runs, start, end);
            if (!is_copy(runs, start, end, standing_.threshold)) return;
            const auto is_heading = has(start, heading);
            (is_heading ? headings_ : going_).push_back({alike(runs, start, end), keeper});
            if (!is_heading) moves_.take(start, end, runs, keeper);
        });
    }

    // Whether a document is a copy as a whole: headings aside nothing is left of it but a few words in a row of blocks
    // that were cut, and no sentence but what begins a block, as a dateline does.
    bool is_whole() const {
        std::vector<Place> cut;
        Place behind = 0;
        const auto add = [&](Place start, Place end) {
            for_blocks(start, end, words_, [&](Place low, Place) { cut.push_back(block_of(low)); });
        };
        own().staying(0, size(), [&](Place start, Place end) {
            add(behind, start);
            behind = end;
        });
        add(behind, size());
        std::sort(cut.begin(), cut.end());
        bool whole = true;
        own().staying(0, size(), [&](Place start, Place end) {
            if (!whole) return;
            for_blocks(start, end, words_, [&](Place low, Place high) {
                const bool sentence = has(low, starts_sentence) && low > 0 && !has(low, starts_block);
                const bool says = high - low >= own_run || sentence || !std::binary_search(cut.begin(), cut.end(), block_of(low));
                whole = whole && (has(low, heading) || !says);
            });
        });
        return whole;
    }

    // All of a document: its headings, and what is left, with the copy next to it or by itself.
    void take_all(std::vector<std::int32_t>& remains) {
        for (const auto& each : headings_) {
            if (!own().stays(each.alike.start, each.alike.end)) continue;
            moves_.take(each.alike.start, each.alike.end, {}, each.keeper);
            going_.push_back(each);
        }
        std::vector<std::pair<Place, Place>> left;
        own().staying(0, size(), [&](Place start, Place end) {
            for_blocks(start, end, words_, [&](Place low, Place high) { left.emplace_back(low, high); });
        });
        // The copies by the word that they begin with, and by the one behind them. No two share a word.
        std::vector<std::size_t> beginning(words_.size() + 1, none), ending(beginning);
        for (std::size_t each = 0; each < going_.size(); ++each) note(each, beginning, ending);
        for (const auto& [low, high] : left) {
            const auto one = beginning[at(high)], other = ending[at(low)];
            const auto by_one = holds(one, low, high), by_other = holds(other, low, high);
            if (by_one || by_other) {
                const auto copy = by_one && by_other ? std::min(one, other) : by_one ? one : other;
                going_[copy].alike = with(going_[copy].alike, low, high);
                note(copy, beginning, ending);
            } else {
                remains.insert(remains.end(), {static_cast<std::int32_t>(low), static_cast<std::int32_t>(high)});
            }
            moves_.take(low, high, {}, lost);
        }
    }

    void note(std::size_t copy, std::vector<std::size_t>& beginning, std::vector<std::size_t>& ending) const {
        beginning[at(going_[copy].alike.start)] = copy;
        ending[at(going_[copy].alike.end)] = copy;
    }

    // Whether a few words next to a copy in its block, as a dateline is, leave it alike enough.
    bool holds(std::size_t copy, Place start, Place end) const {
        if (copy == none) return false;
        const auto& own = going_[copy].alike;
        const auto more = with(own, start, end);
        return !has(std::max(start, own.start), starts_block) && is_enough(more.similarity, more.containment, standing_.threshold);
    }

    const Place document_;
    const Span<std::uint8_t> words_;  // their marks
    const Standing& standing_;
    Moves& moves_;
    std::vector<Duplicate> going_, headings_;  // headings go with all of the document, or not at all
};

// What went before, as it is looked up.
Moves moves_of(const MarkedDocuments& documents, const Standing& standing, const Before& before) {
    const auto require = [](bool holds) {
        if (!holds) throw std::invalid_argument("stretches that are none of these documents");
    };
    const auto is_document = [&](std::int64_t each) { return 0 <= each && at(each) < documents.size(); };
    Moves moves(documents.size());
    require(before.bounds.size() == before.documents.size() + 1 && before.bounds[0] == 0 && std::is_sorted(before.bounds.begin(), before.bounds.end()) &&
            before.rows.size() % 4 == 0 && at(before.bounds[before.documents.size()]) == before.rows.size() / 4);
    for (std::size_t number = 0; number < before.documents.size(); ++number) {
        const auto document = before.documents[number];
        require(is_document(document) && standing.copies[at(document)] == undecided);
        std::vector<Gone> all;
        for (auto row = before.bounds[number]; row < before.bounds[number + 1]; ++row) {
            const auto* value = before.rows.begin() + 4 * row;
            const Gone gone{value[0], value[1], value[2], value[3]};
            require((all.empty() ? 0 : all.back().end) <= gone.start && gone.start < gone.end && at(gone.end) <= documents[document].size());
            require(gone.keeper == lost || (is_document(gone.keeper) && 0 <= gone.place &&
                                            Place{gone.place} + gone.end - gone.start <= static_cast<Place>(documents[gone.keeper].size())));
            all.push_back(gone);
        }
        require(moves[document].stays(0, static_cast<Place>(documents[document].size())));  // it comes once
        moves.add(document, all);
    }
    return moves;
}

}  // namespace

Decisions decide(const MarkedDocuments& documents, const AlignedPassages& found, const Standing& standing, const Before& before) {
    Decisions decided;
    FoundPassages passages(documents, found, standing);
    auto moves = moves_of(documents, standing, before);
    while (passages.next()) {
        Deciding deciding(passages.document(), documents, standing, moves);
        for (const auto& [keeper, passage] : passages.best_first()) deciding.let_go(keeper, passage);
        deciding.write(decided);
    }
    return decided;
}

std::vector<std::int64_t> linked(std::size_t count, Span<std::int64_t> pairs) {
    std::vector<std::int64_t> least(count);
    std::iota(least.begin(), least.end(), 0);
    const auto least_of = [&](Place each) {
        if (each < 0 || at(each) >= count) throw std::invalid_argument("there is no such thing");
        while (least[at(each)] != each) each = least[at(each)] = least[at(least[at(each)])];
        return each;
    };
    for (const auto* pair = pairs.begin(); pair != pairs.end(); pair += 2) {
        const auto [low, high] = std::minmax({least_of(pair[0]), least_of(pair[1])});
        least[at(high)] = low;
    }
    for (auto& each : least) each = least[at(each)];  // those before it know theirs
    return least;
}

}  // namespace dedup
