#include "words.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "hash.hpp"

namespace dedup {
namespace {

// ── plain ──────────────────────────────────────────────────────────────────────────────────────────────────────────

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

// ── slots ──────────────────────────────────────────────────────────────────────────────────────────────────────────

// Addresses of pages and people, for which "@" stands: text.py's _ADDRESS.
class Addresses {
public:
    Addresses(const std::u32string& text, const Alphabet& alphabet) : text_(text), alphabet_(alphabet) {}

    // The end of the address that begins at a place; 0 where none does.
    std::size_t at(std::size_t place) const {
        const auto code = text_[place];
        if (code == U'h') {
            for (const std::u32string_view scheme : {U"http://", U"https://"}) {
                if (starts(place, scheme)) return some(place + scheme.size());
            }
        }
        if (code == U'w' && starts(place, U"www.") && (place == 0 || !(alphabet_.classes(text_[place - 1]) & classes::word))) {
            if (const auto end = some(place + 4)) return end;
        }
        return place == 0 || is_space(place - 1) || is_any(text_[place - 1], U"<>()[]:,;\"'") ? mail(place) : 0;
    }

private:
    bool is_space(std::size_t at) const { return alphabet_.classes(text_[at]) & classes::space; }
    bool starts(std::size_t at, std::u32string_view with) const { return text_.compare(at, with.size(), with) == 0; }

    // The end of the characters from here on that `stop` says nothing of, at most so many; 0 where there are none.
    std::size_t some(std::size_t first, std::u32string_view stop = {}, std::size_t most = std::u32string::npos) const {
        auto at = first;
        while (at < text_.size() && at - first < most && !is_space(at) && !is_any(text_[at], stop)) ++at;
        return at > first ? at : 0;
    }
    std::size_t mail(std::size_t place) const {
        const auto name = some(place, U"@<>()[]", 64);
        return name && name < text_.size() && text_[name] == U'@' ? some(name + 1, U"@", 253) : 0;
    }

    const std::u32string& text_;
    const Alphabet& alphabet_;
};

void replace_addresses(std::u32string& text, const Alphabet& alphabet) {
    const Addresses addresses(text, alphabet);
    std::u32string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = addresses.at(at);
        out += end ? U'@' : text[at];
        at = end ? end : at + 1;
    }
    text.swap(out);
}

bool has_address(const std::u32string& text) {
    const auto ends_here = [&](std::size_t at, std::u32string_view part) {
        return at + 1 >= part.size() && text.compare(at + 1 - part.size(), part.size(), part) == 0;
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == U'@' || (text[at] == U'/' && ends_here(at, U"://")) || (text[at] == U'.' && ends_here(at, U"www."))) return true;
    }
    return false;
}

// Names, titles and what else is written with capitals: text.py's _TITLE_WORDS, whose parts need no second try.
class Names {
public:
    Names(const std::u32string& text, const Alphabet& alphabet) : text_(text), alphabet_(alphabet) {}

    // The end of the name that begins at a place; 0 where none does. Nothing is seen of what stands before the second
    // character.
    std::size_t at(std::size_t place) const {
        if (!is(place, classes::upper) || (place > 1 && (is(place - 1, classes::word) || text_[place - 1] == U'\''))) return 0;
        auto end = skip_name(place);
        while (end < text_.size()) {
            auto next = end;
            while (next < text_.size() && is_any(text_[next], U" ,&|/")) ++next;
            if (next == end) break;
            while (const auto size = particle(next)) next += size;
            if (next == text_.size() || !is(next, classes::upper)) break;
            end = skip_name(next);
        }
        return end;
    }

private:
    bool is(std::size_t at, std::uint32_t which) const { return alphabet_.classes(text_[at]) & which; }

    std::size_t skip_name(std::size_t at) const {
        ++at;
        while (at < text_.size() && (is(at, classes::word) || is_any(text_[at], U"'.-"))) ++at;
        return at;
    }
    std::size_t particle(std::size_t at) const {
        for (const std::u32string_view each : {U"of ", U"the ", U"and ", U"de ", U"von ", U"van ", U"la ", U"le "}) {
            if (text_.compare(at, each.size(), each) == 0) return each.size();
        }
        return 0;
    }

    const std::u32string& text_;
    const Alphabet& alphabet_;
};

// Writes a text in lower case, with a "0" for every figure.
class Frame {
public:
    Frame(const Alphabet& alphabet, std::u32string& out) : alphabet_(alphabet), out_(out) {}

    void put(char32_t code) {
        const auto& page = alphabet_.page(code);
        const auto one = page.lowered.one(code % page_size);
        if (one != several) return put_lowered(one);
        for (const auto each : page.lowered.more(code % page_size)) put_lowered(each);
    }

    // The first place from here on where something else stands than small letters of ASCII and their like, which are put.
    std::size_t put_plain(const std::u32string& text, std::size_t at) {
        const auto first = at;
        while (at < text.size() && text[at] < 0x80 && !(alphabet_.classes(text[at]) & (classes::upper | classes::number))) ++at;
        out_.append(text, first, at - first);
        in_figure_ &= at == first;
        return at;
    }

private:
    void put_lowered(char32_t code) {
        const bool figure = alphabet_.classes(code) & classes::number;
        if (!(figure && in_figure_)) out_ += figure ? U'0' : code;
        in_figure_ = figure;
    }

    const Alphabet& alphabet_;
    std::u32string& out_;
    bool in_figure_ = false;
};

}  // namespace

void make_plain(std::u32string& text, const Alphabet& alphabet) {
    const auto seen = look(text);
    if (has_markup(text, seen)) throw Unknown("markup");
    if (has_marks(text, seen)) remove_marks(text, alphabet);
    if (seen & wide) normalise(text, alphabet);
    squeeze(text, alphabet);
}

void make_slots(const std::u32string& plain, const Alphabet& alphabet, std::u32string& out) {
    auto text = plain;
    out.clear();
    if (has_address(text)) replace_addresses(text, alphabet);
    const Names names(text, alphabet);
    Frame frame(alphabet, out);
    out.reserve(text.size());
    for (std::size_t at = frame.put_plain(text, 0); at < text.size(); at = frame.put_plain(text, at)) {
        const auto end = at == 0 ? 0 : names.at(at);  // a block's first word has a capital anyway
        frame.put(end ? U'n' : text[at]);
        at = end ? end : at + 1;
    }
}

void read_words(const std::u32string& text, const Alphabet& alphabet, Words& out) {
    out.ends.clear();
    out.joined.resize((text.size() + 1) * Fold::width);  // with the gap before a word
    Fold fold(alphabet, out.joined.data());
    for (std::size_t at = 0; (at = next_word(text, at, text.size(), alphabet)) < text.size();) {
        if (!out.ends.empty()) fold.put_gap();
        at = fold.put_word(text, at, text.size()).next;
        out.ends.push_back(fold.size());
    }
    out.joined.resize(fold.size());
}

namespace {

// Makes the prints of one block after the other, and keeps what it works with.
class Printer {
public:
    Printer(const Alphabet& alphabet, Prints& out) : alphabet_(alphabet), out_(out) {}

    // All or nothing is added.
    void add(std::u32string& text) {
        make_plain(text, alphabet_);
        read_words(text, alphabet_, words_);
        make_slots(text, alphabet_, slots_);
        read_words(slots_, alphabet_, frame_);
        std::size_t told = 0;
        for (std::size_t at = 0; at < frame_.size(); ++at) told += is_slot(frame_[at]) ? 0 : 1;
        out_.exact.push_back(words_.size() > 0 ? hash_of(words_.joined) : 0);
        out_.frame.push_back(told >= enough ? hash_of(frame_.joined) : 0);
        for (std::size_t at = 0; at < words_.size(); ++at) out_.words.push_back(hash_of(words_[at]));
        out_.bounds.push_back(static_cast<std::int64_t>(out_.words.size()));
    }

    void leave(std::size_t number) {
        out_.exact.push_back(0);
        out_.frame.push_back(0);
        out_.bounds.push_back(out_.bounds.back());
        out_.unknown.push_back(static_cast<std::int64_t>(number));
    }

private:
    static bool is_slot(std::string_view word) { return word.size() == 1 && (word[0] == 'n' || word[0] == '0'); }

    static constexpr std::size_t enough = 3;  // words of a frame that are no slots

    const Alphabet& alphabet_;
    Prints& out_;
    std::u32string slots_;
    Words words_, frame_;
};

}  // namespace

namespace {

// Of a text with these words: two characters of an unspaced script are one.
std::int64_t count_of(const std::u32string& text, const Words& words, const Alphabet& alphabet) {
    const auto unspaced = std::count_if(text.begin(), text.end(), [&](char32_t code) { return alphabet.classes(code) & classes::unspaced; });
    return static_cast<std::int64_t>(words.size()) - unspaced / 2;
}

}  // namespace

Bare bare(const Spans& spans, const Alphabet& alphabet) {
    Bare out;
    Words words;
    for (std::size_t at = 0; at < spans.size; ++at) {
        std::u32string text;
        std::int64_t count = 0;
        spans.read(at, text);
        try {
            make_plain(text, alphabet);
            read_words(text, alphabet, words);
            count = count_of(text, words, alphabet);
        } catch (const Unknown&) {
            text.clear();
            out.unknown.push_back(static_cast<std::int64_t>(at));
        }
        out.texts.push_back(std::move(text));
        out.counts.push_back(count);
    }
    return out;
}

WordColumns word_columns(const Spans& spans, const Alphabet& alphabet) {
    WordColumns out;
    std::u32string text;
    Words words;
    for (std::size_t at = 0; at < spans.size; ++at) {
        spans.read(at, text);
        std::int64_t count = 0;
        try {
            read_words(text, alphabet, words);
            for (std::size_t word = 0; word < words.size(); ++word) out.hashes.push_back(hash_of(words[word]));
            count = count_of(text, words, alphabet);
        } catch (const Unknown&) {
            out.unknown.push_back(static_cast<std::int64_t>(at));
        }
        out.counts.push_back(count);
        out.bounds.push_back(static_cast<std::int64_t>(out.hashes.size()));
    }
    return out;
}

Prints prints(const Spans& spans, const Alphabet& alphabet) {
    Prints out;
    Printer printer(alphabet, out);
    std::u32string text;
    for (std::size_t at = 0; at < spans.size; ++at) {
        spans.read(at, text);
        try {
            printer.add(text);
        } catch (const Unknown&) {
            printer.leave(at);
        }
    }
    return out;
}

}  // namespace dedup
