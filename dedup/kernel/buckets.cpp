#include "buckets.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace dedup {
namespace {

// At most 1,024 partitions: to write to twice as many places at once takes two and a half times as long, as their lines
// are no longer in the first caches.
constexpr unsigned most_bits = 10;
constexpr std::size_t part_size = std::size_t{1} << 13;
// Places to mark that an entry was there, for each entry: of those whose key comes once an eighth at most is thought to come
// again. And the most of them, as there may be a partition of all entries.
constexpr std::size_t marks_an_entry = 8, most_marks = std::size_t{1} << 24;

constexpr std::uint64_t low_half = 0xFFFFFFFF;

// The number, of which the lower bits are lost and the upper ones depend on all (Fibonacci hashing: Knuth, The Art of
// Computer Programming 3, 6.4).
template <std::uint32_t Factor>
std::size_t mark_of(std::uint64_t half, unsigned log) {
    return static_cast<std::uint32_t>(half >> 32) * Factor >> (32 - log);
}

// Put into `out`, in order, those entries that another one has the mark of, `count` of them; how many they are. `out` may be
// where they are.
template <std::uint32_t Factor>
std::size_t keep_marked_again(const std::uint64_t* halves, std::size_t count, std::vector<std::uint8_t>& seen, std::uint64_t* out) {
    unsigned log = 6;
    while ((std::size_t{1} << log) < std::min(marks_an_entry * count, most_marks)) ++log;
    seen.assign(std::size_t{1} << log, 0);
    auto* marks = seen.data();  // local, or each byte written might change where they are
    for (std::size_t at = 0; at < count; ++at) {
        auto& mark = marks[mark_of<Factor>(halves[at], log)];
        mark = static_cast<std::uint8_t>(mark << 1 | 1);
    }
    std::size_t kept = 0;
    for (std::size_t at = 0; at < count; ++at) {  // without a branch, as a processor would often guess wrong
        const auto half = halves[at];
        out[kept] = half;
        kept += marks[mark_of<Factor>(half, log)] >> 1 & 1;
    }
    return kept;
}

}  // namespace

void Buckets::group(Span<std::uint64_t> keys, Span<std::uint32_t> members, Span<std::uint32_t> ranks) {
    bounds_.clear();  // nothing, should there be an error
    part_ = made_ = 0;
    repeated_.clear();
    begin_ = end_ = pair_first_ = 0;
    if (keys.size() != members.size()) throw std::invalid_argument("columns of different lengths");
    if (keys.size() > std::numeric_limits<std::uint32_t>::max()) throw std::invalid_argument("2^32 entries or more");
    std::uint32_t most = 0;  // of several members at a time, where `std::max_element` takes one
    for (const auto member : members) most = std::max(most, member);
    if (!members.empty() && most >= ranks.size()) throw std::invalid_argument("a member without a rank");
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
    first_ = made_, made_ = end;
    const auto size = bounds_[end] - offset;
    auto* halves = halves_.of(size + 1);
    const auto half_of = [](std::uint64_t key, std::size_t at) { return key << 32 | at; };
    if (size == keys_.size()) {
        std::vector<std::size_t> ends(bounds_.begin(), bounds_.end() - 1);
        for (std::size_t at = 0; at < keys_.size(); ++at) halves[ends[part_of(keys_[at])]++] = half_of(keys_[at], at);
        return;
    }
    // What is of another partition goes where nobody looks: a branch would often be guessed wrong.
    std::vector<std::size_t> ends(bounds_.size() - 1, size), steps(ends.size(), 0);
    for (auto part = first_; part < made_; ++part) {
        ends[part] = bounds_[part] - offset;
        steps[part] = 1;
    }
    for (std::size_t at = 0; at < keys_.size(); ++at) {
        const auto part = part_of(keys_[at]);
        halves[ends[part]] = half_of(keys_[at], at);
        ends[part] += steps[part];
    }
}

// The entries of a partition whose key may be that of another, sorted.
void Buckets::find_repeated(std::size_t part) {
    const auto begin = bounds_[part] - bounds_[first_], count = bounds_[part + 1] - bounds_[part];
    if (chosen_.size() < count) chosen_.resize(count);
    auto* chosen = chosen_.data();
    auto kept = keep_marked_again<0x9E3779B1>(halves_.begin() + begin, count, seen_, chosen);
    kept = keep_marked_again<0x85EBCA6B>(chosen, kept, seen_, chosen);
    repeated_.clear();
    for (std::size_t at = 0; at < kept; ++at) {
        const auto place = static_cast<std::uint32_t>(chosen[at] & low_half);
        repeated_.push_back({keys_[place], ranks_[members_[place]], place});
    }
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

// Go on to the next entries of the same key; whether there are any.
bool Buckets::find_bucket() {
    for (begin_ = end_; begin_ == repeated_.size(); begin_ = end_ = 0) {
        if (part_ + 1 >= bounds_.size()) return false;
        if (part_ == made_) partition();
        find_repeated(part_++);
    }
    while (end_ < repeated_.size() && repeated_[end_].key == repeated_[begin_].key) ++end_;
    pair_first_ = begin_, pair_second_ = begin_ + 1;
    return true;
}

// The next pairs of the bucket, until there are so many. Once there are no more `pair_first_` is behind the last one.
void Buckets::pair(Cap cap, std::size_t most, BucketPairs& out) {
    const auto size = end_ - begin_, firsts = begin_ + cap.firsts(size);
    for (; pair_first_ < firsts; pair_second_ = ++pair_first_ + 1) {
        const auto last = begin_ + cap.end(pair_first_ - begin_, size);
        for (; pair_second_ < last; ++pair_second_) {
            if (of_one_document(repeated_[pair_first_], repeated_[pair_second_])) continue;
            if (out.first.size() == most) return;
            out.first.push_back(repeated_[pair_first_].place);
            out.second.push_back(repeated_[pair_second_].place);
        }
    }
    pair_first_ = end_;
}

BucketPairs Buckets::next(Cap cap, std::size_t most) {
    BucketPairs out;
    while (out.first.size() < most && (pair_first_ < end_ || find_bucket())) pair(cap, most, out);
    return out;
}

}  // namespace dedup
