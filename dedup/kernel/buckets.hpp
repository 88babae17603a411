// Buckets of equal keys and the pairs in them. The definition is `dedup/match.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cap.hpp"
#include "room.hpp"
#include "spans.hpp"

namespace dedup {

struct BucketPairs {
    std::vector<std::uint32_t> first, second;  // places of entries
};

// Entries by their keys. What it takes of memory it keeps for the next ones: to have it from the system each time took as
// long as all the rest.
//
// Partitions by the upper bits of a key, each so small that it lies in the processor's second cache. Of an entry eight
// bytes are put there, half of its key and its place; in marks of those halves nearly all are told whose key comes once, and
// only of the others the whole key is looked up where it was given, and sorted. As many partitions are made at a time as
// `most` entries are, so that memory does not grow with their number.
class Buckets {
public:
    explicit Buckets(std::size_t most) : most_(most) {}
    // Take entries, which must stay where they are as long as pairs are asked for.
    //
    // Throws std::invalid_argument where a member has no rank, there are not as many members as keys, or 2^32 or more.
    void group(Span<std::uint64_t> keys, Span<std::uint32_t> members, Span<std::uint32_t> ranks);
    // The next pairs, `most` of them at most, as the keys ascend; none when all buckets were looked at. Of a bucket they
    // come by their first entry, then their second, in the order of ranks, then places; a bucket of millions is told in
    // several times.
    BucketPairs next(Cap cap, std::size_t most);

private:
    // All that is asked of an entry lies together: to look each up where it was given took three times as long.
    struct Entry {
        std::uint64_t key;
        std::uint32_t rank, place;

        bool operator<(const Entry& other) const {
            return key != other.key ? key < other.key : rank != other.rank ? rank < other.rank : place < other.place;
        }
    };

    std::size_t part_of(std::uint64_t key) const { return static_cast<std::size_t>(key >> 1 >> (63 - bits_)); }
    void partition();
    void find_repeated(std::size_t part);
    void sort_repeated();
    bool find_bucket();
    void pair(Cap cap, std::size_t most, BucketPairs& out);
    bool of_one_document(const Entry& one, const Entry& other) const;

    std::size_t most_;  // entries at a time, but where one partition has more
    Span<std::uint64_t> keys_{nullptr, 0};
    Span<std::uint32_t> members_{nullptr, 0}, ranks_{nullptr, 0};
    unsigned bits_ = 0;                // of a key that tell its partition
    std::vector<std::size_t> bounds_;  // of partitions, were all made
    Room<std::uint64_t> halves_;       // of the partitions that are made: the lower half of a key, then the place
    std::size_t first_ = 0;            // of those
    std::size_t part_ = 0, made_ = 0;  // the next partition to look at, and to make
    std::vector<std::uint64_t> chosen_;     // those of a partition whose keys may be there again
    std::vector<std::uint8_t> seen_;
    std::vector<Entry> repeated_, sorted_;  // the same as they are sorted
    std::size_t begin_ = 0, end_ = 0;       // the bucket of those that is looked at
    std::size_t pair_first_ = 0, pair_second_ = 0;  // the pair of it that is next
    std::vector<std::size_t> lots_;
};

}  // namespace dedup
