// AVX-512: each function is compiled for it, and called where the processor has it.
#include "wide_plain.hpp"

#ifdef DEDUP_X86

#if defined(__GNUC__) && !defined(__clang__)
// GCC warns of what its own header leaves undefined on purpose (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define XXH_ACC_ALIGN 64
#define XXH_DISPATCH_AVX512 1
#define XXH_TARGET_AVX512 DEDUP_AVX512
#include "hash_eight.hpp"
#include "wide_edges.hpp"
#include "wide_sketch.hpp"

namespace dedup {
namespace {

// Fold blocks, each of which `read` gives as bytes.
template <class Read>
DEDUP_AVX512 DEDUP_INLINE void fold_blocks(Read read, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto line = _mm512_set1_epi8(drawn ? '_' : 'a');
    const auto within = [](__m512i bytes, char low, char count) DEDUP_AVX512 {
        return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(low)), _mm512_set1_epi8(count));
    };
    for (std::size_t block = 0; block < blocks; ++block, to += block_size) {
        const auto bytes = read(block * block_size);
        const auto low = _mm512_mask_add_epi8(bytes, within(bytes, 'A', 26), bytes, _mm512_set1_epi8(32));
        _mm512_storeu_si512(to, low);
        masks[block] = {within(low, 'a', 26) | within(bytes, '0', 10) | _mm512_cmpeq_epi8_mask(bytes, line), _mm512_movepi8_mask(bytes)};
    }
}

DEDUP_AVX512 void fold_avx512(const char* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    fold_blocks([=](std::size_t at) DEDUP_AVX512 { return _mm512_loadu_si512(from + at); }, blocks, drawn, to, masks);
}

DEDUP_AVX512 void fold_two_avx512(const std::uint16_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto read = [=](std::size_t at) DEDUP_AVX512 {
        const auto some = [=](std::size_t more) DEDUP_AVX512 { return _mm512_min_epu16(_mm512_loadu_si512(from + at + more), _mm512_set1_epi16(0x80)); };
        const auto packed = _mm512_packus_epi16(some(0), some(32));  // quarters, each for itself
        return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), packed);
    };
    fold_blocks(read, blocks, drawn, to, masks);
}

DEDUP_AVX512 void fold_four_avx512(const std::uint32_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto read = [=](std::size_t at) DEDUP_AVX512 {
        const auto some = [=](std::size_t more) DEDUP_AVX512 { return _mm512_min_epu32(_mm512_loadu_si512(from + at + more), _mm512_set1_epi32(0x80)); };
        const auto packed = _mm512_packus_epi16(_mm512_packus_epi32(some(0), some(16)), _mm512_packus_epi32(some(32), some(48)));
        return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), packed);
    };
    fold_blocks(read, blocks, drawn, to, masks);
}

DEDUP_AVX512 void survey_avx512(const char* from, std::size_t blocks, Survey* found) {
    for (std::size_t block = 0; block < blocks; ++block) {
        const auto bytes = _mm512_loadu_si512(from + block * block_size);
        const auto is = [&](char byte) DEDUP_AVX512 { return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte)); };
        const auto within = [&](char low, char count) DEDUP_AVX512 {
            return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(low)), _mm512_set1_epi8(count));
        };
        found[block] = {is('.') | is('!') | is('?'), is('\n') | is('\r'), within('0', 10), within('A', 26), within('a', 26), _mm512_movepi8_mask(bytes)};
    }
}

DEDUP_AVX512 std::uint32_t* put_bits_avx512(std::uint64_t bits, std::uint32_t first, std::uint32_t* out) {
    alignas(64) static constexpr std::uint8_t numbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const auto end = out + _mm_popcnt_u64(bits);
    const auto set = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(numbers));
    const auto put = [&](__m128i some, std::uint32_t* to) DEDUP_AVX512 {
        _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_cvtepu8_epi32(some), _mm512_set1_epi32(static_cast<int>(first))));
    };
    put(_mm512_extracti32x4_epi32(set, 0), out);
    put(_mm512_extracti32x4_epi32(set, 1), out + 16);
    if (end > out + 32) {
        put(_mm512_extracti32x4_epi32(set, 2), out + 32);
        put(_mm512_extracti32x4_epi32(set, 3), out + 48);
    }
    return end;
}

DEDUP_AVX512 std::size_t put_edges_avx512(const Masks* masks, std::size_t blocks, std::uint32_t first, bool* inside, std::uint32_t** out) {
    return edges_of(masks, blocks, first, inside, out, put_bits_avx512);
}

DEDUP_AVX512 void join_avx512(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles) {
    join_words(words, count, length, shingles);
}

DEDUP_AVX512 inline __m512i mixed(__m512i value) {
    value = _mm512_mullo_epi64(_mm512_xor_si512(value, _mm512_srli_epi64(value, 30)), each_of(mix_1));
    value = _mm512_mullo_epi64(_mm512_xor_si512(value, _mm512_srli_epi64(value, 27)), each_of(mix_2));
    return _mm512_xor_si512(value, _mm512_srli_epi64(value, 31));
}

// Sixteen at a time, in two vectors of shingles and one of what is made of them. `known` is their length if that is known
// beforehand, else 0.
template <std::size_t known>
DEDUP_AVX512 void spread_some(const std::uint64_t* words, std::size_t count, std::size_t asked, std::uint32_t* values) {
    const auto length = known ? known : asked;
    const auto number = each_of(length * step);
    const auto uppers = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    for (std::size_t at = 0; at < count; at += 16) {
        const auto there = static_cast<__mmask16>(count - at >= 16 ? 0xFFFF : (1U << (count - at)) - 1);
        const auto second = static_cast<__mmask8>(there >> 8);
        auto low = _mm512_setzero_si512(), high = low;
        for (std::size_t offset = 0; offset < length; ++offset) {
            const auto by = each_of(turn * (offset + 1) % 64);
            const auto* own = words + at + offset;
            low = _mm512_xor_si512(low, _mm512_rolv_epi64(_mm512_maskz_loadu_epi64(static_cast<__mmask8>(there), own), by));
            high = _mm512_xor_si512(high, _mm512_rolv_epi64(_mm512_maskz_loadu_epi64(second, own + 8), by));
        }
        low = mixed(_mm512_add_epi64(low, number));
        high = mixed(_mm512_add_epi64(high, number));
        auto value = _mm512_permutex2var_epi32(low, uppers, high);
        value = _mm512_mullo_epi32(_mm512_xor_si512(value, _mm512_srli_epi32(value, 16)), _mm512_set1_epi32(static_cast<int>(first_factor)));
        value = _mm512_mullo_epi32(_mm512_xor_si512(value, _mm512_srli_epi32(value, 13)), _mm512_set1_epi32(static_cast<int>(second_factor)));
        _mm512_mask_storeu_epi32(values + at, there, _mm512_xor_si512(value, _mm512_srli_epi32(value, 16)));
    }
}

DEDUP_AVX512 void spread_avx512(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint32_t* values) {
    if (length == 5) spread_some<5>(words, count, length, values);  // as the setting has it
    else spread_some<0>(words, count, length, values);
}

// Of `vectors` of 16 slots each, which stay in registers while all values go by; of the last one, only those of the mask are
// there.
template <std::size_t vectors>
DEDUP_AVX512 void lower_some(const std::uint32_t* values, std::size_t count, const Slots& slots, __mmask16 last, std::uint32_t* least) {
    const auto mask = [last](std::size_t each) { return each + 1 == vectors ? last : static_cast<__mmask16>(0xFFFF); };
    __m512i multipliers[vectors], increments[vectors], found[vectors];
    for (std::size_t each = 0; each < vectors; ++each) {
        multipliers[each] = _mm512_maskz_loadu_epi32(mask(each), slots.multipliers + 16 * each);
        increments[each] = _mm512_maskz_loadu_epi32(mask(each), slots.increments + 16 * each);
        found[each] = _mm512_set1_epi32(-1);
    }
    for (std::size_t at = 0; at < count; ++at) {
        const auto value = _mm512_set1_epi32(static_cast<int>(values[at]));
        for (std::size_t each = 0; each < vectors; ++each) {
            found[each] = _mm512_min_epu32(found[each], _mm512_add_epi32(_mm512_mullo_epi32(value, multipliers[each]), increments[each]));
        }
    }
    for (std::size_t each = 0; each < vectors; ++each) _mm512_mask_storeu_epi32(least + 16 * each, mask(each), found[each]);
}

DEDUP_AVX512 void lower_avx512(const std::uint32_t* values, std::size_t count, const Slots& slots, std::uint32_t* least) {
    constexpr std::size_t together = 128;
    for (std::size_t slot = 0; slot < slots.size; slot += together) {
        const Slots rest{slots.multipliers + slot, slots.increments + slot, slots.size - slot};
        const auto over = rest.size % 16;
        const auto last = static_cast<__mmask16>(over == 0 ? 0xFFFF : (1U << over) - 1);
        auto* own = least + slot;
        switch (rest.size >= together ? 8 : (rest.size + 15) / 16) {
            case 1: lower_some<1>(values, count, rest, last, own); break;
            case 2: lower_some<2>(values, count, rest, last, own); break;
            case 3: lower_some<3>(values, count, rest, last, own); break;
            case 4: lower_some<4>(values, count, rest, last, own); break;
            case 5: lower_some<5>(values, count, rest, last, own); break;
            case 6: lower_some<6>(values, count, rest, last, own); break;
            case 7: lower_some<7>(values, count, rest, last, own); break;
            default: lower_some<8>(values, count, rest, rest.size >= together ? static_cast<__mmask16>(0xFFFF) : last, own);
        }
    }
}

// Eight bands at a time.
DEDUP_AVX512 void keys_avx512(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) {
    const auto factor = each_of(step);
    const auto numbers = _mm512_setr_epi64(1, 2, 3, 4, 5, 6, 7, 8);
    for (std::size_t band = 0; band < bands; band += 8) {
        const auto there = static_cast<__mmask8>(bands - band >= 8 ? 0xFF : (1U << (bands - band)) - 1);
        auto state = _mm512_add_epi64(numbers, each_of(band));
        for (std::size_t row = 0; row < rows; ++row) {
            const auto own = _mm512_cvtepu32_epi64(_mm256_maskz_loadu_epi32(there, slots + row * bands + band));
            state = mixed(_mm512_add_epi64(_mm512_mullo_epi64(state, factor), own));
        }
        _mm512_mask_storeu_epi64(keys + band, there, state);
    }
}

// Those of some of 64 bytes that do not end the plain part of a string of JSON.
DEDUP_AVX512 inline __mmask64 plain_of(__m512i block, __mmask64 some) {
    const auto unquoted = _mm512_mask_cmpneq_epi8_mask(some, block, _mm512_set1_epi8('"'));
    return _mm512_mask_cmpge_epu8_mask(_mm512_mask_cmpneq_epi8_mask(unquoted, block, _mm512_set1_epi8('\\')), block, _mm512_set1_epi8(0x20));
}

DEDUP_AVX512 std::size_t plain_avx512(const char* bytes, std::size_t size, bool* wide) {
    std::size_t at = 0;
    auto seen = _mm512_setzero_si512();
    __m512i block;
    __mmask64 some = ~__mmask64{0}, plain;
    while (true) {
        if (size - at >= 64) {
            block = _mm512_loadu_si512(bytes + at);
        } else {
            some = (__mmask64{1} << (size - at)) - 1;
            block = _mm512_maskz_loadu_epi8(some, bytes + at);
        }
        plain = plain_of(block, some);
        if (plain != ~__mmask64{0}) break;
        seen = _mm512_or_si512(seen, block);
        at += 64;
    }
    const auto count = _tzcnt_u64(~plain);
    const auto before = (__mmask64{1} << count) - 1;  // at most 63
    *wide |= (_mm512_movepi8_mask(seen) | (_mm512_movepi8_mask(block) & before)) != 0;
    return at + count;
}

DEDUP_AVX512 Digest digest_avx512(const void* bytes, std::size_t size) {
    if (size <= XXH3_MIDSIZE_MAX) return digest_plain(bytes, size);
    const auto digest = XXH3_hashLong_128b_internal(bytes, size, XXH3_kSecret, sizeof XXH3_kSecret, XXH3_accumulate_avx512, XXH3_scrambleAcc_avx512);
    return {digest.low64, digest.high64};
}

// As `put_least`, eight at a time: of what stands so many places away, a bit for each whether it is no less, or greater.
DEDUP_AVX512 std::size_t least_avx512(const std::uint64_t* hashes, std::size_t count, std::int64_t first, std::uint64_t* found, std::int64_t* places) {
    std::size_t size = 0;
    auto numbers = _mm512_add_epi64(_mm512_set1_epi64(first), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7));
    for (std::size_t at = 0; at < count; at += 8, numbers = _mm512_add_epi64(numbers, _mm512_set1_epi64(8))) {
        const auto there = static_cast<__mmask8>(count - at >= 8 ? 0xFF : (1U << (count - at)) - 1);
        const auto read = [&](std::ptrdiff_t away) DEDUP_AVX512 { return _mm512_maskz_loadu_epi64(there, hashes + at + away); };
        const auto here = read(0);
        const auto before = _mm512_mask_cmpge_epu64_mask(there, read(-1), here), before2 = _mm512_mask_cmpge_epu64_mask(before, read(-2), here);
        const auto behind = _mm512_mask_cmpgt_epu64_mask(there, read(1), here), behind2 = _mm512_mask_cmpgt_epu64_mask(behind, read(2), here);
        const auto before3 = _mm512_mask_cmpge_epu64_mask(before2, read(-3), here), behind3 = _mm512_mask_cmpgt_epu64_mask(behind2, read(3), here);
        const auto own = static_cast<__mmask8>(before3 | (before2 & behind) | (before & behind2) | behind3);
        _mm512_storeu_si512(found + size, _mm512_maskz_compress_epi64(own, here));
        _mm512_storeu_si512(places + size, _mm512_maskz_compress_epi64(own, numbers));
        size += static_cast<std::size_t>(_mm_popcnt_u32(own));
    }
    return size;
}

}  // namespace

const Wide wide_avx512{fold_avx512, fold_two_avx512, fold_four_avx512, survey_avx512, put_bits_avx512, put_edges_avx512, hash_eights, narrow_two_avx2, narrow_four_avx2,
                       join_avx512, spread_avx512, lower_avx512, keys_avx512, plain_avx512, digest_avx512, least_avx512};

}  // namespace dedup

#endif
