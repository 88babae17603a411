// What rules see of a text: `dedup.text.plain`.
#include <algorithm>
#include <array>

#include "words.hpp"

namespace dedup {
namespace {

// What a text holds that is not passed by.
enum : std::uint8_t { wide = 1, bracket = 2, angle = 4, marked = 8 };

// What each character of ASCII is of these; the last one stands for all others.
constexpr std::array<std::uint8_t, 129> make_kinds() {
    std::array<std::uint8_t, 129> kinds{};
    kinds[128] = wide;
    kinds[']'] = bracket;
    kinds['<'] = angle;
    for (const char each : {'\n', '*', '_', '`', '~', '#'}) kinds[static_cast<std::size_t>(each)] = marked;
    return kinds;
}

std::uint8_t look(const std::u32string& text) {
    static constexpr auto kinds = make_kinds();
    std::uint8_t seen = 0;
    for (const auto code : text) seen |= kinds[std::min<char32_t>(code, 128)];
    return seen;
}

bool holds(const std::u32string& text, std::u32string_view part) { return text.find(part) != std::u32string::npos; }

// Whether there may be links, tags or addresses in a text of Markdown.
bool has_markup(const std::u32string& text, std::uint8_t seen) {
    if ((seen & bracket) && (holds(text, U"](") || holds(text, U"]["))) return true;
    return (seen & angle) && text.find(U'>', text.find(U'<')) != std::u32string::npos;
}

bool has_marks(const std::u32string& text, std::uint8_t seen) {
    const auto first = text.find_first_not_of(U" \t");
    return (seen & marked) || (first != std::u32string::npos && is_any(text[first], U">|:}+-"));
}

// The Markdown marks that begin at a place: text.py's _MARKS, whose alternatives need no second try.
class MarksOf {
public:
    MarksOf(const std::u32string& text, const Alphabet& alphabet) : text_(text), alphabet_(alphabet) {}

    // How many characters they take; 0 where there are none.
    std::size_t at(std::size_t place) const {
        if (place == 0 || text_[place - 1] == U'\n') {
            if (const auto end = line_start(skip_gap(place))) return end - place;
        }
        const auto code = text_[place];
        if (code == U' ' || code == U'\t') return place > 0 && is_gap(place - 1) ? 0 : closing(place);
        if (!is_any(code, U"*_`~")) return 0;
        auto count = run(place, U"*_`~", 3);
        if (place > 0 && is_ink(place - 1)) return count;  // whatever follows
        while (count > 0 && !(place + count < text_.size() && is_ink(place + count))) --count;
        return count;
    }

private:
    bool is_gap(std::size_t at) const { return at < text_.size() && (text_[at] == U' ' || text_[at] == U'\t'); }
    bool is_ink(std::size_t at) const { return !(alphabet_.classes(text_[at]) & classes::space); }

    std::size_t skip_gap(std::size_t at) const {
        while (is_gap(at)) ++at;
        return at;
    }
    std::size_t run(std::size_t at, std::u32string_view of, std::size_t most) const {
        std::size_t count = 0;
        while (count < most && at + count < text_.size() && is_any(text_[at + count], of)) ++count;
        return count;
    }
    // The end of the marks that begin a line, 0 if there are none: quotes, a heading, an item.
    std::size_t line_start(std::size_t at) const {
        auto end = at;
        while (end < text_.size() && is_any(text_[end], U">|:}")) end += is_gap(end + 1) ? 2 : 1;
        if (end > at) return end;
        end = at + run(at, U"#", 6);
        if (end == at) end += run(at, U"-*+", 1);
        return end > at && is_gap(end) ? skip_gap(end) : 0;
    }
    // The length of the number signs that end a line, with the gap before them.
    std::size_t closing(std::size_t place) const {
        const auto first = skip_gap(place), last = first + run(first, U"#", text_.size());
        const auto end = skip_gap(last);
        return last > first && (end == text_.size() || text_[end] == U'\n') ? end - place : 0;
    }

    const std::u32string& text_;
    const Alphabet& alphabet_;
};

void remove_marks(std::u32string& text, const Alphabet& alphabet) {
    const MarksOf marks(text, alphabet);
    std::u32string out;
    for (std::size_t at = 0; at < text.size();) {
        if (const auto size = marks.at(at)) at += size;
        else out += text[at++];
    }
    text.swap(out);
}

// NFKC with straight quotes. Each character stands for itself here; where it may not, the text is left to the definition.
void normalise(std::u32string& text, const Alphabet& alphabet) {
    std::u32string out;
    out.reserve(text.size() + 16);
    std::uint8_t order = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto ascii = at;
        while (at < text.size() && text[at] < 0x80) ++at;
        if (at > ascii) {
            out.append(text, ascii, at - ascii);
            order = 0;
        }
        if (at == text.size()) break;
        const auto& page = alphabet.page(text[at]);
        const auto own = text[at] % page_size;
        const auto one = page.plain.one(own);
        if (one == several && page.plain.more(own).empty()) continue;
        if (page.classes[own] & classes::joins) throw Unknown("a character that is composed with another");
        if (page.first_orders[own] != 0 && page.first_orders[own] < order) throw Unknown("marks in an order of their own");
        order = page.last_orders[own];
        if (one == several) out += page.plain.more(own);
        else out += one;
    }
    text.swap(out);
}

// " " for all white space, and none at the ends.
void squeeze(std::u32string& text, const Alphabet& alphabet) {
    std::size_t end = 0, last = 0;  // of what stays: its end, and that of its last character that is not blank
    bool gap = false;
    for (const auto code : text) {
        const auto own = code > U' ' && code < 0x7F ? 0 : alphabet.classes(code);
        const bool space = own & classes::space;
        if (space && gap) continue;
        gap = space;
        const bool blank = space || (own & classes::blank);
        if (blank && end == 0) continue;
        text[end++] = space ? U' ' : code;
        if (!blank) last = end;
    }
    text.resize(last);
}

}  // namespace

void make_plain(std::u32string& text, const Alphabet& alphabet) {
    const auto seen = look(text);
    if (has_markup(text, seen)) throw Unknown("markup");
    if (has_marks(text, seen)) remove_marks(text, alphabet);
    if (seen & wide) normalise(text, alphabet);
    squeeze(text, alphabet);
}

}  // namespace dedup
