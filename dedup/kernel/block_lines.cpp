#include "block_lines.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "code_points.hpp"
#include "text.hpp"

namespace dedup {
namespace {

constexpr auto none = std::string_view::npos;
constexpr std::string_view blanks = " \t";
constexpr ByteSet mail_marks(">|:}%"), marks(">|:}%#"), rule_marks("-*_=~+"), closers("'\")]*_"), stops(".!?:;");

bool is_blank(char byte) { return byte == ' ' || byte == '\t'; }
bool ends_with(std::string_view text, std::string_view end) { return text.size() >= end.size() && text.substr(text.size() - end.size()) == end; }

std::size_t skip_blanks(std::string_view line, std::size_t at) { return std::min(line.find_first_not_of(blanks, at), line.size()); }

// How many bytes the line break takes that begins at a place; 0 if none does.
std::size_t break_size(std::string_view text, std::size_t at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '\r') return at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
    if (byte >= '\n' && byte < '\r') return 1;
    if (byte == 0xC2) return begins(text.substr(at), "\u0085") ? 2 : 0;
    return byte == 0xE2 && (begins(text.substr(at), "\u2028") || begins(text.substr(at), "\u2029")) ? 3 : 0;
}

// Where a line break may begin: of ASCII, or of any text.
template <bool ascii>
struct MayBreak {
    bool operator()(const char*, char byte) const { return (byte >= '\n' && byte <= '\r') || (!ascii && (byte == '\xC2' || byte == '\xE2')); }
#ifdef DEDUP_SIXTEEN
    Sixteen operator()(const char*, Sixteen bytes) const {
        const auto breaks = bytes.within('\n', 4);
        return ascii ? breaks : breaks | (bytes == '\xC2') | (bytes == '\xE2');
    }
#endif
};

// Where the next line break begins, or the text ends.
std::size_t next_break(std::string_view text, std::size_t at, bool ascii) {
    if (ascii) return first_hit(text.data(), at, text.size(), MayBreak<true>());
    for (; at < text.size(); ++at) {
        at = first_hit(text.data(), at, text.size(), MayBreak<false>());
        if (at == text.size() || break_size(text, at) != 0) return at;
    }
    return at;
}

// Without the white space in front that no line begins with, or that none ends with.
std::string_view without_lead(std::string_view line) {
    for (;;) {
        if (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
        else if (begins(line, "\u00A0")) line.remove_prefix(2);
        else if (begins(line, "\u3000") || begins(line, "\uFEFF")) line.remove_prefix(3);
        else return line;
    }
}

std::string_view without_tail(std::string_view line) {
    for (;;) {
        if (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
        else if (ends_with(line, "\u00A0")) line.remove_suffix(2);
        else if (ends_with(line, "\u3000")) line.remove_suffix(3);
        else return line;
    }
}

// _MAIL_QUOTE: how many marks of quotation a line begins with.
std::uint32_t quote_depth(std::string_view raw) {
    const auto skip = [&](std::size_t at, std::size_t most) {
        for (; most > 0 && at < raw.size() && is_blank(raw[at]); --most) ++at;
        return at;
    };
    std::uint32_t depth = 0;
    for (auto at = skip(0, 4); at < raw.size(); ++depth) {
        if (mail_marks[raw[at]]) at = skip(at + 1, 2);
        else if (raw[at] == '#' && (at + 1 == raw.size() || (raw[at + 1] != '#' && raw[at + 1] != ' '))) ++at;
        else break;
    }
    return depth;
}

const std::unordered_set<std::string_view>& matter_keys() {
    static const std::unordered_set<std::string_view> keys{
        "title", "date", "author", "authors", "tags", "category", "categories", "slug", "layout", "summary", "lang", "language",
        "url", "permalink", "number", "from", "subject", "newsgroups", "path", "message-id", "organization", "references",
        "sender", "reply-to", "lines", "xref", "distribution", "nntp-posting-host"};
    return keys;
}

bool is_key_character(std::string_view line, std::size_t at, const Alphabet& alphabet) {
    const auto byte = line[at];
    return byte == '-' || byte == '_' || (alphabet.classes(code_at(line, at).code) & classes::alphanumeric) != 0;
}

// \(?(?:\d{1,3}[.)]|[a-zA-Z][)]): where it ends; 0 where it does not begin a line.
std::size_t number_end(std::string_view line, const Alphabet& alphabet) {
    std::size_t at = line[0] == '(' ? 1 : 0;
    if (at == line.size()) return 0;
    const auto small = static_cast<char>(line[at] | 0x20);
    if (small >= 'a' && small <= 'z') return at + 1 < line.size() && line[at + 1] == ')' ? at + 2 : 0;
    const auto start = at;
    for (int digits = 0; digits < 3 && at < line.size(); ++digits) {
        const auto [code, size] = code_at(line, at);
        if ((alphabet.classes(code) & classes::decimal) == 0) break;
        at += size;
    }
    return at > start && at < line.size() && (line[at] == '.' || line[at] == ')') ? at + 1 : 0;
}

}  // namespace

void find_lines(std::string_view text, std::vector<TextLine>& out) {
    const bool ascii = is_ascii(text);
    const auto count = [&](std::size_t start, std::size_t end) {
        return static_cast<std::uint32_t>(ascii ? end - start : count_characters(text.substr(start, end - start)));
    };
    std::uint32_t characters = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto stop = next_break(text, at, ascii);
        const auto next = stop < text.size() ? stop + break_size(text, stop) : stop;
        const auto raw = without_tail(text.substr(at, stop - at)), own = without_lead(raw);
        const auto end = at + raw.size(), start = end - own.size();
        TextLine line{static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end), characters + count(at, start), 0, 0, !own.empty(), start > at};
        line.last = line.first + count(start, end);
        if (!own.empty() && marks[own.front()]) {
            line.depth = is_row(raw) ? 0 : quote_depth(raw);
            if (line.depth > 0) line.bare = is_bare(own);
        }
        characters = line.last + count(end, next);
        out.push_back(line);
        at = next;
    }
}

Fence fence_of(std::string_view line) {
    if (begins(line, "<!--")) return line.find("-->", 4) == none ? Fence{'<', 4} : Fence{};
    if (!begins(line, "```") && !begins(line, "~~~")) return {};
    return {line[0], std::min(line.find_first_not_of(line[0]), line.size())};
}

bool closes(std::string_view line, Fence fence) {
    if (fence.mark == '<') return line.find("-->") != none;
    const auto own = fence_of(line);
    return own.mark == fence.mark && own.size >= fence.size;
}

bool is_heading(std::string_view line) {
    const auto signs = std::min(line.find_first_not_of('#'), line.size());
    return signs >= 1 && signs <= 6 && (signs == line.size() || is_blank(line[signs]));
}

bool is_rule(std::string_view line) {
    std::size_t count = 0;
    for (const auto byte : line) {
        if (is_blank(byte)) continue;
        if (!rule_marks[byte]) return false;
        ++count;
    }
    return count >= 3;
}

bool is_underline(std::string_view line) {
    if (line.empty() || (line[0] != '=' && line[0] != '-')) return false;
    const auto signs = std::min(line.find_first_not_of(line[0]), line.size());
    return (line[0] == '=' || signs >= 2) && skip_blanks(line, signs) == line.size();
}

bool is_row(std::string_view line) {
    const auto first = skip_blanks(line, 0), last = line.find_last_not_of(blanks);
    return first < line.size() && line[first] == '|' && line[last] == '|' && last > first;
}

bool is_item(std::string_view line, const Alphabet& alphabet) {
    if (line.empty()) return false;
    const auto [code, size] = code_at(line, 0);
    const auto stands = [&](std::size_t at) { return at < line.size() && space_at(line, at) == 0; };
    if (code == U'\u30FB') return stands(size);  // a middle dot of katakana
    const auto end = is_any(code, U"-*+\u2022\u00B7\u2023\u25E6") ? size : number_end(line, alphabet);
    const auto after = skip_blanks(line, end);
    return end > 0 && after > end && stands(after);
}

bool ends_sentence(std::string_view line) {
    line = line.substr(0, line.find_last_not_of(blanks) + 1);
    for (std::size_t left = none; left != line.size();) {
        left = line.size();
        if (!line.empty() && closers[line.back()]) line.remove_suffix(1);
        else if (ends_with(line, "\u00BB")) line.remove_suffix(2);
        else if (ends_with(line, "\u201D") || ends_with(line, "\u2019")) line.remove_suffix(3);
    }
    if (!line.empty() && stops[line.back()]) return true;
    for (const auto stop : {"\u2026", "\u3002", "\uFF01", "\uFF1F"}) {
        if (ends_with(line, stop)) return true;
    }
    return false;
}

std::size_t key_size(std::string_view line, const Alphabet& alphabet) {
    const auto small = static_cast<char>(line.empty() ? 0 : line[0] | 0x20);
    if (small < 'a' || small > 'z') return 0;
    std::size_t at = 1;
    int more = 0;
    for (; more < 31 && at < line.size() && line[at] != ':' && is_key_character(line, at, alphabet); ++more) at += code_at(line, at).size;
    if (more == 0 || more > 30 || at == line.size() || line[at] != ':') return 0;
    const auto value = skip_blanks(line, at + 1);
    return value == line.size() || (value > at + 1 && space_at(line, value) == 0) ? at : 0;
}

bool is_matter_key(std::string_view key, const Alphabet& alphabet) {
    std::string folded;
    for (std::size_t at = 0; at < key.size();) {
        const auto [code, size] = code_at(key, at);
        const auto& lowered = alphabet.page(code).lowered;
        const auto one = lowered.one(code % page_size);
        const auto& letters = one == several ? lowered.more(code % page_size) : std::u32string(1, one);
        for (const auto letter : letters) folded += letter < 0x80 ? static_cast<char>(letter) : '?';  // no key holds another
        at += size;
    }
    return matter_keys().count(folded) != 0;
}

bool is_numbered(std::string_view line) { return !line.empty() && line[0] == '#' && (line.size() == 1 || line[1] != '#'); }

Numbered numbered(std::string_view line, const Alphabet& alphabet) {
    if (!is_numbered(line) || (line.size() > 1 && !is_blank(line[1]))) return {};
    const auto own = std::min(line.find_first_not_of(quotes, 1), line.size());
    const bool marked = skip_blanks(line, 1) < own, alone = own == line.size();
    return {true, marked, alone, !alone && (alphabet.classes(code_at(line, own).code) & classes::small) != 0};
}

bool is_one_line(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const auto size = byte >= 0x1C && byte <= 0x1E ? 1 : break_size(text, at);
        if (size != 0) return at + size == text.size();
    }
    return true;
}

}  // namespace dedup
