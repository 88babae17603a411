// Links and addresses in a block of Markdown or text, and what of it nobody reads. The definition is `dedup/text.py`.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "characters.hpp"

namespace dedup {

// Who is quoted, as it stands in front of a line (`JL> `): bytes of the line; `end` is 0 where nobody is.
struct Initials {
    std::size_t start = 0, end = 0;
};

// `dedup.text.INITIALS` at the beginning of a line.
Initials initials(std::string_view line);

// `dedup.text.link_share`.
double link_share(std::string_view block, const Alphabet& alphabet);

// Append where each part of the block text[start:end] begins and ends that `dedup.text.unread` names, ascending; all are
// places in bytes, and the block lies in the text.
void find_unread(std::string_view text, std::size_t start, std::size_t end, std::vector<std::pair<std::size_t, std::size_t>>& out);

}  // namespace dedup
