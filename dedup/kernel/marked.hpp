// The words of a document as passages are matched by them. The definition is `dedup/words.py`.
#pragma once

#include <cstdint>
#include <memory>
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

    std::size_t size() const { return hashes.size(); }
    // Put so many rows of others behind these.
    void add(const MarkedWords& words, std::size_t rows) {
        const auto count = static_cast<std::ptrdiff_t>(rows);
        hashes.insert(hashes.end(), words.hashes.begin(), words.hashes.begin() + count);
        starts.insert(starts.end(), words.starts.begin(), words.starts.begin() + count);
        ends.insert(ends.end(), words.ends.begin(), words.ends.begin() + count);
        marks.insert(marks.end(), words.marks.begin(), words.marks.begin() + count);
    }
    void resize(std::size_t rows) {
        hashes.resize(rows);
        starts.resize(rows);
        ends.resize(rows);
        marks.resize(rows);
    }
};

// The mark of the first word of a block: `dedup.words.Mark.STARTS_BLOCK`.
constexpr std::uint8_t starts_block = 128;

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

// Reads the words of one text after the other, and keeps what it works with. What nobody reads is found here, as far as it
// can be.
class MarkedReader {
public:
    explicit MarkedReader(const Alphabet& alphabet);
    ~MarkedReader();

    // Read the spans of a text from `first` to `end`; false where only the definition knows what to do: there are no words
    // then. They are the rows below `size()` of `words()` until the next are read; what is behind those means nothing.
    bool read(const Spans& spans, const std::uint8_t* kinds, std::size_t first, std::size_t end);
    const MarkedWords& words() const { return words_; }
    std::size_t size() const;

private:
    class Marker;
    MarkedWords words_;
    std::unique_ptr<Marker> marker_;
};

// The words of many texts: those of text i are the rows from bounds[i] to bounds[i + 1].
struct MarkedTexts {
    MarkedWords words;
    std::vector<std::int64_t> bounds{0}, unknown;  // the texts that are left to the definition have no words
};

// Text i has the spans from bounds[i] to bounds[i + 1]. What nobody reads is found here, as far as it can be.
MarkedTexts marked_texts(const Spans& spans, const std::uint8_t* kinds, Span<std::int64_t> bounds, const Alphabet& alphabet);

}  // namespace dedup
