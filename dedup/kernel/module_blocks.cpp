// What Python sees of the blocks of Markdown and text.
#include <algorithm>
#include <string>

#include "block_links.hpp"
#include "blocks.hpp"
#include "python_texts.hpp"
#include "text.hpp"
#include "utf8.hpp"

namespace dedup {
namespace {

// Whether a str holds what is no character, which UTF-8 cannot say.
bool has_surrogates(const TextView& text) {
    return text.width > 1 && text.visit([&](auto* characters) {
        return std::any_of(characters, characters + text.size, [](auto code) { return code >= 0xD800 && code < 0xE000; });
    });
}

bool is_ascii(const nb::str& text) { return PyUnicode_IS_ASCII(text.ptr()) != 0; }

// A str as UTF-8, in `room` unless its own characters are that: what is no character is "?" there.
std::string_view utf8_of(const nb::str& text, std::string& room) {
    const auto own = view(text);
    if (is_ascii(text)) return {static_cast<const char*>(own.data), own.size};
    encode(own, room);
    return room;
}

nb::object text_blocks_of(const nb::str& text, const nb::callable& page) {
    if (has_surrogates(view(text))) return nb::none();
    const auto load = loader(page);
    std::string room;
    const auto utf8 = utf8_of(text, room);
    TextBlocks found;
    bool known_to_us = false;
    {
        nb::gil_scoped_release free;
        known_to_us = read_blocks(utf8, Alphabet(known(), load), found, {true, false});
    }
    if (!known_to_us) return nb::none();
    return nb::make_tuple(array(std::move(found.firsts)), array(std::move(found.lasts)), array(std::move(found.tags)), array(std::move(found.links)));
}

// The blocks of some texts one behind the other; those of text i from bounds[i] to bounds[i + 1], unread ones likewise.
struct BlocksOfTexts {
    TextBlocks blocks;
    std::vector<std::int64_t> bounds{0}, unread_bounds{0}, unknown;
};

void read_all(const Ragged<std::uint8_t>& texts, const Alphabet& alphabet, BlocksAsked asked, BlocksOfTexts& out) {
    for (std::size_t at = 0; at < texts.size(); ++at) {
        const auto bytes = texts[at];
        const std::string_view text(reinterpret_cast<const char*>(bytes.values), bytes.size());
        if (!is_utf8(text) || !read_blocks(text, alphabet, out.blocks, asked)) out.unknown.push_back(static_cast<std::int64_t>(at));
        out.bounds.push_back(static_cast<std::int64_t>(out.blocks.size()));
        out.unread_bounds.push_back(static_cast<std::int64_t>(out.blocks.unread_starts.size()));
    }
}

nb::object blocks_of_texts(const Column<std::uint8_t>& utf8, const Column<std::int64_t>& bounds, bool links, bool unread, const nb::callable& page) {
    const Ragged<std::uint8_t> texts(span(utf8), span(bounds));
    const auto load = loader(page);
    BlocksOfTexts found;
    {
        nb::gil_scoped_release free;
        read_all(texts, Alphabet(known(), load), {links, unread}, found);
    }
    auto& blocks = found.blocks;
    nb::dict out;
    out["bounds"] = array(std::move(found.bounds));
    out["starts"] = array(std::move(blocks.starts));
    out["ends"] = array(std::move(blocks.ends));
    out["firsts"] = array(std::move(blocks.firsts));
    out["lasts"] = array(std::move(blocks.lasts));
    out["tags"] = array(std::move(blocks.tags));
    out["links"] = array(std::move(blocks.links));
    out["unread_bounds"] = array(std::move(found.unread_bounds));
    out["unread_starts"] = array(std::move(blocks.unread_starts));
    out["unread_ends"] = array(std::move(blocks.unread_ends));
    out["unread_firsts"] = array(std::move(blocks.unread_firsts));
    out["unread_lasts"] = array(std::move(blocks.unread_lasts));
    out["unknown"] = array(std::move(found.unknown));
    return out;
}

// Where each character of a text begins, and where the text ends.
std::vector<std::size_t> places_of(std::string_view utf8) {
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < utf8.size(); ++at) {
        if (!is_continuation(utf8[at])) places.push_back(at);
    }
    places.push_back(utf8.size());
    return places;
}

Array<std::int32_t> unread_of(const nb::str& text, const Column<std::int32_t>& starts, const Column<std::int32_t>& ends) {
    if (starts.size() != ends.size()) throw std::invalid_argument("columns of different lengths");
    std::string room;
    const auto utf8 = utf8_of(text, room);
    const auto characters = view(text).size;
    const bool ascii = is_ascii(text);
    const auto places = ascii ? std::vector<std::size_t>() : places_of(utf8);
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (std::size_t at = 0; at < starts.size(); ++at) {
        const auto start = static_cast<std::size_t>(starts.data()[at]), end = static_cast<std::size_t>(ends.data()[at]);
        if (starts.data()[at] < 0 || end < start || end > characters) throw std::invalid_argument("a span lies outside its text");
        find_unread(utf8, ascii ? start : places[start], ascii ? end : places[end], found);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    std::vector<std::int32_t> out;
    const auto put = [&](std::size_t byte) {
        const auto character = ascii ? byte : static_cast<std::size_t>(std::lower_bound(places.begin(), places.end(), byte) - places.begin());
        out.push_back(static_cast<std::int32_t>(character));
    };
    for (const auto& [start, end] : found) {
        put(start);
        put(end);
    }
    return array(std::move(out));
}

}  // namespace

void add_blocks(nb::module_& module) {
    module.def("text_blocks", &text_blocks_of, nb::arg("text"), nb::arg("page"));
    module.def("blocks_of_texts", &blocks_of_texts, nb::arg("utf8"), nb::arg("bounds"), nb::arg("links"), nb::arg("unread"), nb::arg("page"));
    module.def("unread", &unread_of, nb::arg("text"), nb::arg("starts"), nb::arg("ends"));
}

}  // namespace dedup
