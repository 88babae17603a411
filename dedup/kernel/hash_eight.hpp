// XXH3 of many words, eight at a time: `Wide::hash` with AVX-512. To be included where its intrinsics are.
#pragma once

#include "hash_short.hpp"

namespace dedup {

// What XXH3 mixes of words of one to eight bytes is made of their bytes, put in another order, and of a key. Of each size,
// that of eight being 0.
struct ShortWays {
    alignas(64) std::uint64_t orders[8];  // for a shuffle of bytes; 0x80 gives 0
    alignas(64) std::uint64_t keys[8];
};

inline ShortWays short_ways() {
    ShortWays ways{};
    for (std::uint64_t size = 1; size < 4; ++size) {  // XXH3_len_1to3_64b: the last byte, the size, the first and the middle one
        ways.orders[size] = 0x8080808000008000U | (size - 1) | (size >> 1) << 24;
        ways.keys[size] = (XXH_readLE32(XXH3_kSecret) ^ XXH_readLE32(XXH3_kSecret + 4)) ^ size << 8;
    }
    for (std::uint64_t size = 4; size <= 8; ++size) {  // XXH3_len_4to8_64b: the last four bytes, and the first four
        ways.orders[size % 8] = 0x0302010003020100U + (size - 4) * 0x01010101U;
        ways.keys[size % 8] = XXH_readLE64(XXH3_kSecret + 8) ^ XXH_readLE64(XXH3_kSecret + 16);
    }
    return ways;
}

DEDUP_AVX512 inline __m512i each_of(std::uint64_t value) { return _mm512_set1_epi64(static_cast<long long>(value)); }

// The first eight bytes of each of eight words.
DEDUP_AVX512 inline __m512i first_bytes(const char* bytes, const std::uint32_t* edges) {
    const auto pair = [=](std::size_t word) DEDUP_AVX512 {
        const auto one = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes + edges[2 * word]));
        std::uint64_t other;
        std::memcpy(&other, bytes + edges[2 * word + 2], sizeof other);
        return _mm_insert_epi64(one, static_cast<long long>(other), 1);
    };
    const auto four = [=](std::size_t word) DEDUP_AVX512 { return _mm256_inserti128_si256(_mm256_castsi128_si256(pair(word)), pair(word + 2), 1); };
    return _mm512_inserti64x4(_mm512_castsi256_si512(four(0)), four(4), 1);
}

// The hashes of eight words of one to eight bytes; of others, anything. `tiny` are those of less than four.
DEDUP_AVX512 inline __m512i hash_eight(__m512i words, __m512i sizes, __mmask8 tiny, __m512i orders, __m512i keys) {
    const auto odd = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0808080808080808, 0));  // two words share a lane of the shuffle
    const auto order = _mm512_or_si512(_mm512_permutexvar_epi64(sizes, orders), odd);
    const auto taken = _mm512_xor_si512(_mm512_shuffle_epi8(words, order), _mm512_permutexvar_epi64(sizes, keys));
    auto hash = _mm512_ternarylogic_epi64(taken, _mm512_rol_epi64(taken, 49), _mm512_rol_epi64(taken, 24), 0x96);  // all three: xor
    hash = _mm512_mask_xor_epi64(hash, tiny, taken, _mm512_srli_epi64(taken, 33));
    hash = _mm512_mullo_epi64(hash, _mm512_mask_blend_epi64(tiny, each_of(PRIME_MX2), each_of(XXH_PRIME64_2)));
    const auto more = _mm512_add_epi64(_mm512_srli_epi64(hash, 35), sizes);
    hash = _mm512_xor_si512(hash, _mm512_mask_srli_epi64(more, tiny, hash, 29));
    hash = _mm512_mullo_epi64(hash, _mm512_mask_blend_epi64(tiny, each_of(PRIME_MX2), each_of(XXH_PRIME64_3)));
    return _mm512_xor_si512(hash, _mm512_srlv_epi64(hash, _mm512_mask_blend_epi64(tiny, each_of(28), each_of(32))));
}

// Sixteen words, fewer where no more are left, are hashed as if all were short, and those that are not are put down.
DEDUP_AVX512 inline void hash_eights(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    constexpr std::size_t together = 16;
    static const ShortWays ways = short_ways();
    const auto orders = _mm512_load_si512(ways.orders), keys = _mm512_load_si512(ways.keys);
    const auto evens = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    for (std::size_t first = 0; first < count; first += parted, edges += 2 * parted, hashes += parted) {
        const auto own = count - first < parted ? count - first : parted;
        std::uint32_t middle[parted + together], rest[parted + together];
        std::size_t middles = 0, rests = 0;
        auto numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        for (std::size_t at = 0; at < own; at += together, numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(together))) {
            const auto left = own - at;
            const auto* from = edges + 2 * at;
            std::uint32_t last[2 * together] = {};  // empty words, at a place that can be read
            if (left < together) from = static_cast<const std::uint32_t*>(std::memcpy(last, from, 2 * left * sizeof *last));
            const auto some = _mm512_loadu_si512(from), more = _mm512_loadu_si512(from + together);
            const auto starts = _mm512_permutex2var_epi32(some, evens, more), ends = _mm512_permutex2var_epi32(some, _mm512_or_si512(evens, _mm512_set1_epi32(1)), more);
            const auto sizes = _mm512_sub_epi32(ends, starts);
            const auto tiny = _mm512_cmplt_epu32_mask(sizes, _mm512_set1_epi32(4));
            const auto of_middle = _mm512_cmplt_epu32_mask(_mm512_sub_epi32(sizes, _mm512_set1_epi32(9)), _mm512_set1_epi32(8)), of_rest = _mm512_cmpgt_epu32_mask(sizes, _mm512_set1_epi32(16));
            _mm512_storeu_si512(middle + middles, _mm512_maskz_compress_epi32(of_middle, numbers));
            middles += static_cast<std::size_t>(_mm_popcnt_u32(of_middle));
            if (of_rest != 0) {
                _mm512_storeu_si512(rest + rests, _mm512_maskz_compress_epi32(of_rest, numbers));
                rests += static_cast<std::size_t>(_mm_popcnt_u32(of_rest));
            }
            const auto low = hash_eight(first_bytes(bytes, from), _mm512_cvtepu32_epi64(_mm512_castsi512_si256(sizes)), static_cast<__mmask8>(tiny), orders, keys);
            const auto high = hash_eight(first_bytes(bytes, from + together), _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(sizes, 1)), static_cast<__mmask8>(tiny >> 8), orders, keys);
            const auto there = left < together ? (1U << left) - 1 : 0xFFFFU;
            _mm512_mask_storeu_epi64(hashes + at, static_cast<__mmask8>(there), low);
            _mm512_mask_storeu_epi64(hashes + at + 8, static_cast<__mmask8>(there >> 8), high);
        }
        hash_each(middle, middles, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_len_9to16_64b(word, size, XXH3_kSecret, 0); });
        hash_each(rest, rests, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_64bits(word, size); });
    }
}

}  // namespace dedup
