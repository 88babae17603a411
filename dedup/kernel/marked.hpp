// The words of a document as passages are matched by them. The definition is `dedup/words.py`.
#pragma once

#include <cstdint>
#include <vector>

#include "characters.hpp"
#include "text_view.hpp"

namespace dedup {

// A row for each word; the columns of `dedup.words.MarkedWords`.
struct MarkedWords {
    std::vector<std::uint64_t> hashes;
    std::vector<std::int32_t> starts, ends;
    std::vector<std::uint8_t> marks;
    std::vector<std::int32_t> spans;

    std::size_t size() const { return hashes.size(); }
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

}  // namespace dedup
