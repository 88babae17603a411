#include "block_links.hpp"

#include <algorithm>
#include <string>
#include <tuple>

#include "code_points.hpp"
#include "text.hpp"

namespace dedup {
namespace {

constexpr auto none = std::string_view::npos;
constexpr ByteSet before_names("<>()[]:,;\"'"), not_in_names("@<>()[]"), quote_marks(">|:}% \t"), behind_initials(">|:(\"");
// What may be white space, or begin it.
constexpr ByteSet space_leads("\t\n\v\f\r \xC2\xE1\xE2\xE3");

bool is_capital(char byte) { return byte >= 'A' && byte <= 'Z'; }
bool is_small(char byte) { return byte >= 'a' && byte <= 'z'; }
bool is_letter(char byte) { return is_capital(byte) || is_small(byte); }

bool is_space(std::string_view text, std::size_t at) { return space_at(text, at) != 0; }

// White space to `regex`: that of `str` but for the separators of ASCII. Most bytes are told by the first look.
inline bool is_regex_space(std::string_view text, std::size_t at) { return space_leads[text[at]] && is_space(text, at); }

// Behind at most so many bytes, one for each that `holds` is true of.
template <class Holds>
std::size_t pass(std::string_view text, std::size_t at, std::size_t most, Holds holds) {
    const auto end = at + std::min(most, text.size() - std::min(at, text.size()));
    while (at < end && holds(text[at])) ++at;
    return at;
}

// Behind at most so many characters; `holds` is asked where each begins.
template <class Holds>
std::size_t pass_characters(std::string_view text, std::size_t at, std::size_t most, Holds holds) {
    for (; at < text.size() && most > 0 && holds(at); --most) {
        for (++at; at < text.size() && is_continuation(text[at]);) ++at;
    }
    return at;
}

// How Markdown's links are limited, in characters: possessive, so that a text of brackets costs its length.
constexpr std::size_t most_parts = 50, most_plain = 2000, most_inner = 500, most_spaces = 9;

// Behind (?:[^()\s]{1,2000}+|\([^()]{0,500}+\)){0,50}+, with these or other brackets; white space ends it where asked.
std::size_t pass_parts(std::string_view text, std::size_t at, char open, char close, bool spaces) {
    const auto is_bracket = [&](std::size_t place) { return text[place] == open || text[place] == close; };
    for (std::size_t part = 0; part < most_parts && at < text.size(); ++part) {
        auto next = pass_characters(text, at, most_plain, [&](std::size_t place) { return !is_bracket(place) && (spaces || !is_regex_space(text, place)); });
        if (next == at) {
            if (text[at] != open) break;
            next = pass_characters(text, at + 1, most_inner, [&](std::size_t place) { return !is_bracket(place); });
            if (next >= text.size() || text[next] != close) break;
            ++next;
        }
        at = next;
    }
    return at;
}

bool stands(std::string_view text, std::size_t at, char byte) { return at < text.size() && text[at] == byte; }
bool is_quote(std::string_view text, std::size_t at) { return stands(text, at, '"') || stands(text, at, '\''); }

// Where the title of a link ends that white space parts from its target; `at` where there is none.
std::size_t title_end(std::string_view text, std::size_t at) {
    auto next = pass_characters(text, at, most_spaces, [&](std::size_t place) { return is_regex_space(text, place); });
    if (next == at || !is_quote(text, next)) return at;
    next = pass_characters(text, next + 1, most_inner, [&](std::size_t place) { return !is_quote(text, place); });
    return is_quote(text, next) ? next + 1 : at;
}

struct Link {
    std::size_t start, end;            // of all of it
    std::size_t shown, shown_end;      // of what is seen of it
};

// The first link from a place on; its start is `none` where there is none.
Link next_link(std::string_view text, std::size_t from) {
    for (auto at = text.find('[', from); at != none; at = text.find('[', at + 1)) {
        const auto shown_end = pass_parts(text, at + 1, '[', ']', true);
        if (!stands(text, shown_end, ']') || !stands(text, shown_end + 1, '(')) continue;
        const auto end = title_end(text, pass_parts(text, shown_end + 2, '(', ')', false));
        if (!stands(text, end, ')')) continue;
        return {at > from && text[at - 1] == '!' ? at - 1 : at, end + 1, at + 1, shown_end};
    }
    return {none, none, none, none};
}

bool is_word(std::string_view text, std::size_t at, const Alphabet& alphabet) {
    return (alphabet.classes(code_at(text, at).code) & classes::word) != 0;
}

// Where an address ends that begins at a place; the place itself where none does.
std::size_t address_end(std::string_view text, std::size_t at, const Alphabet& alphabet) {
    const auto is_dark = [&](std::size_t place) { return !is_regex_space(text, place); };
    const auto rest = text.substr(at);
    std::size_t lead = 0;
    if (begins(rest, "http")) lead = begins(rest.substr(4), "://") ? 7 : begins(rest.substr(4), "s://") ? 8 : 0;
    if (begins(rest, "www.") && (at == 0 || !is_word(text, before(text, at), alphabet))) lead = 4;
    if (lead > 0) {
        const auto end = pass_characters(text, at + lead, none, is_dark);
        if (end > at + lead) return end;
    }
    const auto previous = at == 0 ? 0 : before(text, at);
    if (at > 0 && !before_names[text[previous]] && !is_regex_space(text, previous)) return at;
    const auto name = pass_characters(text, at, 64, [&](std::size_t place) { return is_dark(place) && !not_in_names[text[place]]; });
    if (name == at || !stands(text, name, '@')) return at;
    const auto end = pass_characters(text, name + 1, 253, [&](std::size_t place) { return is_dark(place) && text[place] != '@'; });
    return end > name + 1 ? end : at;
}

// Where an address may stand: `bytes` are one or several, and there is one more behind them.
struct MayBeAddress {
    template <class Bytes>
    static auto may_be(Bytes bytes, Bytes next) {
        return (bytes == '@') | ((bytes == ':') & (next == '/')) | ((bytes == 'w') & (next == 'w'));
    }
#ifdef DEDUP_SIXTEEN
    Sixteen operator()(const char* at, Sixteen bytes) const { return may_be(bytes, Sixteen::at(at + 1)); }
#endif
    bool operator()(const char* at, char byte) const { return may_be(byte, at[1]); }
};

// The first such place from one on; the size of the text where there is none.
std::size_t next_hint(std::string_view text, std::size_t at) {
    if (text.size() < 2) return text.size();
    const auto found = first_hit(text.data(), at, text.size() - 1, MayBeAddress());
    return found < text.size() - 1 ? found : text.size();
}

// The characters of all addresses. White space is around each, so that most of a text is passed by.
std::size_t in_addresses(std::string_view text, const Alphabet& alphabet) {
    std::size_t found = 0, done = 0;
    for (auto hint = next_hint(text, 0); hint < text.size(); hint = next_hint(text, done)) {
        auto at = hint;
        while (at > done && !is_regex_space(text, before(text, at))) at = before(text, at);
        done = pass_characters(text, hint, none, [&](std::size_t place) { return !is_regex_space(text, place); });
        while (at < done) {
            const auto end = address_end(text, at, alphabet);
            found += count_characters(text.substr(at, end - at));
            at = end > at ? end : at + code_at(text, at).size;
        }
    }
    return found;
}

// The characters of a text, each run of white space as one.
std::size_t count_squeezed(std::string_view text) {
    std::size_t count = 0;
    bool space = false;  // whether white space came last
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_continuation(text[at])) continue;
        const bool own = is_regex_space(text, at);
        count += !own || !space;
        space = own;
    }
    return count;
}

// Where the target of a link ends that begins with the bracket at a place; 0 where it does not.
std::size_t target_end(std::string_view text, std::size_t at) {
    const auto end = pass_parts(text, at + 1, '(', ')', false);
    return stands(text, end, ')') ? end + 1 : 0;
}

bool is_space_or_any(std::string_view text, std::size_t at) {
    return at == text.size() || is_capital(text[at]) || behind_initials[text[at]] || is_space(text, at);
}

// Whether another line near a block of one line begins with the same initials, marks of quotation and all.
bool is_near(std::string_view text, std::size_t start, std::size_t end, std::string_view mark) {
    constexpr int near = 1000;  // _NEAR, in characters
    auto from = start;
    for (int step = 0; step < near && from > 0; ++step) from = before(text, from);
    const auto to = pass_characters(text, end, near, [](std::size_t) { return true; });
    std::string around = from == 0 ? "\n" : "";
    around += text.substr(from, start - from);
    around += text.substr(end, to - end);
    return around.find('\n' + std::string(mark)) != none;
}

// The next line of a block as `dedup.text._LINE_OF` finds it, from a place on; it begins at the end where there is none.
std::pair<std::size_t, std::size_t> next_line(std::string_view block, std::size_t at) {
    const auto start = std::min(block.find_first_not_of("\r\n \t", at), block.size());
    return {start, std::min(block.find_first_of("\r\n", start), block.size())};
}

void find_initials(std::string_view text, std::size_t start, std::size_t end, std::vector<std::pair<std::size_t, std::size_t>>& out) {
    const auto block = text.substr(start, end - start);
    const auto first = initials(block);
    if (first.end == 0) return;
    const auto size = out.size();
    std::string_view mark;
    std::size_t lines = 0;
    for (auto [from, to] = next_line(block, 0); from < block.size(); std::tie(from, to) = next_line(block, to)) {
        const auto line = block.substr(from, to - from);
        const auto own = initials(line);
        const auto told = line.substr(own.start, own.end - own.start);  // empty where the line has none
        if (own.end == 0 || (lines++ > 0 && told != mark)) {
            out.resize(size);
            return;
        }
        mark = told;
        out.emplace_back(start + from + own.start, start + from + own.end);
    }
    if (lines == 1 && !is_near(text, start, end, block.substr(0, first.end))) out.resize(size);
}

}  // namespace

Initials initials(std::string_view line) {
    const auto start = pass(line, 0, 12, [](char byte) { return quote_marks[byte]; });
    if (start == line.size() || !is_letter(line[start])) return {};
    const auto is_bracket = [&](std::size_t at) { return stands(line, at, '>') || stands(line, at, ']'); };
    const auto capitals = pass(line, start, 4, is_capital);
    if (capitals - start >= 2 && is_bracket(capitals)) return {start, capitals + 1};
    const auto ends = [&](std::size_t at) { return is_bracket(at) && is_space_or_any(line, at + 1); };
    const auto ends_apart = [&](std::size_t at) { return stands(line, at, ' ') ? at + 1 : at; };
    const auto two = ends_apart(pass(line, start, 2, is_letter));
    if (ends(two)) return {start, two + 1};
    if (is_capital(line[start])) {
        const auto name = ends_apart(pass(line, start + 1, 9, [](char byte) { return is_letter(byte) || byte == '.'; }));
        if (ends(name)) return {start, name + 1};
    }
    const auto small = pass(line, start, 10, is_small);
    return small - start >= 3 && stands(line, small, ']') && ends(small) ? Initials{start, small + 1} : Initials{};
}

double link_share(std::string_view block, const Alphabet& alphabet) {
    if (block.find('[') == none && next_hint(block, 0) == block.size()) return 0;
    std::size_t inside = 0, at = 0;
    std::string shown, bare;  // the block with what is seen of its links, and without them
    for (auto link = next_link(block, 0); link.start != none; link = next_link(block, at)) {
        const auto before_it = block.substr(at, link.start - at), seen = block.substr(link.shown, link.shown_end - link.shown);
        inside += count_characters(seen);
        bare += before_it;
        (shown += before_it) += seen;
        at = link.end;
    }
    const auto rest = block.substr(at);
    const auto linked = inside + in_addresses(at == 0 ? rest : bare += rest, alphabet);
    if (linked == 0) return 0;
    const auto size = count_squeezed(at == 0 ? rest : shown += rest);
    return std::min(1.0, static_cast<double>(linked) / static_cast<double>(std::max<std::size_t>(1, size)));
}

void find_unread(std::string_view text, std::size_t start, std::size_t end, std::vector<std::pair<std::size_t, std::size_t>>& out) {
    const auto size = out.size();
    const auto block = text.substr(start, end - start);
    if (block.find("](") != none) {
        for (auto at = block.find('('); at != none;) {
            const bool led = start + at > 0 && text[start + at - 1] == ']';
            const auto stop = led ? target_end(block, at) : 0;
            if (stop != 0) out.emplace_back(start + at, start + stop);
            at = block.find('(', stop != 0 ? stop : at + 1);
        }
    }
    find_initials(text, start, end, out);
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(size), out.end());
}

}  // namespace dedup
