// Single bits of a number.
#pragma once

#include <cstddef>
#include <cstdint>

#include "wide.hpp"

namespace dedup {

// The lowest bit that is set, of those that are.
inline std::size_t lowest_bit(std::uint64_t bits) {
#ifdef DEDUP_X86
    return static_cast<std::size_t>(__builtin_ctzll(bits));
#else
    std::size_t found = 0;
    while (!(bits >> found & 1)) ++found;
    return found;
#endif
}

// How many are set, in the arithmetic of any processor (Warren, Hacker's Delight, 5-1).
inline std::size_t count_bits(std::uint64_t bits) {
    bits -= bits >> 1 & 0x5555555555555555U;
    bits = (bits & 0x3333333333333333U) + (bits >> 2 & 0x3333333333333333U);
    return static_cast<std::size_t>(((bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0FU) * 0x0101010101010101U >> 56);
}

// Have bytes brought that are read soon: the first of them, as many as are worth it while other work goes on.
inline void fetch(const void* bytes, std::size_t size) {
#ifdef DEDUP_X86
    constexpr std::size_t line = 64, most = 16384;
    for (std::size_t at = 0; at < size && at < most; at += line) __builtin_prefetch(static_cast<const char*>(bytes) + at);
#else
    (void)bytes, (void)size;
#endif
}

}  // namespace dedup
