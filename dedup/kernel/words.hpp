// The words of texts, and what is compared of blocks. The definitions are `dedup/text.py` and `dedup/repetition.py`.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "characters.hpp"
#include "fold.hpp"
#include "markup.hpp"
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

// Where the next word begins, from a place on; `limit` if none does before it.
inline std::size_t next_word(const std::u32string& text, std::size_t at, std::size_t limit, const Alphabet& alphabet) {
    for (; at < limit; ++at) {
        if (begins_word(alphabet.classes(text[at]))) break;
    }
    return at;
}

// Call `take` with the beginning and the end of every word of a part of a text, which stands folded in `folded` then.
template <class Take>
void for_words(const std::u32string& text, std::size_t first, std::size_t limit, const Alphabet& alphabet, std::string& folded,
               Take take) {
    std::string room((limit - first + 1) * Fold::width, '\0');
    Fold fold(alphabet, room.data());
    for (auto at = first; (at = next_word(text, at, limit, alphabet)) < limit;) {
        fold.clear();
        const auto read = fold.put_word(Codes<char32_t>{text.data(), limit}, at, limit);
        folded.assign(room.data(), fold.size());
        take(at, read.end);
        at = read.next;
    }
}

// Put `dedup.text.word_list(text)` into `out`.
void read_words(const std::u32string& text, const Alphabet& alphabet, Words& out);

// The words of many texts: `dedup.spans.Words`.
struct WordColumns {
    std::vector<std::uint64_t> hashes;
    std::vector<std::int64_t> bounds{0}, counts, unknown;  // the spans that are left to the definition have no words
};

WordColumns word_columns(const Spans& spans, const Alphabet& alphabet);

// `dedup.text.bare` of many texts; those that are left to the definition are empty, and have no words.
struct Bare {
    std::vector<std::u32string> texts;
    std::vector<std::int64_t> counts, unknown;
};

Bare bare(const Spans& spans, const Alphabet& alphabet);

// What is compared of blocks: `dedup.repetition.BlockText` of each, their words one behind the other.
struct Prints {
    std::vector<std::uint64_t> exact, frame, words;
    std::vector<std::int64_t> bounds{0}, unknown;  // of `words`; the spans that are left to the definition, all 0
};

Prints prints(const Spans& spans, const Alphabet& alphabet);

}  // namespace dedup
