// Which bytes are the same.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace dedup {

// Of 32 bytes each, by bits.
inline std::uint32_t same_bytes(const std::uint8_t* one, const std::uint8_t* other) {
#if defined(__SSE2__)
    const auto load = [](const std::uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
    const auto half = [&](std::size_t at) {
        return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(load(one + at), load(other + at))));
    };
    return half(0) | half(16) << 16;
#else
    std::uint32_t bits = 0;
    for (std::size_t at = 0; at < 32; ++at) bits |= (one[at] == other[at] ? 1U : 0U) << at;
    return bits;
#endif
}

}  // namespace dedup
