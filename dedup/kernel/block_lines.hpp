// The lines of Markdown and plain text, and what a line may be. The definition is `dedup/markup.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "characters.hpp"

namespace dedup {

// A line without its break and the white space around it.
struct TextLine {
    std::uint32_t start, end;    // bytes
    std::uint32_t first, last;   // characters
    std::uint32_t depth;         // marks of quotation in front
    bool bare;                   // something stands there beside them
    bool indented;

    std::uint32_t characters() const { return last - first; }
    bool empty() const { return start == end; }
};

// Append the lines of a text, which has fewer than 2 GiB.
void find_lines(std::string_view text, std::vector<TextLine>& out);

// What opens a stretch of code or a comment: how many of which mark; none where the mark is 0.
struct Fence {
    char mark = 0;
    std::size_t size = 0;
};

// What each of these is asked of is a line as `TextLine` has it; the patterns are those of `dedup/markup.py`.
Fence fence_of(std::string_view line);
bool closes(std::string_view line, Fence fence);
bool is_heading(std::string_view line);
bool is_rule(std::string_view line);
bool is_underline(std::string_view line);
bool is_row(std::string_view line);
bool is_item(std::string_view line, const Alphabet& alphabet);
bool ends_sentence(std::string_view line);

// The length of the key of `Key: value`; 0 where the line is none.
std::size_t key_size(std::string_view line, const Alphabet& alphabet);

// Whether a key is one of front matter: `dedup.markup.MATTER_KEYS`.
bool is_matter_key(std::string_view key, const Alphabet& alphabet);

// What a line that begins with one number sign says of a quotation.
struct Numbered {
    bool apart = false;   // nothing, or white space, stands behind the sign
    bool marked = false;  // ... and then marks of quotation
    bool alone = false;   // ... and then nothing
    bool small = false;   // ... and then a small letter
};
bool is_numbered(std::string_view line);
Numbered numbered(std::string_view line, const Alphabet& alphabet);

constexpr std::string_view quotes = ">|:}#% \t";

// Whether something stands in a part of a line beside marks of quotation.
inline bool is_bare(std::string_view part) { return part.find_first_not_of(quotes) != std::string_view::npos; }

// Whether a text is one line to `str.splitlines`.
bool is_one_line(std::string_view text);

}  // namespace dedup
