#include "group.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

#include "bits.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dedup {
namespace {

// At most 1,024 partitions: writing to more places at once costs a look into the table of pages each time, 16 to 57 ns
// a key in place of 5.
constexpr unsigned most_bits = 10;
constexpr std::size_t part_size = std::size_t{1} << 13;
constexpr std::size_t bits_an_entry = 16;  // of those that come once, an eighth is sorted in vain
constexpr std::size_t ahead = 8;           // pairs whose words are fetched before they are compared

void fetch(const void* address) {
#ifdef __GNUC__
    __builtin_prefetch(address);
#else
    static_cast<void>(address);
#endif
}

// Pairs of places of which the surroundings are looked at.
struct Surroundings {
    const ChosenPlaces &left, &right;
    std::uint8_t near, behind;
};

// Call `take` with the number of each pair, where the words begin that both documents have around its places, and how many
// they are. What is compared of them is `values`, which are fetched ahead.
template <class Value, class Take>
void for_surroundings(const CorpusWords& all, const Surroundings& pairs, const Value* values, Take take) {
    const auto& [left, right, near, behind] = pairs;
    const auto count = left.size();
    if (right.size() != count) throw std::invalid_argument("columns of different lengths");
    left.check();
    right.check();
    if (near + behind > std::numeric_limits<std::uint8_t>::max()) throw std::invalid_argument("too many words to count");
    // How far a document reaches before a place and behind it.
    const auto reach = [&, near = near, behind = behind](const ChosenPlaces& from, std::size_t at) {
        const std::size_t owner = from.owner(at);
        if (owner + 1 >= all.bounds.size()) throw std::invalid_argument("there is no such document");
        const auto low = all.bounds[owner], high = all.bounds[owner + 1], place = from.place(at);
        if (low < 0 || place < low || place >= high || high > static_cast<std::int64_t>(all.words.size())) {
            throw std::invalid_argument("a place is not in its document");
        }
        return std::pair{std::min<std::int64_t>(place - low, near), std::min<std::int64_t>(high - place, behind)};
    };
    for (std::size_t at = 0; at < count; ++at) {
        if (at + 2 * ahead < count) {
            for (const auto* each : {&left, &right}) {
                const auto row = each->row(at + 2 * ahead);
                fetch(each->all.owners.begin() + row);
                fetch(each->all.places.begin() + row);
            }
        }
        if (at + ahead < count) {
            for (const auto* each : {&left, &right}) {
                const auto next = static_cast<std::uint64_t>(each->place(at + ahead));
                if (next >= all.words.size()) continue;  // an error, once it is looked at
                fetch(values + next);
                if (next >= near) fetch(values + next - near);
            }
        }
        const auto [before, after] = reach(left, at);
        const auto [other_before, other_after] = reach(right, at);
        const auto from = std::min(before, other_before);
        take(at, left.place(at) - from, right.place(at) - from, from + std::min(after, other_after));
    }
}

// How many are the same, place by place.
template <class Value>
unsigned equal(const Value* one, const Value* other, std::int64_t count) {
    unsigned found = 0;
    for (std::int64_t at = 0; at < count; ++at) found += one[at] == other[at] ? 1U : 0U;
    return found;
}

// The same of bytes, of which so many may be read of both.
unsigned equal_bytes(const std::uint8_t* one, const std::uint8_t* other, std::int64_t count, std::int64_t readable) {
#if defined(__SSE2__)
    if (count <= 32 && readable >= 32) {
        const auto load = [](const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
        const auto low = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(one), load(other))));
        const auto high = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(one + 16), load(other + 16))));
        return static_cast<unsigned>(count_bits((low | (std::uint64_t{high} << 16)) & ((std::uint64_t{1} << count) - 1)));
    }
#endif
    static_cast<void>(readable);
    return equal(one, other, count);
}

}  // namespace

void Buckets::group(Span<std::uint64_t> keys, Span<std::uint32_t> members, Span<std::uint32_t> ranks) {
    bounds_.clear();  // nothing, should there be an error
    part_ = made_ = 0;
    if (keys.size() != members.size()) throw std::invalid_argument("columns of different lengths");
    if (keys.size() > std::numeric_limits<std::uint32_t>::max()) throw std::invalid_argument("2^32 entries or more");
    if (!members.empty() && *std::max_element(members.begin(), members.end()) >= ranks.size()) {
        throw std::invalid_argument("a member without a rank");
    }
    keys_ = keys, members_ = members, ranks_ = ranks;
    bits_ = 0;
    while (bits_ < most_bits && (keys.size() >> bits_) > part_size) ++bits_;
    bounds_.assign((std::size_t{1} << bits_) + 1, 0);
    for (const auto key : keys) ++bounds_[part_of(key) + 1];
    for (std::size_t part = 1; part < bounds_.size(); ++part) bounds_[part] += bounds_[part - 1];
}

// Make the next partitions, at least one.
void Buckets::partition() {
    const auto offset = bounds_[made_];
    auto end = made_ + 1;
    while (end + 1 < bounds_.size() && bounds_[end + 1] - offset <= most_) ++end;
    const auto size = bounds_[end] - offset;
    if (entries_.size() < size + 1) {
        entries_ = {};
        entries_.resize(size + 1);
    }
    first_ = made_, made_ = end;
    // What is of another partition goes where nobody looks: a branch would often be guessed wrong.
    std::vector<std::size_t> ends(bounds_.size() - 1, size);
    std::vector<std::size_t> steps(ends.size(), 0);
    for (auto part = first_; part < made_; ++part) {
        ends[part] = bounds_[part] - offset;
        steps[part] = 1;
    }
    for (std::size_t at = 0; at < keys_.size(); ++at) {
        const auto part = part_of(keys_[at]);
        entries_[ends[part]] = {keys_[at], ranks_[members_[at]], static_cast<std::uint32_t>(at)};
        ends[part] += steps[part];
    }
}

void Buckets::keep_repeated(std::size_t part) {
    const auto begin = bounds_[part] - bounds_[first_], end = bounds_[part + 1] - bounds_[first_];
    unsigned log = 6;
    while (log < 32 && (std::size_t{1} << log) < bits_an_entry * (end - begin)) ++log;
    seen_.assign(std::size_t{1} << (log - 6), 0);
    again_.assign(seen_.size(), 0);
    const auto slot_of = [log](const Entry& entry) {
        return static_cast<std::size_t>((entry.key * 0x9E3779B97F4A7C15U) >> (64 - log));
    };
    for (auto at = begin; at < end; ++at) {
        const auto slot = slot_of(entries_[at]);
        const auto bit = std::uint64_t{1} << (slot % 64);
        again_[slot / 64] |= seen_[slot / 64] & bit;
        seen_[slot / 64] |= bit;
    }
    repeated_.resize(end - begin);
    std::size_t count = 0;
    for (auto at = begin; at < end; ++at) {  // without a branch, as a processor would often guess wrong
        const auto slot = slot_of(entries_[at]);
        repeated_[count] = entries_[at];
        count += (again_[slot / 64] >> (slot % 64)) & 1;
    }
    repeated_.resize(count);
    sort_repeated();
}

// By the next bits of their keys first, into about half as many lots as there are entries.
void Buckets::sort_repeated() {
    unsigned bits = 0;
    while (bits < 12 && (repeated_.size() >> bits) > 2) ++bits;
    if (bits < 4) return std::sort(repeated_.begin(), repeated_.end());
    const auto lot_of = [this, bits](const Entry& entry) {
        return static_cast<std::size_t>((entry.key << bits_) >> (64 - bits));
    };
    lots_.assign((std::size_t{1} << bits) + 1, 0);
    for (const auto& entry : repeated_) ++lots_[lot_of(entry) + 1];
    for (std::size_t lot = 1; lot < lots_.size(); ++lot) lots_[lot] += lots_[lot - 1];
    sorted_.resize(repeated_.size());
    for (const auto& entry : repeated_) sorted_[lots_[lot_of(entry)]++] = entry;
    repeated_.swap(sorted_);
    auto begin = repeated_.begin();
    for (std::size_t lot = 0; lot + 1 < lots_.size(); ++lot) {  // each bound is now the end of its lot
        const auto end = repeated_.begin() + static_cast<std::ptrdiff_t>(lots_[lot]);
        std::sort(begin, end);
        begin = end;
    }
}

// Documents of one rank may be two: what was given is looked up then.
bool Buckets::of_one_document(const Entry& one, const Entry& other) const {
    return one.rank == other.rank && members_[one.place] == members_[other.place];
}

// The pairs of `repeated_[begin:end]`, which have the same key.
void Buckets::pair(std::size_t begin, std::size_t end, Cap cap, BucketPairs& out) const {
    const auto hubs = end - begin <= cap.crowd ? end : begin + std::min(cap.hubs, end - begin);
    for (auto first = begin; first < hubs; ++first) {
        for (auto second = first + 1; second < end; ++second) {
            if (of_one_document(repeated_[first], repeated_[second])) continue;
            out.first.push_back(repeated_[first].place);
            out.second.push_back(repeated_[second].place);
        }
    }
}

BucketPairs Buckets::next(Cap cap, std::size_t least) {
    BucketPairs out;
    for (; part_ + 1 < bounds_.size() && (out.first.empty() || out.first.size() < least); ++part_) {
        if (part_ == made_) partition();
        keep_repeated(part_);
        for (std::size_t begin = 0, end = 0; begin < repeated_.size(); begin = end) {
            while (end < repeated_.size() && repeated_[end].key == repeated_[begin].key) ++end;
            pair(begin, end, cap, out);
        }
    }
    return out;
}

std::vector<std::uint8_t> agreeing_words(const CorpusWords& all, const CorpusPlaces& left, const CorpusPlaces& right,
                                         std::uint8_t near, std::uint8_t behind) {
    std::vector<std::uint8_t> out(left.places.size());
    const auto* words = all.words.begin();
    const ChosenPlaces one_side{left, {nullptr, 0}}, other_side{right, {nullptr, 0}};
    for_surroundings(all, {one_side, other_side, near, behind}, words, [&](std::size_t at, std::int64_t one, std::int64_t other, std::int64_t length) {
        out[at] = static_cast<std::uint8_t>(equal(words + one, words + other, length));
    });
    return out;
}

void ChosenPlaces::check() const {
    if (all.owners.size() != all.places.size()) throw std::invalid_argument("columns of different lengths");
    for (const auto row : rows) {
        if (row >= all.places.size()) throw std::invalid_argument("there is no such place");
    }
}

std::vector<std::uint8_t> near_words(const CorpusWords& all, Span<std::uint8_t> briefs, const ChosenPlaces& left, const ChosenPlaces& right,
                                     std::uint8_t near, std::uint8_t behind, std::uint8_t least) {
    if (briefs.size() != all.words.size()) throw std::invalid_argument("columns of different lengths");
    std::vector<std::uint8_t> out(left.size());
    const auto* words = all.words.begin();
    const auto end = static_cast<std::int64_t>(briefs.size());
    for_surroundings(all, {left, right, near, behind}, briefs.begin(), [&](std::size_t at, std::int64_t one, std::int64_t other, std::int64_t length) {
        // Words that are the same have the same byte.
        const auto most = equal_bytes(briefs.begin() + one, briefs.begin() + other, length, end - std::max(one, other));
        out[at] = most >= least && equal(words + one, words + other, length) >= least ? 1 : 0;
    });
    return out;
}

std::vector<std::uint32_t> owners(Span<std::uint32_t> places, Span<std::int64_t> bounds) {
    if (bounds.empty() || bounds[0] != 0 || !std::is_sorted(bounds.begin(), bounds.end()) ||
        bounds.size() - 1 > std::numeric_limits<std::uint32_t>::max()) {
        throw std::invalid_argument("the bounds do not ascend from 0");
    }
    std::vector<std::uint32_t> out(places.size());
    std::size_t own = 0;  // the document after the one of the last place
    for (std::size_t at = 0; at < places.size(); ++at) {
        const std::int64_t place = places[at];
        if (place >= bounds[bounds.size() - 1]) throw std::invalid_argument("a place is in no document");
        if (own == 0 || place < bounds[own - 1]) {
            own = static_cast<std::size_t>(std::upper_bound(bounds.begin(), bounds.end(), place) - bounds.begin());
        }
        while (bounds[own] <= place) ++own;
        out[at] = static_cast<std::uint32_t>(own - 1);
    }
    return out;
}

}  // namespace dedup
