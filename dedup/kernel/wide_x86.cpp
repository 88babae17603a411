// AVX2 and AVX-512: each function is compiled for them, and called where the processor has them.
#include "wide_plain.hpp"

#ifdef DEDUP_X86

#if defined(__GNUC__) && !defined(__clang__)
// GCC warns of what its own header leaves undefined on purpose (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include "hash_short.hpp"
#include "wide_sketch.hpp"

namespace dedup {
namespace {

DEDUP_AVX2 inline __m256i load(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
DEDUP_AVX2 inline void store(void* to, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }

// Bytes from `low` on, so many of them: a comparison of signed bytes, as there is no other.
DEDUP_AVX2 inline __m256i within(__m256i bytes, char low, int count) {
    const auto moved = _mm256_add_epi8(bytes, _mm256_set1_epi8(static_cast<char>(-128 - low)));
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(-128 + count)), moved);
}

DEDUP_AVX2 inline std::uint64_t bits(__m256i bytes) { return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes)); }

DEDUP_AVX2 void fold_avx2(const char* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto line = _mm256_set1_epi8(drawn ? '_' : 'a');
    for (std::size_t block = 0; block < blocks; ++block, from += block_size, to += block_size) {
        Masks found{0, 0};
        for (std::size_t at = 0; at < block_size; at += 32) {
            const auto bytes = load(from + at);
            const auto low = _mm256_or_si256(bytes, _mm256_and_si256(within(bytes, 'A', 26), _mm256_set1_epi8(32)));
            const auto letters = _mm256_or_si256(within(low, 'a', 26), _mm256_or_si256(within(bytes, '0', 10), _mm256_cmpeq_epi8(bytes, line)));
            store(to + at, low);
            found.letters |= bits(letters) << at;
            found.high |= bits(bytes) << at;
        }
        masks[block] = found;
    }
}

DEDUP_AVX512 void fold_avx512(const char* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto line = _mm512_set1_epi8(drawn ? '_' : 'a');
    const auto within = [](__m512i bytes, char low, char count) DEDUP_AVX512 {
        return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, _mm512_set1_epi8(low)), _mm512_set1_epi8(count));
    };
    for (std::size_t block = 0; block < blocks; ++block, from += block_size, to += block_size) {
        const auto bytes = _mm512_loadu_si512(from);
        const auto low = _mm512_mask_add_epi8(bytes, within(bytes, 'A', 26), bytes, _mm512_set1_epi8(32));
        _mm512_storeu_si512(to, low);
        masks[block] = {within(low, 'a', 26) | within(bytes, '0', 10) | _mm512_cmpeq_epi8_mask(bytes, line), _mm512_movepi8_mask(bytes)};
    }
}

DEDUP_AVX2 void survey_avx2(const char* from, std::size_t blocks, Survey* found) {
    for (std::size_t block = 0; block < blocks; ++block, from += block_size) {
        Survey own{};
        for (std::size_t at = 0; at < block_size; at += 32) {
            const auto bytes = load(from + at);
            const auto is = [&](char byte) DEDUP_AVX2 { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte)); };
            own.stops |= bits(_mm256_or_si256(is('.'), _mm256_or_si256(is('!'), is('?')))) << at;
            own.breaks |= bits(_mm256_or_si256(is('\n'), is('\r'))) << at;
            own.digits |= bits(within(bytes, '0', 10)) << at;
            own.capitals |= bits(within(bytes, 'A', 26)) << at;
            own.smalls |= bits(within(bytes, 'a', 26)) << at;
            own.high |= bits(bytes) << at;
        }
        found[block] = own;
    }
}

// Eight bits at a time, whether they are there or not: there are some twenty, and their number cannot be guessed.
DEDUP_AVX2 std::uint32_t* put_bits_avx2(std::uint64_t bits, std::uint32_t first, std::uint32_t* out) {
    const auto end = out + _mm_popcnt_u64(bits);
    for (; out < end; out += 8) {
        for (int each = 0; each < 8; ++each, bits = _blsr_u64(bits)) out[each] = first + static_cast<std::uint32_t>(_tzcnt_u64(bits));
    }
    return end;
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

DEDUP_AVX2 void hash_avx2(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    hash_together(bytes, edges, count, hashes);
}
DEDUP_AVX512 void hash_avx512(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    hash_together(bytes, edges, count, hashes);
}

DEDUP_AVX2 void narrow_two_avx2(const std::uint16_t* from, std::size_t count, char* to) { narrow(from, count, to); }
DEDUP_AVX2 void narrow_four_avx2(const std::uint32_t* from, std::size_t count, char* to) { narrow(from, count, to); }

DEDUP_AVX2 void join_avx2(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles) {
    join_words(words, count, length, shingles);
}
DEDUP_AVX512 void join_avx512(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles) {
    join_words(words, count, length, shingles);
}

DEDUP_AVX2 void spread_avx2(const std::uint64_t* shingles, std::size_t count, std::uint32_t* values) { spread_shingles(shingles, count, values); }
DEDUP_AVX512 void spread_avx512(const std::uint64_t* shingles, std::size_t count, std::uint32_t* values) {
    spread_shingles(shingles, count, values);
}

DEDUP_AVX2 void least_avx2(const std::uint64_t* hashes, std::size_t count, std::uint8_t* own) { mark_least(hashes, count, own); }
DEDUP_AVX512 void least_avx512(const std::uint64_t* hashes, std::size_t count, std::uint8_t* own) { mark_least(hashes, count, own); }

DEDUP_AVX2 void keys_avx2(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) {
    make_band_keys(slots, bands, rows, keys);
}
DEDUP_AVX512 void keys_avx512(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) {
    make_band_keys(slots, bands, rows, keys);
}

// So many slots stay in registers while all values go by.
DEDUP_AVX2 void lower_avx2(const std::uint32_t* values, std::size_t count, const Slots& slots, std::uint32_t* least) {
    constexpr std::size_t vectors = 4, together = 8 * vectors;
    std::size_t slot = 0;
    for (; slot + together <= slots.size; slot += together) {
        __m256i multipliers[vectors], increments[vectors], found[vectors];
        for (std::size_t each = 0; each < vectors; ++each) {
            multipliers[each] = load(slots.multipliers + slot + 8 * each);
            increments[each] = load(slots.increments + slot + 8 * each);
            found[each] = _mm256_set1_epi32(-1);
        }
        for (std::size_t at = 0; at < count; ++at) {
            const auto value = _mm256_set1_epi32(static_cast<int>(values[at]));
            for (std::size_t each = 0; each < vectors; ++each) {
                found[each] = _mm256_min_epu32(found[each], _mm256_add_epi32(_mm256_mullo_epi32(value, multipliers[each]), increments[each]));
            }
        }
        for (std::size_t each = 0; each < vectors; ++each) store(least + slot + 8 * each, found[each]);
    }
    lower_slots(values, count, slots, slot, least);
}

// The same of `vectors` of 16 slots each, of the last one of which only those of the mask are there.
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

// Which of 64 bytes end the plain part of a string of JSON.
DEDUP_AVX512 std::size_t plain_avx512(const char* bytes, std::size_t size, bool* wide) {
    std::size_t at = 0;
    for (; at < size; at += 64) {
        const auto there = size - at >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (size - at)) - 1;
        const auto block = _mm512_maskz_loadu_epi8(there, bytes + at);
        const auto ends = there & (_mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('"')) | _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\\')) |
                                   _mm512_cmplt_epu8_mask(block, _mm512_set1_epi8(0x20)));
        const auto high = static_cast<std::uint64_t>(_mm512_movepi8_mask(block));
        if (ends != 0) {
            *wide |= (high & (ends ^ (ends - 1))) != 0;
            return at + _tzcnt_u64(ends);
        }
        *wide |= high != 0;
    }
    return size;
}

DEDUP_AVX2 std::size_t plain_avx2(const char* bytes, std::size_t size, bool* wide) {
    std::size_t at = 0;
    for (; size - at >= 32; at += 32) {
        const auto block = load(bytes + at);
        const auto control = _mm256_set1_epi8(0x1F);
        const auto special = _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('"')), _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'))),
                                             _mm256_cmpeq_epi8(_mm256_max_epu8(block, control), control));
        const auto ends = static_cast<std::uint32_t>(_mm256_movemask_epi8(special));
        const auto high = static_cast<std::uint32_t>(_mm256_movemask_epi8(block));
        if (ends != 0) {
            *wide |= (high & (ends ^ (ends - 1))) != 0;
            return at + _tzcnt_u32(ends);
        }
        *wide |= high != 0;
    }
    return at + plain_bytes(bytes + at, size - at, wide);
}

}  // namespace

const Wide wide_avx2{fold_avx2, survey_avx2, put_bits_avx2, hash_avx2, narrow_two_avx2, narrow_four_avx2, join_avx2, spread_avx2, lower_avx2, plain_avx2, least_avx2, keys_avx2};
const Wide wide_avx512{fold_avx512, survey_avx2, put_bits_avx512, hash_avx512, narrow_two_avx2, narrow_four_avx2, join_avx512, spread_avx512, lower_avx512, plain_avx512, least_avx512, keys_avx512};

}  // namespace dedup

#endif
