// Numbers as records tell them.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>

namespace dedup {

template <class Out>
void append_number(std::int64_t number, Out& out) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// Append a share to four places, as orjson writes a number: the shortest that is read as the same. Throws
// std::invalid_argument where it is none, or has more places.
void append_share(double share, std::string& out);

// Append a share as per cent, as Python's `format(share, ".0%")` has it.
void append_percent(double share, std::string& out);

}  // namespace dedup
