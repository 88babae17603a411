// Texts where Python has them.
#pragma once

#include "python.hpp"
#include "text_view.hpp"

namespace dedup {

// The columns of `dedup.spans.Spans`. The caller holds the list and its texts.
inline Spans spans(const nb::list& texts, const Column<std::int64_t>& owners, const Column<std::int32_t>& starts,
                   const Column<std::int32_t>& ends) {
    if (owners.size() != starts.size() || owners.size() != ends.size()) throw std::invalid_argument("columns of different lengths");
    Spans out{{}, owners.data(), starts.data(), ends.data(), owners.size()};
    for (const auto text : texts) out.texts.push_back(view(text));
    return out;
}

}  // namespace dedup
