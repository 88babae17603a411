// Memory that is wanted soon.
#pragma once

#include <algorithm>
#include <cstddef>

#include "spans.hpp"

namespace dedup {

inline void fetch(const void* address) {
#ifdef __GNUC__
    __builtin_prefetch(address);
#else
    static_cast<void>(address);
#endif
}

// The first of some values, up to so many bytes: what follows the processor fetches by itself.
template <class Value>
void fetch_first(Span<Value> values, std::size_t bytes) {
    constexpr std::size_t step = 64 / sizeof(Value);  // of a line of the processor's cache
    const auto end = std::min(values.size(), bytes / sizeof(Value));
    for (std::size_t at = 0; at < end; at += step) fetch(values.begin() + at);
}

}  // namespace dedup
