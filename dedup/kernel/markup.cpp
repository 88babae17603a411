#include "markup.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "text.hpp"

namespace dedup {
namespace {

constexpr std::size_t step_characters = 100;
constexpr int step_classes = 4;
constexpr auto npos = std::string_view::npos;

// Every tag of a page is looked up: this tells the names apart that there are, in a tenth of the time of std::hash.
struct NameHash {
    std::size_t operator()(std::string_view name) const {
        if (name.empty()) return 0;
        const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(name[at])); };
        return (name.size() * 31 + byte(0)) * 31 + byte(name.size() / 2) * 7 + byte(name.size() - 1);
    }
};

using Names = std::unordered_map<std::string_view, Mark, NameHash>;

void add(Names& marks, Mark mark, std::initializer_list<std::string_view> names) {
    for (const auto name : names) marks[name] = mark;
}

// All elements that are not a plain block.
Names make_names() {
    Names marks;
    add(marks, {Act::hide, {}, false},
        {"script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg", "canvas", "audio", "video",
         "select", "textarea", "datalist", "map"});
    add(marks, {Act::pass, {}, false},
        {"abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
         "input", "ins", "kbd", "label", "mark", "meter", "nobr", "output", "progress", "q", "rp", "rt", "ruby", "s",
         "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "button", "link",
         "meta", "noindex", "o:p", "st1:place"});
    add(marks, {Act::end_line, {}, false}, {"br"});
    add(marks, {Act::enter_link, {}, false}, {"a"});
    add(marks, {Act::enter, Tag::heading, false}, {"h1", "h2", "h3", "h4", "h5", "h6"});
    add(marks, {Act::enter, Tag::item, false}, {"li", "dt", "dd"});
    add(marks, {Act::enter, Tag::row, false}, {"td", "th"});
    add(marks, {Act::enter, Tag::row, true}, {"tr"});
    add(marks, {Act::enter, Tag::caption, false}, {"figcaption", "caption"});
    add(marks, {Act::enter, Tag::quote, false}, {"blockquote"});
    add(marks, {Act::enter, Tag::code, false}, {"pre"});
    return marks;
}

Mark named(std::string_view name) {
    static const Names names = make_names();
    const auto found = names.find(name);
    return found == names.end() ? Mark{Act::enter, {}, false} : found->second;
}

std::string_view name_of(std::string_view markup) { return markup.substr(0, markup.find(' ')); }

// ── references ──────────────────────────────────────────────────────────────────────────────────────────────────────

void append_utf8(std::uint32_t code, std::string& out) {
    const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto rest = [&](int shift) { put(0x80 | ((code >> shift) & 0x3F)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) return put(0xC0 | (code >> 6)), rest(0);
    if (code < 0x10000) return put(0xE0 | (code >> 12)), rest(6), rest(0);
    put(0xF0 | (code >> 18)), rest(12), rest(6), rest(0);
}

// Whether html.unescape gives the character of that number, and not another one or none.
bool is_itself(std::uint32_t code) {
    if (code < 0x20) return code == '\t' || code == '\n' || code == '\f' || code == '\r';
    if (code < 0xA0) return code < 0x7F;
    if (code >= 0xD800 && code < 0xE000) return false;
    if (code >= 0xFDD0 && code < 0xFDF0) return false;
    return code <= 0x10FFFF && (code & 0xFFFF) < 0xFFFE;
}

int digit_of(char digit, std::uint32_t base) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (base == 16 && digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (base == 16 && digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

// The number of a reference `#10` or `#xA`; 0, which is none, where it is not written so.
std::uint32_t number_of(std::string_view name) {
    const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
    const std::uint32_t base = hex ? 16 : 10;
    std::uint32_t code = 0;  // a name has at most ten characters: 10^9 and 16^8 - 1 fit
    for (const char each : name.substr(hex ? 2 : 1)) {
        const int digit = digit_of(each, base);
        if (digit < 0) return 0;
        code = code * base + static_cast<std::uint32_t>(digit);
    }
    return code;
}

// Replace the reference `&name;` of which the name is given.
void append_reference(std::string_view name, std::string& out) {
    static constexpr std::array<std::pair<std::string_view, char>, 4> named{
        {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}}};
    for (const auto& [known, character] : named) {
        if (name == known) {
            out += character;
            return;
        }
    }
    const auto code = !name.empty() && name[0] == '#' ? number_of(name) : 0;
    if (!is_itself(code)) throw Unknown("a reference that libxml2 does not write");
    append_utf8(code, out);
}

// ── attributes ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Those that say something, as they are written.
struct Attributes {
    std::string_view id, classes, role, style;

    void set(std::string_view name, std::string_view value) {
        if (name == "class") classes = value;
        else if (name == "id") id = value;
        else if (name == "style") style = value;
        else if (name == "role") role = value;
    }
};

// An attribute `name="value"`; the value ends at `close`.
struct Found {
    std::string_view name, value;
    std::size_t close = npos;
};

// The attribute whose name begins at `start` and has no space or `=` from `from` on.
Found attribute_at(std::string_view markup, std::size_t start, std::size_t from) {
    auto end = from;  // find_first_of asks memchr about every byte: a tenth of the whole walk
    while (end < markup.size() && markup[end] != ' ' && markup[end] != '=') ++end;
    if (markup.compare(end, 2, "=\"") != 0) return {};
    const auto close = markup.find('"', end + 2);
    if (close == npos) return {};
    return {markup.substr(start, end - start), markup.substr(end + 2, close - end - 2), close};
}

// All that ` (=?[^ =]*)="([^"]*)"` finds; of two attributes of one name the last counts.
Attributes attributes_of(std::string_view markup) {
    Attributes all;
    for (auto at = markup.find(' '); at != npos;) {
        const auto start = at + 1;
        Found found;
        if (markup.compare(start, 1, "=") == 0) found = attribute_at(markup, start, start + 1);
        if (found.close == npos) found = attribute_at(markup, start, start);
        if (found.close != npos) all.set(found.name, found.value);
        at = markup.find(' ', found.close == npos ? start : found.close + 1);
    }
    return all;
}

// A value with its references replaced; `held` holds it where there are any.
std::string_view unescaped(std::string_view value, std::string& held) {
    if (value.find('&') == npos) return value;
    held.clear();
    append_unescaped(value, held);
    return held;
}

bool equals_lowered(std::string_view text, std::string_view lower) {
    return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
           });
}

// Text for screen readers only. No letter outside ASCII becomes one of these names' letters in lower case.
bool is_readers_only(std::string_view word) {
    static constexpr std::array<std::string_view, 5> names{
        "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only"};
    if (word.size() < 7 || word.size() > 18) return false;
    return std::any_of(names.begin(), names.end(), [&](auto name) { return equals_lowered(word, name); });
}

// Whether `text` has one of the two at `at`; `at` moves behind it.
bool passes(std::string_view text, std::size_t& at, std::string_view one, std::string_view other) {
    for (const auto each : {one, other}) {
        if (text.compare(at, each.size(), each) == 0) {
            at += each.size();
            return true;
        }
    }
    return false;
}

// clip:\s*rect\((?:0|1px)[^)]*\)|clip-path:\s*inset\((?:50|100)%\)
bool is_clipped(std::string_view style) {
    const auto last = style.rfind(')');
    for (auto at = style.find("clip"); at != npos; at = style.find("clip", at + 1)) {
        auto next = at + 4;
        const bool path = style.compare(next, 6, "-path:") == 0;
        if (!path && style.compare(next, 1, ":") != 0) continue;
        next = skip_space(style, next + (path ? 6 : 1));
        if (path && passes(style, next, "inset(50%)", "inset(100%)")) return true;
        if (!path && passes(style, next, "rect(0", "rect(1px")) return last != npos && last >= next;
    }
    return false;
}

bool is_unseen(std::string_view markup) {
    const auto found = attributes_of(markup);
    std::string held;
    if (found.style.find("clip") != npos && is_clipped(unescaped(found.style, held))) return true;
    bool unseen = false;
    for_words(unescaped(found.classes, held), [&](std::string_view word) { return !(unseen = is_readers_only(word)); });
    return unseen;
}

Mark end_mark(std::string_view name) {
    const auto mark = named(name);
    if (mark.act == Act::enter_link) return {Act::leave_link, {}, false};
    // The end of a hidden element is never asked for, but by what libxml2 does not write.
    const bool goes_on = mark.act == Act::pass || mark.act == Act::end_line;
    return {goes_on ? Act::pass : Act::leave, {}, mark.row};
}

}  // namespace

Mark mark_of(std::string_view markup) {
    if (markup.front() == '/') return end_mark(markup.substr(1));
    const bool empty = markup.back() == '/';
    auto mark = named(name_of(empty ? markup.substr(0, markup.size() - 1) : markup));
    if (mark.act == Act::hide || (markup.find(' ') != npos && is_unseen(markup))) mark.act = Act::hide;
    if (!empty || mark.act == Act::end_line) return mark;
    return {mark.act == Act::enter ? Act::empty : Act::pass, {}, false};
}

std::string step_of(std::string_view markup) {
    const auto found = attributes_of(markup);
    std::string step(name_of(markup)), held;
    if (const auto id = unescaped(found.id, held); !id.empty()) step.append("#").append(id);
    int left = step_classes;
    for_words(unescaped(found.classes, held), [&](std::string_view word) {
        step.append(".").append(word);
        return --left > 0;
    });
    if (const auto role = unescaped(found.role, held); !role.empty()) step.append("[").append(role).append("]");
    std::replace(step.begin(), step.end(), '/', '-');
    step.resize(first_characters(step, step_characters).size());
    return step;
}

void append_unescaped(std::string_view raw, std::string& out) {
    std::size_t at = 0;
    for (auto mark = raw.find('&'); mark != npos; mark = raw.find('&', at)) {
        out.append(raw, at, mark - at);
        const auto end = raw.substr(mark, 12).find(';');
        if (end == npos) throw Unknown("an & without a reference");
        append_reference(raw.substr(mark + 1, end - 1), out);
        at = mark + end + 1;
    }
    out.append(raw, at, npos);
}

}  // namespace dedup
