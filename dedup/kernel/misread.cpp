#include "misread.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace dedup {
namespace {

// As in `dedup/misread.py`, which says what they are.
constexpr std::size_t long_word = 4, longer = 7, sure = 10, ending = 3;
using Replaced = std::pair<std::u32string_view, std::u32string_view>;
constexpr std::array<Replaced, 7> pairs{{{U"rn", U"m"}, {U"nn", U"m"}, {U"ri", U"n"}, {U"cl", U"d"}, {U"vv", U"w"}, {U"li", U"h"}, {U"ii", U"u"}}};
constexpr std::array<std::u32string_view, 7> shapes{U"l1i|!", U"o0q", U"s5", U"b86", U"z2", U"g9", U"a4"};
constexpr std::array<std::u32string_view, 17> endings{U"", U"s", U"es", U"d", U"ed", U"r", U"er", U"n", U"en", U"ing", U"ly", U"e", U"em", U"t", U"te", U"st", U"al"};
constexpr std::array<Replaced, 7> spellings{{{U"our", U"or"}, {U"is", U"iz"}, {U"ys", U"yz"}, {U"ll", U"l"}, {U"tre", U"ter"}, {U"ogue", U"og"}, {U"ae", U"e"}}};
constexpr std::u32string_view vowels = U"aeiouy\u0430\u0435\u0438\u043e\u0443\u044b\u044d\u044e\u044f";

// What a glyph of ASCII is made; itself where nothing is.
std::array<char32_t, 128> shapes_of() {
    std::array<char32_t, 128> made{};
    for (std::size_t at = 0; at < made.size(); ++at) made[at] = static_cast<char32_t>(at);
    for (const auto alike : shapes) {
        for (const auto each : alike) made[each] = alike[0];
    }
    return made;
}

// text.replace(old, by), in place.
void replace(std::u32string& text, const Replaced& what) {
    const auto& [old, by] = what;
    auto found = text.find(old);
    if (found == std::u32string::npos) return;
    auto to = found;
    for (std::size_t from = found; from < text.size();) {  // `by` is no longer than `old`
        if (from == found) {
            to = static_cast<std::size_t>(std::copy(by.begin(), by.end(), text.begin() + static_cast<std::ptrdiff_t>(to)) - text.begin());
            from += old.size();
            found = text.find(old, from);
        } else {
            text[to++] = text[from++];
        }
    }
    text.resize(to);
}

std::size_t stem(const Spelled& word, const Spelled& other) {
    const auto least = std::min(word.text.size(), other.text.size());
    const auto first = word.text.begin();
    return static_cast<std::size_t>(std::mismatch(first, first + static_cast<std::ptrdiff_t>(least), other.text.begin()).first - first);
}

// `_distance`, or more than `most`, which is two at the most: of the table only the cells are made that can matter, those
// around its diagonal.
std::size_t distance(std::u32string_view word, std::u32string_view other, std::size_t most) {
    if (word.size() > other.size()) std::swap(word, other);
    if (other.size() - word.size() > most) return most + 1;
    while (!word.empty() && word.front() == other.front()) {
        word.remove_prefix(1);
        other.remove_prefix(1);
    }
    while (!word.empty() && word.back() == other.back()) {
        word.remove_suffix(1);
        other.remove_suffix(1);
    }
    if (word.empty()) return other.size();
    constexpr std::size_t reach = 2, width = 2 * reach + 1, far = 100;  // cell [i][i + at - reach] of the table is row[at]
    std::array<std::size_t, width> row{};
    for (std::size_t at = 0; at < width; ++at) row[at] = at < reach ? far : at - reach;
    for (std::size_t i = 1; i <= word.size(); ++i) {
        auto next = row;
        for (std::size_t at = 0; at < width; ++at) {
            next[at] = far;
            if (i + at < reach || i + at - reach > other.size()) continue;
            const auto j = i + at - reach;
            const auto swapped = j == 0 ? far : row[at] + (word[i - 1] != other[j - 1]);
            const auto left_out = at + 1 < width ? row[at + 1] + 1 : far, put_in = at > 0 ? next[at - 1] + 1 : far;
            next[at] = std::min({far, swapped, left_out, put_in});
        }
        row = next;
    }
    return std::min(row[other.size() + reach - word.size()], most + 1);
}

bool are_other(const Spelled& word, const Spelled& other) {
    if (word.telling && other.telling && word.text != other.text) return true;
    const auto is_decimal = [](char kind) { return (kind & Spelled::decimal) != 0; };
    if (word.text.size() == other.text.size()) {
        for (std::size_t at = 0; at < word.text.size(); ++at) {
            if (word.text[at] != other.text[at] && is_decimal(word.kinds[at]) && is_decimal(other.kinds[at])) return true;
        }
        return false;
    }
    const auto figures = [&](const Spelled& of) {
        std::u32string found;
        for (std::size_t at = 0; at < of.text.size(); ++at) {
            if (is_decimal(of.kinds[at])) found += of.text[at];
        }
        return found;
    };
    if (!word.has(Spelled::decimal) || !other.has(Spelled::decimal)) return false;
    return figures(word) != figures(other);
}

std::u32string spelled(std::u32string word) {
    for (const auto& each : spellings) replace(word, each);
    return word;
}

template <class Values, class Value>
bool is_one_of(const Values& values, const Value& wanted) {
    return std::find(values.begin(), values.end(), wanted) != values.end();
}

}  // namespace

void make_shape(const std::u32string& word, std::u32string& out) {
    static const auto made = shapes_of();
    out = word;
    for (const auto& each : pairs) replace(out, each);
    for (auto& each : out) {
        if (each < made.size()) each = made[each];
    }
}

bool is_mixed(const Spelled& word) {
    return !word.is_alphabetic() && word.has(Spelled::alphabetic) && word.has(Spelled::decimal);
}

bool is_typo(const Spelled& word, const Spelled& other) {
    const auto length = std::min(word.text.size(), other.text.size());
    if (length < sure || !word.is_alphabetic() || !other.is_alphabetic() || distance(word.text, other.text, 1) != 1) return false;
    const auto at = stem(word, other);
    const bool inflected = word.text.size() != other.text.size() || (is_one_of(vowels, word.text[at]) && is_one_of(vowels, other.text[at]));
    return at + ending <= length || !inflected;
}

bool is_close(const Spelled& word, const Spelled& other) {
    if (are_other(word, other)) return false;
    if (word.shape == other.shape) return true;
    if (word.is_decimal() || other.is_decimal()) return false;
    const auto length = std::min(word.text.size(), other.text.size());
    return length >= long_word && distance(word.text, other.text, 2) <= (length >= longer ? 2U : 1U);
}

bool is_near(const Spelled& word, const Spelled& other) {
    const auto length = word.text.size();
    if (length <= 1 || length != other.text.size() || length >= long_word || word.is_decimal() || other.is_decimal()) return false;
    return distance(word.text, other.text, 1) == 1 && !are_other(word, other);
}

bool is_noise(const Spelled& word, const Spelled& other) {
    if (word.shape == other.shape) return true;
    const auto at = stem(word, other);
    const auto ends = [&](const Spelled& of) { return is_one_of(endings, std::u32string_view(of.text).substr(at)); };
    return !(ends(word) && ends(other)) && spelled(word.text) != spelled(other.text);
}

}  // namespace dedup
