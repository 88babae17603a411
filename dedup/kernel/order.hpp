// The order of strings: the definition is `dedup.strings.Strings.order`.
#pragma once

#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

// The numbers of strings, the least first (by their bytes, which in UTF-8 is by their code points), those that are the same
// as they came; and whether no two are the same.
struct Order {
    std::vector<std::int64_t> numbers;
    bool distinct = true;
};

Order order(const Ragged<std::uint8_t>& strings);

}  // namespace dedup
