// Lines of JSONL as documents that are compared as wholes. The definition is what the stages of `dedup.shards` make of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.hpp"
#include "json.hpp"
#include "sketch.hpp"
#include "text_words.hpp"

namespace dedup {

// Strings one behind the other.
struct Strings {
    std::string bytes;
    std::vector<std::int64_t> bounds{0};

    void end() { bounds.push_back(static_cast<std::int64_t>(bytes.size())); }
};

// What is known of the lines of a piece of a file that hold something, each in its place.
struct Lines {
    enum State : std::uint8_t {
        read,     // a document with an id of its own
        no_id,    // one without
        unknown,  // to be read by the definition
        too_long,
    };
    std::vector<std::uint8_t> states;
    std::vector<std::int64_t> numbers;           // of the line, from 0
    std::vector<std::int64_t> starts, ends;      // in the piece, without the white space around
    std::vector<std::int64_t> text_starts, text_ends;  // of the value of `text`, quotes and all
    std::vector<std::int64_t> characters, words;
    std::vector<std::uint64_t> digests;          // of the text: XXH3, 128 bits, the upper half first
    std::vector<std::uint64_t> prints;           // of its words, likewise; 0 where they are too few to be a duplicate
    std::vector<std::uint64_t> keys;             // of the first band of all, then of the second and so on
    Strings ids, dates, urls, sites;
    std::int64_t count = 0;                      // of all lines
};

// Which lines are documents that may be duplicates.
struct LineLimits {
    std::size_t min_words, max_bytes;
    bool words;  // whether they are asked for: else all lines have none, nor prints or keys
};

// Read a piece of a file that begins where a line does.
Lines read_lines(std::string_view piece, const Shape& shape, const LineLimits& limits, const Alphabet& alphabet);

// What `read_lines` has read of a piece, and the rows of those of its lines that are to be written, ascending.
struct LinesRead {
    Span<std::int64_t> rows;
    Span<std::uint8_t> states;
    Span<std::int64_t> numbers, starts, ends, text_starts, text_ends, characters;
    Span<std::uint64_t> digests;
    Ragged<std::uint8_t> ids;

    // Throws std::invalid_argument where there is no such row, a line does not lie in the piece, or they do not fit together.
    void check(std::string_view piece) const;
};

// Which of them go: `goes[i]` is the number of the tail of `rows[i]`, what stands behind the text in its record; -1 if it stays.
// `place` is the name of the file as the beginning of a string of JSON, before the number of a line; `first` the number of
// the first line of the piece. Where parts of texts go, `left` has for every tail what is left of the text, in UTF-8: nothing
// if the line goes; and the tails are all records of what goes, with their line breaks. `sites[i]` is the number of the name of
// the site of `rows[i]`, and `dates[i]` its date, both empty where they are unknown.
struct Going {
    Span<std::int64_t> goes;
    Ragged<std::uint8_t> tails;
    std::optional<Ragged<std::uint8_t>> left;
    Ragged<std::uint8_t> names;
    Span<std::int64_t> sites;
    Ragged<std::uint8_t> dates;
    std::string_view place;
    std::int64_t first;

    // Throws std::invalid_argument where they do not fit together, or are not of so many rows.
    void check(std::size_t rows) const;
};

// What a run writes of them.
struct Written {
    Bytes clean, removed, sources;
};

Written write_lines(std::string_view piece, const LinesRead& lines, const Going& going);

}  // namespace dedup
