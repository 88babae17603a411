// A page without the contents of its scripts and style sheets.
#pragma once

#include <string>
#include <string_view>

namespace dedup {

// Put `dedup.html_slim.slim` of a page, bytes of UTF-8, into `out`.
void slim(std::string_view page, std::string& out);

}  // namespace dedup
