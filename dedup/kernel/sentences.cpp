#include "sentences.hpp"

#include <algorithm>
#include <string_view>

namespace dedup {
namespace {

constexpr std::size_t none = std::u32string::npos;
constexpr double meant = 0.8;  // sentences.MEANT

// Marks of direction: sentences._DIRECTIONS.
#define DIRECTIONS U"\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// Whether a character is one of some, most of which are of ASCII: as most characters are. Others are asked for by 256 bits
// first, as each of a text in another script is.
class OneOf {
public:
    constexpr explicit OneOf(std::u32string_view of) : of_(of) {
        for (const auto each : of) {
            if (each < 128) ascii_[each / 64] |= std::uint64_t{1} << (each % 64);
            else others_[place(each) / 64] |= std::uint64_t{1} << (place(each) % 64);
        }
    }
    bool operator()(char32_t code) const {
        if (code < 128) return ascii_[code / 64] >> (code % 64) & 1;
        return (others_[place(code) / 64] >> (place(code) % 64) & 1) && is_any(code, of_);
    }

private:
    static constexpr std::size_t place(char32_t code) { return (code ^ code >> 8) % 256; }

    std::u32string_view of_;
    std::uint64_t ascii_[2] = {}, others_[4] = {};
};

constexpr OneOf closing(U"\"'\u201d\u2019\u201c\u2018\u00bb\u00ab\u203a\u2039)]*_" DIRECTIONS);
constexpr OneOf opening(U"\"'\u201c\u2018\u201d\u201e\u201a\u00ab\u00bb\u2039\u203a([*_>|#:\u00bf\u00a1\u2013\u2014\u2015-" DIRECTIONS);
constexpr OneOf wide_closing(U"\u300d\u300f\uff09\uff63\"'\u201d\u2019"), quoting(U">|:}#%"), blank(U" \t");
constexpr OneOf breaks(U"\r\n"), marking(U">|:}#% \t"), before_words(U"(\"'\u201c"), full_stops(U".!?\u2026");
constexpr OneOf narrow(U".!?\u2026\u203c\u2047\u2048\u2049\u061e\u061f\u06d4\u0700\u0964\u0965\u0589\u1803\u1809");
constexpr OneOf wide_stops(U"\u3002\uff01\uff1f\uff61\u104b\u17d4\u17d5\u1362\u1367\u0f0d");

// After which a full stop ends no sentence: those of _ABBREVIATION that are words.
constexpr std::u32string_view abbreviations[] = {U"Mr", U"Mrs", U"Ms", U"Dr", U"Prof", U"Gen", U"Sen", U"Rep", U"Gov", U"Lt", U"Col", U"Sgt", U"Capt",
                                                 U"St", U"Jr", U"Sr", U"vs", U"No", U"Nr", U"Art", U"etc", U"approx", U"z.B", U"bzw", U"ca"};

// The last two letters of each, as most words of any text have others: which letter may stand before one. (A letter with
// the same five bits is not told from it.)
class LastTwo {
public:
    constexpr LastTwo() {
        for (const auto word : abbreviations) before_[word[word.size() - 1] % 32] |= 1U << (word[word.size() - 2] % 32);
    }
    bool may_be(char32_t before, char32_t last) const { return before_[last % 32] >> (before % 32) & 1; }

private:
    std::uint32_t before_[32] = {};
};

constexpr LastTwo last_two;

// The patterns of sentences.py that tell sentences apart. `Text` is a view of a block's characters: of ASCII, or all.
template <class Text>
class Sentences {
public:
    Sentences(const Block& block, Text text, char32_t before, const Alphabet& alphabet)
        : block_(block), text_(text), before_(before), alphabet_(alphabet) {}

    // The end of an agency's place and date that the text begins with, 0 if it does not: _DATELINE.
    std::size_t dateline() const {
        if (text_.empty() || !is(0, classes::upper)) return 0;
        std::size_t most = 1;
        while (most < text_.size() && (is(most, classes::upper | classes::mark) || is_any(text_[most], U".' -"))) ++most;
        if (most < 3) return 0;
        // The capitals give back one after the other. What ends the search from one place is what ends it from the one before,
        // unless it is that itself.
        auto found = mark_from(most, most + 48);
        for (auto first = most; first >= 3; --first) {
            if (first < most) {
                if (const auto own = mark_from(first, first); own.at != none) found = own;
            }
            if (found.end != 0 && found.at <= first + 48) return found.end;
        }
        return 0;
    }

    // Call `take` with the end of every sentence that ends within the text from `from` on: _SENTENCE_END.
    template <class Take>
    void for_ends(std::size_t from, Take take) const {
        const auto next_mark = [&](std::size_t at) { return block_.next(&Survey::stops, &Survey::high, at); };
        for (auto at = next_mark(from); at < text_.size();) {
            const auto end = narrow(text_[at]) ? end_of_marks(at) : is_wide(at) ? end_of_wide_marks(at) : none;
            if (end == none) {
                at = next_mark(at + 1);
                continue;
            }
            if (text_[at] != U'.' || !is_abbreviation(at - std::min<std::size_t>(at - from, 24), at)) take(end);
            at = next_mark(end);
        }
    }

    // Call `take` with the end of every space between two long runs of letters that have no marks between sentences, from
    // `from` on: _PHRASE_END.
    template <class Take>
    void for_phrases(std::size_t from, Take take) const {
        for (std::size_t at = from, run = 0; at < text_.size();) {
            if (is_phrased(at)) {
                ++run, ++at;
                continue;
            }
            const auto next = run >= phrase ? skip_space(at) : at;
            run = 0;
            if (next == at) {
                ++at;
                continue;
            }
            at = next;
            auto stop = at;
            while (stop < text_.size() && stop < at + phrase && is_phrased(stop)) ++stop;
            if (stop == at + phrase) take(at);
        }
    }

private:
    static constexpr std::size_t phrase = 16;  // sentences.PHRASE

    bool is_wide(std::size_t at) const {
        if (text_[at] < 0x80) return false;
        if (text_[at] == U'\uff0e') return at + 1 == text_.size() || !is(at + 1, classes::number);
        return wide_stops(text_[at]);
    }
    bool is_phrased(std::size_t at) const { return text_[at] >= 0x80 && is(at, classes::phrased); }

    bool is(std::size_t at, std::uint32_t which) const { return alphabet_.classes(text_[at]) & which; }

    std::size_t skip(std::size_t at, const OneOf& of) const {
        while (at < text_.size() && of(text_[at])) ++at;
        return at;
    }
    std::size_t skip_space(std::size_t at) const {
        while (at < text_.size() && is(at, classes::space)) ++at;
        return at;
    }

    // A dash or colon with its end, the space behind it and all, or what says that none follows, whose end is 0.
    struct DateMark {
        std::size_t at, end;
    };

    // The first one from a place to another one.
    DateMark mark_from(std::size_t at, std::size_t last) const {
        for (; at < text_.size() && at <= last; ++at) {
            if (const auto end = dash(at)) return {at, end};
            const auto code = text_[at];
            const bool decimal_follows = at + 2 < text_.size() && is(at + 1, classes::space) && is(at + 2, classes::digit);
            if (is_any(code, U"!?:\n") || (code == U'.' && !decimal_follows)) return {at, 0};
        }
        return {none, 0};
    }
    std::size_t dash(std::size_t at) const {
        auto end = at + 1;
        if (text_[at] != U':') {
            if (!is(at, classes::space) || end == text_.size()) return 0;
            if (text_[end] == U'-') end += end + 1 < text_.size() && text_[end + 1] == U'-' ? 2 : 1;
            else if (is_any(text_[end], U"\u2013\u2014")) ++end;
            else return 0;
        }
        const auto after = skip_space(end);
        return after > end && after < text_.size() ? after : 0;
    }

    // The end of the marks that stand here, with the space behind them, if a new sentence follows.
    std::size_t end_of_marks(std::size_t at) const {
        if (full_stops(at > 0 ? text_[at - 1] : before_)) return none;
        auto closed = at;
        while (closed < text_.size() && narrow(text_[closed])) ++closed;
        closed = skip(closed, closing);
        const auto next = skip_space(closed);
        if (next == closed) return none;
        const auto opened = skip(skip_quoted(next), opening);
        return opened < text_.size() && is(opened, classes::opening) ? next : none;
    }
    // The end of the marks in front of the next line of a quotation: _QUOTED.
    std::size_t skip_quoted(std::size_t at) const {
        for (auto end = skip(at, quoting); end > at; end = skip(at, quoting)) at = skip(end, blank);
        return at;
    }
    std::size_t end_of_wide_marks(std::size_t at) const {
        while (at < text_.size() && is_wide(at)) ++at;
        return skip(at, wide_closing);
    }

    // Whether the full stop ends no sentence, as far as can be told from `first` on: _ABBREVIATION.
    bool is_abbreviation(std::size_t first, std::size_t stop) const {
        const auto stands_alone = [&](std::size_t at) {
            return at == first || is(at - 1, classes::space) || before_words(text_[at - 1]);
        };
        if (stop > first && is(stop - 1, classes::upper) && stands_alone(stop - 1)) return true;
        if (stop - first >= 2 && last_two.may_be(text_[stop - 2], text_[stop - 1])) {
            for (const auto word : abbreviations) {
                const auto size = word.size();
                const auto is_letter = [&](std::size_t at) { return static_cast<char32_t>(text_[stop - size + at]) == word[at]; };
                if (size > stop - first || !is_letter(size - 1) || !is_letter(0)) continue;
                if (std::equal(word.begin(), word.end(), text_.begin() + static_cast<std::ptrdiff_t>(stop - size)) && stands_alone(stop - size)) return true;
            }
        }
        if (stop == first || !is(stop - 1, classes::alphabetic)) return false;
        for (auto at = stop - 1; at >= first + 2 && text_[at - 1] == U'.' && is(at - 2, classes::alphabetic); at -= 2) {
            if (stands_alone(at - 2)) return true;
        }
        return false;
    }

    const Block& block_;
    const Text text_;
    const char32_t before_;
    const Alphabet& alphabet_;
};

struct Line {
    std::size_t first, end;
};

template <class Text>
bool ends_openly(Text text, const Line& line) {
    auto end = line.end;
    while (end > line.first && blank(text[end - 1])) --end;
    const auto is = [&](std::size_t behind, char32_t code) { return end - line.first >= behind && static_cast<char32_t>(text[end - behind]) == code; };
    return is(1, U':') || is(1, U'\u2026') || (is(1, U'.') && is(2, U'.') && is(3, U'.'));
}

template <class Text>
bool has_word(Text text, const Line& line, const Alphabet& alphabet) {
    return std::any_of(text.data() + line.first, text.data() + line.end,
                       [&](char32_t code) { return alphabet.classes(code) & (classes::alphabetic | classes::number); });
}

// Call `take` with the lines' first places that follow a break which was meant: sentences.py's _line_stops.
template <class Text, class Take>
void for_meant_lines(const Block& block, Text text, const Alphabet& alphabet, Take take) {
    if (!block.has_breaks()) return;
    const auto skip = [&](std::size_t at, const OneOf& of) {
        while (at < text.size() && of(text[at])) ++at;
        return at;
    };
    std::vector<Line> lines;
    for (auto at = skip(0, breaks); at < text.size(); at = skip(lines.back().end, breaks)) {
        lines.push_back({at, block.next(&Survey::breaks, &Survey::breaks, at)});
    }
    if (lines.size() < 2) return;
    std::vector<std::size_t> widths;
    for (const auto& line : lines) widths.push_back(line.end - line.first);
    const auto middle = widths.begin() + static_cast<std::ptrdiff_t>(widths.size() / 2);
    std::nth_element(widths.begin(), middle, widths.end());
    for (std::size_t at = 1; at < lines.size(); ++at) {
        const auto& [first, end] = lines[at];
        const auto word = std::min(skip(first, marking), end);
        const auto size = static_cast<std::size_t>(std::find(text.data() + word, text.data() + end, typename Text::value_type{' '}) - (text.data() + word));
        const auto needed = lines[at - 1].end - lines[at - 1].first + 1 + size;
        const bool is_short = static_cast<double>(needed) < meant * static_cast<double>(*middle);
        if (is_short || ends_openly(text, lines[at - 1]) || !has_word(text, lines[at], alphabet)) take(first);
    }
}

template <class Text>
void read_text(const Block& block, Text text, char32_t before, const Alphabet& alphabet, std::vector<std::size_t>& out) {
    const Sentences<Text> sentences(block, text, before, alphabet);
    const auto dateline = sentences.dateline();
    bool sorted = true;
    const auto add = [&](std::size_t at) {
        if (at == out.back()) return;
        sorted &= at > out.back();
        out.push_back(at);
    };
    out.push_back(0);
    add(dateline);
    sentences.for_ends(dateline, add);
    if (!block.is_ascii()) sentences.for_phrases(dateline, add);
    for_meant_lines(block, text, alphabet, add);
    add(block.size());
    if (sorted) return;
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
}

}  // namespace

void read_sentences(const Block& block, char32_t before, const Alphabet& alphabet, std::vector<std::size_t>& out) {
    out.clear();
    if (block.size() == 0) return;
    if (block.is_ascii()) read_text(block, std::string_view(block.bytes(), block.size()), before, alphabet, out);
    else read_text(block, block.text(), before, alphabet, out);
}

}  // namespace dedup
