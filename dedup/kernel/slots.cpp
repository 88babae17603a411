// What a template leaves the same of a text: `dedup.text.slots`.
#include "words.hpp"

namespace dedup {
namespace {

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

}  // namespace dedup
