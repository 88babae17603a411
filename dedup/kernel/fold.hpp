// Words as they are compared, written one by one. The definition is `dedup.text.fold`.
#pragma once

#include <cstdint>
#include <cstring>

#include "characters.hpp"
#include "markup.hpp"

namespace dedup {

// A character, and how many places it takes in its text.
struct Character {
    char32_t code;
    std::size_t size;
};

// A text that has a character at every place.
template <class Code>
struct Codes {
    const Code* data;
    std::size_t count;

    std::size_t size() const { return count; }
    bool is_ascii(std::size_t at) const { return data[at] < 0x80; }
    Character read(std::size_t at) const { return {static_cast<char32_t>(data[at]), 1}; }
};

// A text in UTF-8: its places are its bytes.
struct Utf8 {
    const char* data;
    std::size_t count;

    std::size_t size() const { return count; }
    bool is_ascii(std::size_t at) const { return static_cast<unsigned char>(data[at]) < 0x80; }

    // Throws Unknown where bytes are none that `bytes.decode` takes.
    Character read(std::size_t at) const {
        const auto byte = [&](std::size_t offset) { return at + offset < count ? static_cast<unsigned char>(data[at + offset]) : 0U; };
        const auto first = byte(0);
        if (first < 0x80) return {first, 1};
        const auto one = byte(1) ^ 0x80, two = byte(2) ^ 0x80, three = byte(3) ^ 0x80;  // less than 64, or none
        if (first >= 0xC2 && first < 0xE0 && one < 64) return {(first & 0x1F) << 6 | one, 2};
        if ((first & 0xF0) == 0xE0 && one < 64 && two < 64) {
            const char32_t code = (first & 0x0F) << 12 | one << 6 | two;
            if (code >= 0x800 && (code < 0xD800 || code >= 0xE000)) return {code, 3};
        }
        if ((first & 0xF8) == 0xF0 && one < 64 && two < 64 && three < 64) {
            const char32_t code = (first & 0x07) << 18 | one << 12 | two << 6 | three;
            if (code >= 0x10000 && code < 0x110000) return {code, 4};
        }
        throw Unknown("bytes that are no UTF-8");
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

    // Put the word that begins at a place of a text, or what stands before `limit` of it: text.py's _WORD.
    //
    // Throws Unknown where only the definition knows how it is written.
    template <class Text>
    Read put_word(const Text& text, std::size_t at, std::size_t limit) {
        auto own = text.read(at);
        const auto* page = &alphabet_.page(own.code);
        const auto first = page->classes[own.code % page_size];
        const auto goes_on = (first & classes::unspaced) ? classes::mark : classes::letter;
        auto end = at + own.size;
        leads_ = false;
        order_ = 0;
        while (true) {
            // Invisible characters stand in a word and do not end it.
            at += own.size;
            if (put(*page, own.code) & goes_on) end = at;
            if ((first & classes::letter) && at < limit && text.is_ascii(at) && alphabet_.ascii_letter(text.read(at).code)) {
                do *next_++ = alphabet_.ascii_letter(text.read(at++).code);
                while (at < limit && text.is_ascii(at) && alphabet_.ascii_letter(text.read(at).code));
                end = at;
                leads_ = false;
                order_ = 0;
            }
            if (at >= limit) break;
            own = text.read(at);
            page = &alphabet_.page(own.code);
            if (!(page->classes[own.code % page_size] & (goes_on | classes::invisible))) break;
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

// Whether a word may begin with a character of these classes.
inline bool begins_word(std::uint32_t own) { return (own & (classes::unspaced | classes::letter)) && !(own & classes::mark); }

}  // namespace dedup
