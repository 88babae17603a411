// Buckets of equal keys and the pairs in them, and what agrees around two places. The definitions are `dedup/match.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

// What is paired of a bucket: up to `crowd` entries each with each, of more all with the best `hubs`.
struct Cap {
    std::size_t crowd, hubs;
};

struct BucketPairs {
    std::vector<std::uint32_t> first, second;  // places of entries
};

// Entries by their keys. What it takes of memory it keeps for the next ones: to have it from the system each time took as
// long as all the rest.
//
// Partitions by the upper bits of a key, each so small that it lies in the processor's second cache; in it two bits for
// every key tell those that come once, and only the others are sorted. As many partitions are made at a time as `most`
// entries are, so that memory does not grow with their number.
class Buckets {
public:
    explicit Buckets(std::size_t most) : most_(most) {}
    // Take entries, which must stay where they are as long as pairs are asked for.
    //
    // Throws std::invalid_argument where a member has no rank, there are not as many members as keys, or 2^32 or more.
    void group(Span<std::uint64_t> keys, Span<std::uint32_t> members, Span<std::uint32_t> ranks);
    // The pairs of the next buckets, as the keys ascend, until there are `least` or more; none when all buckets were
    // looked at. Of a bucket they come by their first entry, then their second, in the order of ranks, then places.
    BucketPairs next(Cap cap, std::size_t least);

private:
    // All that is asked of an entry lies together: to look each up where it was given took three times as long.
    struct Entry {
        std::uint64_t key;
        std::uint32_t rank, place;

        bool operator<(const Entry& other) const {
            return key != other.key ? key < other.key : rank != other.rank ? rank < other.rank : place < other.place;
        }
    };

    std::size_t part_of(std::uint64_t key) const { return bits_ == 0 ? 0 : static_cast<std::size_t>(key >> (64 - bits_)); }
    void partition();
    void keep_repeated(std::size_t part);
    void sort_repeated();
    void pair(std::size_t begin, std::size_t end, Cap cap, BucketPairs& out) const;
    bool of_one_document(const Entry& one, const Entry& other) const;

    std::size_t most_;  // entries at a time, but where one partition has more
    Span<std::uint64_t> keys_{nullptr, 0};
    Span<std::uint32_t> members_{nullptr, 0}, ranks_{nullptr, 0};
    unsigned bits_ = 0;                // of a key that tell its partition
    std::vector<std::size_t> bounds_;  // of partitions, were all made
    std::vector<Entry> entries_;       // of the partitions that are made
    std::size_t first_ = 0;            // of those
    std::size_t part_ = 0, made_ = 0;  // the next partition to look at, and to make
    std::vector<Entry> repeated_, sorted_;  // those of a partition whose keys may be there again
    std::vector<std::uint64_t> seen_, again_;
    std::vector<std::size_t> lots_;
};

// Words of documents: those of document d are [bounds[d], bounds[d + 1]).
struct CorpusWords {
    Span<std::uint64_t> words;
    Span<std::int64_t> bounds;
};

// Places among all words, and the documents that they are in.
struct CorpusPlaces {
    Span<std::uint32_t> owners;
    Span<std::int64_t> places;
};

// Some of them, by their numbers; where `rows` has no values, all.
struct ChosenPlaces {
    const CorpusPlaces& all;
    Span<std::uint32_t> rows;

    std::size_t size() const { return rows.values == nullptr ? all.places.size() : rows.size(); }
    std::size_t row(std::size_t at) const { return rows.values == nullptr ? at : rows[at]; }
    std::uint32_t owner(std::size_t at) const { return all.owners[row(at)]; }
    std::int64_t place(std::size_t at) const { return all.places[row(at)]; }
    // Throws std::invalid_argument where there is no such place, or one has no document.
    void check() const;
};

// How many words agree from `near` before to `behind` behind two places, as far as both documents reach:
// `dedup.match.agreeing_words`.
//
// Throws std::invalid_argument where a place does not lie in its document, or a document not in the words.
std::vector<std::uint8_t> agreeing_words(const CorpusWords& all, const CorpusPlaces& left, const CorpusPlaces& right,
                                         std::uint8_t near, std::uint8_t behind);

// Whether `least` of these words agree; `briefs` are the lowest byte of each word, which takes less to fetch:
// `dedup.match.near_words`.
//
// Throws std::invalid_argument as `agreeing_words` does, and where there are not as many bytes as words.
std::vector<std::uint8_t> near_words(const CorpusWords& all, Span<std::uint8_t> briefs, const ChosenPlaces& left, const ChosenPlaces& right,
                                     std::uint8_t near, std::uint8_t behind, std::uint8_t least);

// The document that each place stands in: `dedup.match.owners`. Takes next to no time where the places ascend.
//
// Throws std::invalid_argument where the bounds do not ascend from 0, or a place lies in no document.
std::vector<std::uint32_t> owners(Span<std::uint32_t> places, Span<std::int64_t> bounds);

}  // namespace dedup
