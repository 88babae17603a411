#include "conflicts.hpp"

#include <algorithm>
#include <string>

namespace dedup {
namespace {

// As in `dedup/conflicts.py` and `dedup/align.py`, which say what they are.
constexpr double nouns = 0.2;
constexpr Place slot = 6, edge = 2, slack = 2;
constexpr std::size_t noise_of_nouns = 3, group = 3;

Place size_of(const AlignedWords& words) { return static_cast<Place>(words.hashes.size()); }
Place length(Stretch of) { return of.end - of.start; }

// Add the names of a text: `_names`.
void add_names(const AlignedWords& words, std::vector<std::uint64_t>& out) {
    for (std::size_t at = 0; at < words.marks.size(); ++at) {
        if (words.marks[at] & mark::name) out.push_back(words.hashes[at]);
    }
}

template <class Value>
bool holds(const std::vector<Value>& sorted, Value wanted) {
    return std::binary_search(sorted.begin(), sorted.end(), wanted);
}

}  // namespace

WordSet::WordSet(Span<std::uint64_t> hashes) : sorted_(hashes.begin(), hashes.end()) {
    std::sort(sorted_.begin(), sorted_.end());
    for (const auto each : sorted_) may_.set(each % may_.size());
}

bool WordSet::has(std::uint64_t hash) const { return may_.test(hash % may_.size()) && holds(sorted_, hash); }

void Conflicts::take(const Pair& pair) {
    pair_ = &pair;
    knows_names_ = false;
    capital_nouns_ = -1;
}

void Conflicts::find(const Chain& chain, const std::vector<Stretch>& shared) {
    found_.clear();
    slots_ = 0;
    find_gaps(chain, shared);
    find_candidates();
    misread_.clear();
    if (candidates_.empty()) return;  // whatever is misread then
    if (speller_) find_misread();
    for (const auto& [gap, first, last, swapped] : candidates_) {
        const auto before = found_.size();
        for (auto at = first; at < last; ++at) {
            if (!holds(misread_, own_[at])) found_.push_back(own_[at]);
        }
        slots_ += found_.size() > before && swapped && std::max(length(gap.here), length(gap.there)) <= slot ? 1 : 0;
    }
}

// `_gaps`, of them those that reach into the stretches.
void Conflicts::find_gaps(const Chain& chain, const std::vector<Stretch>& shared) {
    gaps_.clear();
    const auto add = [&](Stretch here, Stretch there) {
        const auto at = std::partition_point(shared.begin(), shared.end(), [&](Stretch each) { return each.end <= here.start; });
        if (at != shared.end() && at->start < here.end) gaps_.push_back({here, there});
    };
    const auto& marks = pair_->document.marks;
    const auto starts = [&](Place at) { return (marks[at] & mark::starts_sentence) != 0; };
    const auto &first = chain.front(), &last = chain.back();
    for (auto low = first.start; low >= std::max<Place>(0, first.start - edge); --low) {
        if (!starts(low)) continue;
        if (low < first.start) add({low, first.start}, {std::max<Place>(0, first.other - (first.start - low) - slack), first.other});
        break;
    }
    for (std::size_t at = 1; at < chain.size(); ++at) {
        add({chain[at - 1].end(), chain[at].start}, {chain[at - 1].other_end(), chain[at].other});
    }
    const auto size = size_of(pair_->document), end = last.end();
    auto high = end;
    while (high < std::min(size, end + edge + 1) && !starts(high)) ++high;
    if (high == end + edge + 1) high = size;  // no sentence starts near
    if (end < high && high <= end + edge) add({end, high}, {last.other_end(), std::min(size_of(pair_->keeper), last.other_end() + high - end + slack)});
}

// The gaps of which a word may be a conflict, whatever is misread.
void Conflicts::find_candidates() {
    own_.clear();
    candidates_.clear();
    for (const auto& gap : gaps_) {
        const auto first = own_.size();
        add_own(gap);
        if (own_.size() == first) continue;
        bool swapped = false;
        for (auto at = gap.there.start; at < gap.there.end && !swapped; ++at) swapped = is_telling(pair_->keeper, at);
        if (!swapped) {
            const auto certain = has_capital_nouns() ? mark::figure : mark::telling;
            const auto begin = own_.begin() + static_cast<std::ptrdiff_t>(first);
            const bool shorter = length(gap.here) > length(gap.there);
            own_.erase(std::remove_if(begin, own_.end(), [&](Place at) { return !shorter || !(pair_->document.marks[at] & certain); }), own_.end());
        }
        if (own_.size() > first) candidates_.push_back({gap, first, own_.size(), swapped});
    }
}

// Add the words of a gap to `own_` that tell something which the keeper does not have there.
void Conflicts::add_own(const Gap& gap) {
    known_.clear();
    for (auto at = gap.here.start; at < gap.here.end; ++at) {
        if (!is_telling(pair_->document, at)) continue;
        if (known_.empty()) {
            const auto* words = pair_->keeper.hashes.begin();
            known_.assign(words + gap.there.start, words + gap.there.end);
            std::sort(known_.begin(), known_.end());
        }
        if (!holds(known_, pair_->document.hashes[at])) own_.push_back(at);
    }
}

bool Conflicts::is_telling(const AlignedWords& words, Place at) {
    const auto word = words.hashes[at];
    if ((words.marks[at] & mark::telling) || telling_.has(word)) return true;
    if (!(words.marks[at] & mark::starts_sentence)) return false;
    if (!knows_names_) {
        names_.clear();
        add_names(pair_->document, names_);
        add_names(pair_->keeper, names_);
        std::sort(names_.begin(), names_.end());
        knows_names_ = true;
    }
    return holds(names_, word);
}

bool Conflicts::has_capital_nouns() {
    if (capital_nouns_ < 0) {
        const auto& marks = pair_->document.marks;
        const auto names = std::count_if(marks.begin(), marks.end(), [](std::uint8_t each) { return (each & mark::name) != 0; });
        capital_nouns_ = static_cast<double>(names) > nouns * static_cast<double>(marks.size()) ? 1 : 0;
    }
    return capital_nouns_ == 1;
}

// Put what `_misread` gives into `misread_`, ascending.
void Conflicts::find_misread() {
    Misread told;
    for (const auto& gap : gaps_) {
        if (length(gap.here) > 0) compare(gap, told);  // else it has no words to be misread
    }
    misread_ = std::move(told.sure);
    const auto add = [&](const std::vector<Place>& more) { misread_.insert(misread_.end(), more.begin(), more.end()); };
    const bool all = told.plain >= 2 * (told.names.size() + told.unsure.size());
    if (all) add(told.unsure);
    if (all || told.plain >= told.names.size() || (has_capital_nouns() && told.noise >= noise_of_nouns)) add(told.names);
    std::sort(misread_.begin(), misread_.end());
}

void Conflicts::compare(const Gap& gap, Misread& told) {
    speller_->spell(pair_->document_number, gap.here, ours_);
    speller_->spell(pair_->keeper_number, gap.there, theirs_);
    const bool joined = is_joined();
    for (auto at = gap.here.start; at < gap.here.end; ++at) {
        if (joined) told.sure.push_back(at);
        else compare(at, ours_[static_cast<std::size_t>(at - gap.here.start)], told);
    }
}

// Look for a word of the document among `theirs_`.
void Conflicts::compare(Place at, const Spelled& own, Misread& told) const {
    const auto close = std::find_if(theirs_.begin(), theirs_.end(), [&](const Spelled& other) { return is_close(own, other); });
    if (close == theirs_.end()) {
        if (std::any_of(theirs_.begin(), theirs_.end(), [&](const Spelled& other) { return is_near(own, other); })) told.unsure.push_back(at);
        return;
    }
    const bool tells = (pair_->document.marks[at] & mark::telling) != 0;
    if (is_mixed(own) || is_mixed(*close) || is_typo(own, *close)) told.sure.push_back(at);
    else if (tells) told.names.push_back(at);
    if (!is_noise(own, *close)) return;
    ++told.noise;
    told.plain += tells ? 0 : 1;
}

// `_is_joined` of `ours_` and `theirs_`.
bool Conflicts::is_joined() const {
    const auto joined = [](const std::vector<Spelled>& words) {
        std::u32string all;
        for (const auto& each : words) all += each.text;
        return all;
    };
    if (joined(ours_) != joined(theirs_)) return false;
    const auto are_figures = [](const std::vector<Spelled>& words) {
        return std::all_of(words.begin(), words.end(), [](const Spelled& each) { return each.is_decimal(); });
    };
    if (!are_figures(ours_) || !are_figures(theirs_)) return true;
    const auto are_grouped = [](const std::vector<Spelled>& words) {
        return words.empty() || std::all_of(words.begin() + 1, words.end(), [](const Spelled& each) { return each.text.size() == group; });
    };
    return are_grouped(ours_) && are_grouped(theirs_);
}

}  // namespace dedup
