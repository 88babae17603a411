// The words of a document as passages are matched by them. The definition is `dedup/words.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "characters.hpp"
#include "spans.hpp"
#include "text_view.hpp"

namespace dedup {

// A row for each word; the columns of `dedup.words.MarkedWords`.
struct MarkedWords {
    std::vector<std::uint64_t> hashes;
    std::vector<std::int32_t> starts, ends;
    std::vector<std::uint8_t> marks;
    std::vector<std::int32_t> spans;

    std::size_t size() const { return hashes.size(); }
    void reserve(std::size_t rows) {
        hashes.reserve(rows);
        starts.reserve(rows);
        ends.reserve(rows);
        marks.reserve(rows);
        spans.reserve(rows);
    }
    void resize(std::size_t rows) {
        hashes.resize(rows);
        starts.resize(rows);
        ends.resize(rows);
        marks.resize(rows);
        spans.resize(rows);
    }
};

// Parts of a text whose words nobody reads: where each begins and ends, one behind the other. Where they are not known,
// the targets of links are found here, and a block that may begin with initials is Unknown.
struct Unread {
    bool known;
    const std::int32_t* places;
    std::size_t size;  // of places
};

// `kinds` has the marks that all words of a span have, for each; `unread` are in order.
//
// Throws Unknown where only the definition knows what to do.
MarkedWords marked_words(const Spans& spans, const std::uint8_t* kinds, const Unread& unread, const Alphabet& alphabet);

// The words of many texts: those of text i are the rows from bounds[i] to bounds[i + 1], and their spans are numbered from 0.
struct MarkedTexts {
    MarkedWords words;
    std::vector<std::int64_t> bounds{0}, unknown;  // the texts that are left to the definition have no words
};

// Text i has the spans from bounds[i] to bounds[i + 1]. What nobody reads is found here, as far as it can be.
MarkedTexts marked_texts(const Spans& spans, const std::uint8_t* kinds, Span<std::int64_t> bounds, const Alphabet& alphabet);

}  // namespace dedup
