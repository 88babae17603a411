// Shingles, sketches and seeds of passages. The definitions are `dedup/sign.py` and `dedup/match.py`.
//
// Passage i has the words[bounds[i]:bounds[i + 1]].
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "wide.hpp"

namespace dedup {

constexpr std::size_t longest_shingle = 63;  // words: sign.LONGEST

struct Passages {
    const std::uint64_t* words;
    const std::int64_t* bounds;
    std::size_t size;  // of passages; there is one bound more

    // Throws std::invalid_argument where the bounds do not ascend from 0 to the number of words.
    void check(std::size_t count) const;
};

// How a sketch is made of passages.
struct Shape {
    std::size_t shingle, bands, rows;
    const std::uint32_t *multipliers, *increments;  // of each slot: bands * rows
};

// The shingles of `count` words; of fewer words than one has, one of all: `dedup.sign.shingles`.
//
// Throws std::invalid_argument where no shingle is so long.
void make_shingles(const std::uint64_t* words, std::size_t count, std::size_t length, std::vector<std::uint64_t>& out);

// Makes the signature of one passage after the other: `dedup.sign.signatures`.
class Sketcher {
public:
    explicit Sketcher(const Shape& shape);

    // Put the signature of a passage of so many words to `slots`, row by row: the first slot of every band, the second one of
    // every band, and so on, as `make_keys` wants them; throws as `make_shingles` does.
    void sketch(const std::uint64_t* words, std::size_t count, std::uint32_t* slots);

    // The same in two steps, so that what several passages share is made once: put what MinHash permutes of each shingle to
    // `values`, and make a signature of some of these.
    void spread(const std::uint64_t* words, std::size_t count, std::vector<std::uint32_t>& values) const;
    void lower(const std::uint32_t* values, std::size_t count, std::uint32_t* slots) const;

private:
    const std::size_t shingle_;
    std::vector<std::uint32_t> multipliers_, increments_;  // in the order of the slots
    std::vector<std::uint32_t> values_;  // of its shingles, and of longer passages before it
};

// Put the keys of the bands of a signature, as `Sketcher` puts it, to `keys`: `dedup.sign.band_keys`.
void make_keys(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys);

// The keys of each passage's bands, one row behind the other: `dedup.sign.passage_keys`.
std::vector<std::uint64_t> band_keys(const Passages& passages, const Shape& shape);

struct Seeds {
    std::vector<std::uint64_t> hashes;
    std::vector<std::int64_t> places;  // of their first words, among all
};

// Finds those of one passage after the other.
class SeedsReader {
public:
    // Throws std::invalid_argument where a window has no shingle.
    SeedsReader(std::size_t shingle, std::size_t window) : shingle_(shingle), window_(window) {
        if (window == 0) throw std::invalid_argument("no seed in no shingles");
    }

    // Add a passage of so many words, the first of which has this place; throws as `make_shingles` does.
    void add(const std::uint64_t* words, std::size_t count, std::int64_t first);
    void reserve(std::size_t seeds) {
        out_.hashes.reserve(seeds);
        out_.places.reserve(seeds);
    }
    Seeds take() { return std::move(out_); }

private:
    // Put the seed at a place of the passage behind those that were found.
    void put(std::size_t at, std::int64_t first, std::size_t& found);
    // Put the least of every window; how many they are. There are more shingles than a window has.
    std::size_t least_of_each(std::int64_t first);
    std::size_t least_of_four(std::int64_t first);

    const std::size_t shingle_, window_;
    // The shingles of a passage, so many, and its seeds: rows of longer passages before it, and of more.
    std::size_t size_ = 0;
    std::vector<std::uint64_t> shingles_, found_;
    std::vector<std::int64_t> places_;
    Seeds out_;
};

// The least shingle of every `window` in a row: `dedup.keyed.seeds`.
Seeds seeds(const Passages& passages, std::size_t shingle, std::size_t window);

}  // namespace dedup
