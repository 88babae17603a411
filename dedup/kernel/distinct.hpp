// Which texts are the same. The definition is `dedup.spans.distinct`.
#pragma once

#include <cstdint>
#include <vector>

#include "text_view.hpp"

namespace dedup {

// For every span, which distinct text it is; and for those, the first span that is it.
struct Distinct {
    std::vector<std::int32_t> numbers;
    std::vector<std::int64_t> firsts;
};

// Two spans are the same where their characters and their groups are; `groups` has one for each.
Distinct distinct(const Spans& spans, const std::int64_t* groups);

}  // namespace dedup
