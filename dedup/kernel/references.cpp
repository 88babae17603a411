#include "references.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace dedup {
namespace {

constexpr std::size_t longest_name = 32;  // CounterClockwiseContourIntegral;
constexpr std::size_t longest_without_end = 6;
constexpr std::uint32_t too_large = 0x110000;

// What browsers take 0x80 to 0x9F for: windows-1252.
constexpr std::array<std::uint16_t, 32> controls{
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
    0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool is_letter(char byte) { return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'; }

int digit_of(char byte, bool hex) {
    if (is_digit(byte)) return byte - '0';
    const char lower = static_cast<char>(byte | 0x20);
    return hex && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string_view utf8_of(std::uint32_t code, char (&scratch)[4]) {
    if (code >= 0x80 && code < 0xA0) code = controls[code - 0x80];
    else if (code == 0 || (code >= 0xD800 && code < 0xE000) || code >= too_large) code = 0xFFFD;
    std::size_t size = 0;
    const auto put = [&](std::uint32_t byte) { scratch[size++] = static_cast<char>(byte); };
    const auto rest = [&](int shift) { put(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) put(code);
    else if (code < 0x800) put(0xC0 | (code >> 6)), rest(0);
    else if (code < 0x10000) put(0xE0 | (code >> 12)), rest(6), rest(0);
    else put(0xF0 | (code >> 18)), rest(12), rest(6), rest(0);
    return {scratch, size};
}

// Of `&#8217;` and `&#x2019;`, with or without the end.
References::Found numbered(std::string_view text, char (&scratch)[4]) {
    const bool hex = text.size() > 2 && (text[2] | 0x20) == 'x';
    const std::size_t start = hex ? 3 : 2;
    auto at = start;
    std::uint32_t code = 0;
    for (; at < text.size(); ++at) {
        const int digit = digit_of(text[at], hex);
        if (digit < 0) break;
        code = std::min(code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit), too_large);
    }
    if (at == start) return {};
    if (at < text.size() && text[at] == ';') ++at;
    return {utf8_of(code, scratch), at};
}

}  // namespace

References::References(const std::vector<std::pair<std::string, std::string>>& named) {
    for (const auto& [name, text] : named) {
        named_[kept_.emplace_back(name)] = kept_.emplace_back(text);
    }
}

References::Found References::at(std::string_view text, bool in_attribute, char (&scratch)[4]) const {
    if (text.size() < 2) return {};
    return text[1] == '#' ? numbered(text, scratch) : named(text, in_attribute);
}

// The longest name that stands there. In an attribute one without its `;` is none where more follows: `?a=b&copy=c`.
References::Found References::named(std::string_view text, bool in_attribute) const {
    if (!is_letter(text[1])) return {};
    std::size_t end = 1;
    while (end < text.size() && end <= longest_name && (is_letter(text[end]) || is_digit(text[end]))) ++end;
    const char next = end < text.size() ? text[end] : '\0';
    if (next == ';') {
        const auto found = named_.find(text.substr(1, end));
        if (found != named_.end()) return {found->second, end + 1};
    }
    if (in_attribute && (next == ';' || next == '=' || end > longest_without_end + 1)) return {};
    for (auto size = std::min(end, longest_without_end + 1); size > 2; --size) {
        const auto found = named_.find(text.substr(1, size - 1));
        if (found != named_.end()) return {found->second, size};
        if (in_attribute) return {};
    }
    return {};
}

}  // namespace dedup
