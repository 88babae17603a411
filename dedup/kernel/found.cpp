#include "found.hpp"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace dedup::deciding {
namespace {

std::size_t at(Place place) { return static_cast<std::size_t>(place); }

void require(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

// Bounds of so many rows, of which each has some of `count` others.
void check_bounds(Span<std::int64_t> bounds, std::size_t rows, std::size_t count) {
    const bool whole = bounds.size() == rows + 1 && bounds[0] == 0 && std::is_sorted(bounds.begin(), bounds.end()) &&
                       static_cast<std::uint64_t>(bounds[rows]) == count;
    require(whole, "bounds that are none");
}

}  // namespace

FoundPassages::FoundPassages(const MarkedDocuments& documents, const AlignedPassages& found, const Standing& standing)
    : documents_(documents), found_(found), standing_(standing) {
    check_standing();
    const auto pairs = found.pairs.size() / 2, passages = found.spans.size() / 2;
    check_bounds(found.bounds, pairs, passages);
    check_bounds(found.run_bounds, passages, found.runs.size() / 3);
    const auto count = static_cast<Place>(documents.size());
    for (std::size_t pair = 0; pair < pairs; ++pair) {
        const auto keeper = found.pairs[2 * pair], document = found.pairs[2 * pair + 1];
        require(0 <= keeper && keeper < count && 0 <= document && document < count, "there is no such document");
        for (auto passage = found.bounds[pair]; passage < found.bounds[pair + 1]; ++passage) {
            if (standing.copies[at(document)] == undecided) continue;
            const Row row{standing.order[at(document)], passage, static_cast<Place>(pair)};
            check_passage(row);
            if (standing.copies[at(document)] == document) rows_.push_back(row);
        }
    }
    for (Place document = 0; document < count; ++document) {
        const auto copied = standing.copies[at(document)];
        if (copied != document && copied != undecided) rows_.push_back({standing.order[at(document)], document, -1});
    }
    std::sort(rows_.begin(), rows_.end());
}

void FoundPassages::check_standing() const {
    const auto& [order, copies, threshold, sites] = standing_;
    const auto count = documents_.size();
    require(order.size() == count && copies.size() == count && (sites.empty() || sites.size() == count), "not as many as documents");
    std::vector<bool> taken(count);
    for (std::size_t document = 0; document < count; ++document) {
        const auto rank = order[document], copied = copies[document];
        require(0 <= rank && at(rank) < count && !taken[at(rank)], "an order that is none");
        taken[at(rank)] = true;
        if (copied == undecided) continue;
        require(0 <= copied && at(copied) < count, "there is no such document");
        require(size_of(copied) == size_of(static_cast<Place>(document)), "a copy has other words");
    }
}

void FoundPassages::check_passage(const Row& row) const {
    const auto keeper = found_.pairs[at(2 * row.pair)], document = found_.pairs[at(2 * row.pair + 1)];
    const auto start = found_.spans[at(2 * row.passage)], end = found_.spans[at(2 * row.passage + 1)];
    require(0 <= start && start <= end && end <= size_of(document), "a passage lies outside its document");
    auto behind = start;
    for (auto run = found_.run_bounds[at(row.passage)]; run < found_.run_bounds[at(row.passage + 1)]; ++run) {
        const auto* own = found_.runs.begin() + 3 * run;
        require(behind <= own[0] && own[0] <= end && 0 < own[2] && own[2] <= end - own[0], "runs that are none of their passage");
        require(0 <= own[1] && own[1] <= size_of(keeper) && own[2] <= size_of(keeper) - own[1], "a run lies outside the keeper");
        behind = own[0] + own[2];
    }
}

bool FoundPassages::next() {
    first_ = end_;
    if (first_ == rows_.size()) return false;
    while (end_ < rows_.size() && rows_[end_].rank == rows_[first_].rank) ++end_;
    const auto& row = rows_[first_];
    document_ = row.pair < 0 ? row.passage : found_.pairs[at(2 * row.pair + 1)];
    return true;
}

Passage FoundPassages::passage_of(Place row) const {
    Passage passage{found_.spans[at(2 * row)], found_.spans[at(2 * row + 1)], {}};
    passage.runs.reserve(at(found_.run_bounds[at(row + 1)] - found_.run_bounds[at(row)]));
    for (auto run = found_.run_bounds[at(row)]; run < found_.run_bounds[at(row + 1)]; ++run) {
        const auto* own = found_.runs.begin() + 3 * run;
        passage.runs.push_back({own[0], own[1], own[2]});
    }
    return passage;
}

std::vector<FoundPassage> FoundPassages::best_first() const {
    struct Ranked {
        bool within;
        Place agreed, rank;
        FoundPassage found;
    };
    std::vector<Ranked> ranked;
    for (auto row = rows_.begin() + static_cast<Place>(first_); row != rows_.begin() + static_cast<Place>(end_); ++row) {
        if (row->pair < 0) {
            const auto size = size_of(document_);
            return {{standing_.copies[at(document_)], {0, size, size > 0 ? Runs{{0, 0, size}} : Runs{}}}};
        }
        const auto keeper = found_.pairs[at(2 * row->pair)];
        auto passage = passage_of(row->passage);
        const bool within = keeper == document_;
        const auto agreed = within ? 0 : passage.agreed(), rank = within ? 0 : standing_.order[at(keeper)];
        ranked.push_back({within, agreed, rank, {keeper, std::move(passage)}});
    }
    if (ranked.size() > 1) std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& one, const Ranked& other) {
        return std::tie(one.within, other.agreed, one.rank, one.found.passage) < std::tie(other.within, one.agreed, other.rank, other.found.passage);
    });
    std::vector<FoundPassage> found;
    found.reserve(ranked.size());
    for (auto& each : ranked) found.push_back(std::move(each.found));
    return found;
}

}  // namespace dedup::deciding
