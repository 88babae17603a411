// Characters as UTF-8.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "text_view.hpp"

namespace dedup {

// Put text.encode("utf-8", "replace") into `out`: what is no character becomes "?".
void encode(const TextView& text, std::string& out);

}  // namespace dedup
