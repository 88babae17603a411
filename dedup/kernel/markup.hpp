// What a tag of a page means. The definition is `dedup/html_blocks.py`, under "what a tag means".
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dedup {

// As `dedup.data.Tag` lists them; those that a page can have.
enum class Tag : std::uint8_t { paragraph, heading, item, quote, row, caption, code };

// The page holds what only the definition can tell: it has to read the page.
struct Unknown : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class Act : std::uint8_t {
    pass,        // inline: the text goes on
    hide,        // all up to its end is not seen
    enter,       // a block's element begins
    leave,       // … ends
    empty,       // a block without content
    enter_link,
    leave_link,
    end_line,    // <br>
};

struct Mark {
    Act act = Act::pass;
    std::optional<Tag> tag;  // of a block's start; none: that of the element around it
    bool row = false;        // a table's row
};

// What the tag `<markup>` does; `markup` is not empty.
Mark mark_of(std::string_view markup);

// The element of a start tag as a step of a block's path: `div#main.story.wide`.
std::string step_of(std::string_view markup);

// Append a text of the XML with its references replaced: html.unescape of what libxml2 writes.
void append_unescaped(std::string_view raw, std::string& out);

}  // namespace dedup
