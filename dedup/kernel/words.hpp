// The words of texts, and what is compared of blocks. The definitions are `dedup/text.py` and `dedup/repetition.py`.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "characters.hpp"
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

// Writes words as they are compared.
class Fold {
public:
    static constexpr std::size_t width = sizeof(CharacterPage::Folded);  // bytes of room that a character needs

    Fold(const Alphabet& alphabet, char* begin) : alphabet_(alphabet), begin_(begin), next_(begin) {}

    std::size_t size() const { return static_cast<std::size_t>(next_ - begin_); }
    void clear() { next_ = begin_; }
    void put_gap() { *next_++ = ' '; }

    struct Read {
        std::size_t end, next;  // the first place behind the word; and where the next one may begin
    };

    // Put the word that begins at a place and ends before `limit`: text.py's _WORD.
    Read put_word(const std::u32string& text, std::size_t at, std::size_t limit) {
        const auto* page = &alphabet_.page(text[at]);
        const auto first = page->classes[text[at] % page_size];
        const auto goes_on = (first & classes::unspaced) ? classes::mark : classes::letter;
        auto end = at + 1;
        leads_ = false;
        order_ = 0;
        while (true) {
            // Invisible characters stand in a word and do not end it.
            if (put(*page, text[at++]) & goes_on) end = at;
            if ((first & classes::letter) && at < limit && alphabet_.ascii_letter(text[at])) {
                do *next_++ = alphabet_.ascii_letter(text[at++]);
                while (at < limit && alphabet_.ascii_letter(text[at]));
                end = at;
                leads_ = false;
                order_ = 0;
            }
            if (at == limit) break;
            page = &alphabet_.page(text[at]);
            if (!(page->classes[text[at] % page_size] & (goes_on | classes::invisible))) break;
        }
        return {end, at};
    }

private:
    std::uint32_t put(const CharacterPage& page, char32_t code) {
        const auto place = code % page_size;
        const auto own = page.classes[place];
        if (own & classes::unfolded) throw Unknown("a character that is folded with another");
        const auto size = page.folded[place].size;
        if (code < 0x80 || size == 0) {
            *next_ = page.folded[place].bytes[0];
            next_ += size;
            return own;  // an ASCII letter stands here only as the first of its word
        }
        const auto order = page.first_orders[place];
        if (((own & classes::joins) && leads_) || (order != 0 && order < order_)) throw Unknown("a character that is folded with another");
        leads_ = (own & classes::leads) || (order != 0 && leads_);
        order_ = page.last_orders[place];
        std::memcpy(next_, page.folded[place].bytes, width);
        next_ += size;
        return own;
    }

    const Alphabet& alphabet_;
    char* const begin_;
    char* next_;
    bool leads_ = false;      // a character of the word may be composed with the next one
    std::uint8_t order_ = 0;  // the canonical combining class of the last one that left something
};

// Where the next word begins, from a place on; `limit` if none does before it.
inline std::size_t next_word(const std::u32string& text, std::size_t at, std::size_t limit, const Alphabet& alphabet) {
    for (; at < limit; ++at) {
        const auto own = alphabet.classes(text[at]);
        if ((own & (classes::unspaced | classes::letter)) && !(own & classes::mark)) break;
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
        const auto read = fold.put_word(text, at, limit);
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
