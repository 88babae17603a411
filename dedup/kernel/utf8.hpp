// Characters as UTF-8.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "text_view.hpp"

namespace dedup {

// Put text.encode("utf-8", "replace") into `out`: what is no character becomes "?".
void encode(const TextView& text, std::string& out);

// Whether bytes are UTF-8 that `bytes.decode` takes, and hold no NUL.
bool is_utf8(std::string_view bytes);

}  // namespace dedup
