// AVX2: each function is compiled for it, and called where the processor has it.
#include "wide_plain.hpp"

#ifdef DEDUP_X86

#if defined(__GNUC__) && !defined(__clang__)
// GCC warns of what its own header leaves undefined on purpose (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#define XXH_ACC_ALIGN 32
#define XXH_DISPATCH_AVX2 1
#define XXH_TARGET_AVX2 DEDUP_AVX2

#include "hash_short.hpp"
#include "wide_edges.hpp"
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

// Fold blocks whose 32 characters from a place on `read` gives as bytes.
template <class Read>
DEDUP_AVX2 DEDUP_INLINE void fold_blocks(Read read, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto line = _mm256_set1_epi8(drawn ? '_' : 'a');
    for (std::size_t block = 0; block < blocks; ++block) {
        Masks found{0, 0};
        for (std::size_t at = 0; at < block_size; at += 32) {
            const auto bytes = read(block * block_size + at);
            const auto low = _mm256_or_si256(bytes, _mm256_and_si256(within(bytes, 'A', 26), _mm256_set1_epi8(32)));
            const auto letters = _mm256_or_si256(within(low, 'a', 26), _mm256_or_si256(within(bytes, '0', 10), _mm256_cmpeq_epi8(bytes, line)));
            store(to + block * block_size + at, low);
            found.letters |= bits(letters) << at;
            found.high |= bits(bytes) << at;
        }
        masks[block] = found;
    }
}

DEDUP_AVX2 void fold_avx2(const char* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    fold_blocks([=](std::size_t at) DEDUP_AVX2 { return load(from + at); }, blocks, drawn, to, masks);
}

DEDUP_AVX2 void fold_two_avx2(const std::uint16_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto read = [=](std::size_t at) DEDUP_AVX2 {
        const auto some = [=](std::size_t more) DEDUP_AVX2 { return _mm256_min_epu16(load(from + at + more), _mm256_set1_epi16(0x80)); };
        return _mm256_permute4x64_epi64(_mm256_packus_epi16(some(0), some(16)), 0xD8);  // halves are packed each for itself
    };
    fold_blocks(read, blocks, drawn, to, masks);
}

DEDUP_AVX2 void fold_four_avx2(const std::uint32_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto read = [=](std::size_t at) DEDUP_AVX2 {
        const auto some = [=](std::size_t more) DEDUP_AVX2 { return _mm256_min_epu32(load(from + at + more), _mm256_set1_epi32(0x80)); };
        const auto packed = _mm256_packus_epi16(_mm256_packus_epi32(some(0), some(8)), _mm256_packus_epi32(some(16), some(24)));
        return _mm256_permutevar8x32_epi32(packed, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    };
    fold_blocks(read, blocks, drawn, to, masks);
}

// Eight bits at a time, whether they are there or not: there are some twenty, and their number cannot be guessed.
DEDUP_AVX2 std::uint32_t* put_bits_avx2(std::uint64_t bits, std::uint32_t first, std::uint32_t* out) {
    const auto end = out + _mm_popcnt_u64(bits);
    for (; out < end; out += 8) {
        for (int each = 0; each < 8; ++each, bits = _blsr_u64(bits)) out[each] = first + static_cast<std::uint32_t>(_tzcnt_u64(bits));
    }
    return end;
}

DEDUP_AVX2 std::size_t put_edges_avx2(const Masks* masks, std::size_t blocks, std::uint32_t first, bool* inside, std::uint32_t** out) {
    return edges_of(masks, blocks, first, inside, out, put_bits_avx2);
}

DEDUP_AVX2 void hash_avx2(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    hash_together(bytes, edges, count, hashes);
}
DEDUP_AVX2 void join_avx2(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles) {
    join_words(words, count, length, shingles);
}
DEDUP_AVX2 void spread_avx2(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint32_t* values) {
    spread_words(words, count, length, values);
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

DEDUP_AVX2 Digest digest_avx2(const void* bytes, std::size_t size) {
    if (size <= XXH3_MIDSIZE_MAX) return digest_plain(bytes, size);
    const auto digest = XXH3_hashLong_128b_internal(bytes, size, XXH3_kSecret, sizeof XXH3_kSecret, XXH3_accumulate_avx2, XXH3_scrambleAcc_avx2);
    return {digest.low64, digest.high64};
}

DEDUP_AVX2 std::size_t least_avx2(const std::uint64_t* hashes, std::size_t count, std::int64_t first, std::uint64_t* found, std::int64_t* places) {
    return put_least(hashes, count, first, found, places);
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

}  // namespace

DEDUP_AVX2 void narrow_two_avx2(const std::uint16_t* from, std::size_t count, char* to) { narrow(from, count, to); }
DEDUP_AVX2 void narrow_four_avx2(const std::uint32_t* from, std::size_t count, char* to) { narrow(from, count, to); }

const Wide wide_avx2{fold_avx2, fold_two_avx2, fold_four_avx2, survey_avx2, put_bits_avx2, put_edges_avx2, hash_avx2, narrow_two_avx2, narrow_four_avx2,
                     join_avx2, spread_avx2, lower_avx2, keys_plain, plain_avx2, digest_avx2, least_avx2};

}  // namespace dedup

#endif
