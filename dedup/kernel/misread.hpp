// Words that a scanner misread. The definition is `dedup/misread.py`, where each of these stands under its name.
#pragma once

#include <cstdint>
#include <string>

namespace dedup {

// A word as it is compared, and what is known of it.
struct Spelled {
    static constexpr char alphabetic = 1, decimal = 2;  // to `str.isalpha` and `str.isdecimal`

    std::u32string text;
    std::string kinds;     // a character for each of the text: which of the two it is
    bool telling = false;  // whether it is one of `dedup.telling.telling_words`
    std::u32string shape;  // with all glyphs of one shape made the same: `dedup.misread.shape`

    bool is_alphabetic() const { return is_all(alphabetic); }
    bool is_decimal() const { return is_all(decimal); }
    bool has(char kind) const {
        for (const auto each : kinds) {
            if (each & kind) return true;
        }
        return false;
    }

private:
    bool is_all(char kind) const {
        for (const auto each : kinds) {
            if (!(each & kind)) return false;
        }
        return !kinds.empty();
    }
};

// Put `dedup.misread.shape` of a word into `out`.
void make_shape(const std::u32string& word, std::u32string& out);

bool is_mixed(const Spelled& word);
bool is_typo(const Spelled& word, const Spelled& other);
bool is_close(const Spelled& word, const Spelled& other);
bool is_near(const Spelled& word, const Spelled& other);
bool is_noise(const Spelled& word, const Spelled& other);

}  // namespace dedup
