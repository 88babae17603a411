// What the wider instructions share with plain code.
#pragma once

#include "wide.hpp"

namespace dedup {

std::uint32_t* put_bits_plain(std::uint64_t bits, std::uint32_t first, std::uint32_t* out);
void hash_plain(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes);

void keys_plain(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys);
Digest digest_plain(const void* bytes, std::size_t size);
std::size_t plain_bytes(const char* bytes, std::size_t size, bool* wide);

template <class Code>
DEDUP_INLINE void narrow(const Code* __restrict from, std::size_t count, char* __restrict to) {
    for (std::size_t at = 0; at < count; ++at) to[at] = static_cast<char>(from[at] < 0x80 ? from[at] : 0x80);
}

#ifdef DEDUP_X86
extern const Wide wide_avx2, wide_avx512;

// What AVX-512 does with AVX2.
void narrow_two_avx2(const std::uint16_t* from, std::size_t count, char* to);
void narrow_four_avx2(const std::uint32_t* from, std::size_t count, char* to);
#endif

}  // namespace dedup
