// The words of texts, and what is compared of blocks. The definitions are `dedup/text.py` and `dedup/repetition.py`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "characters.hpp"
#include "text_view.hpp"

namespace dedup {

// Throughout: throws Unknown where only the definition knows what to do.

// Put `dedup.text.plain(text)` into `text`.
void make_plain(std::u32string& text, const Alphabet& alphabet);

// Put `dedup.text.slots(plain)` into `out`.
void make_slots(const std::u32string& plain, const Alphabet& alphabet, std::u32string& out);

// The words of a text as they are compared, one behind the other.
struct Words {
    std::string joined;  // a space between two
    std::vector<std::size_t> ends;

    std::size_t size() const { return ends.size(); }
    std::string_view operator[](std::size_t at) const {
        const auto start = at == 0 ? 0 : ends[at - 1] + 1;
        return std::string_view(joined).substr(start, ends[at] - start);
    }
};

// Put `dedup.text.word_list(text)` into `out`.
void read_words(const std::u32string& text, const Alphabet& alphabet, Words& out);

// What is compared of blocks: `dedup.repetition.BlockText` of each, their words one behind the other.
struct Prints {
    std::vector<std::uint64_t> exact, frame, words;
    std::vector<std::int64_t> bounds{0}, unknown;  // of `words`; the spans that are left to the definition, all 0
};

Prints prints(const Spans& spans, const Alphabet& alphabet);

}  // namespace dedup
