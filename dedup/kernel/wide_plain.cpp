// Plain code and SSE2, and which instructions are used.
#include "wide_plain.hpp"

#include <cstdlib>
#include <cstring>
#include <string_view>

#ifdef DEDUP_X86
#include <emmintrin.h>
#endif

#include "hash_short.hpp"
#include "wide_edges.hpp"
#include "wide_sketch.hpp"

namespace dedup {

std::uint32_t* put_bits_plain(std::uint64_t bits, std::uint32_t first, std::uint32_t* out) {
#ifdef DEDUP_X86
    for (; bits != 0; bits &= bits - 1) *out++ = first + static_cast<std::uint32_t>(__builtin_ctzll(bits));
#else
    for (; bits != 0; bits >>= 1, ++first) {
        if (bits & 1) *out++ = first;
    }
#endif
    return out;
}

std::size_t put_edges_plain(const Masks* masks, std::size_t blocks, std::uint32_t first, bool* inside, std::uint32_t** out) {
    return edges_of(masks, blocks, first, inside, out, put_bits_plain);
}

void hash_plain(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    hash_words(bytes, edges, count, hashes);
}

void keys_plain(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) { mix_keys(slots, bands, rows, keys); }

Digest digest_plain(const void* bytes, std::size_t size) {
    const auto digest = XXH3_128bits(bytes, size);
    return {digest.low64, digest.high64};
}

std::size_t plain_bytes(const char* bytes, std::size_t size, bool* wide) {
    std::size_t at = 0;
    for (; at < size; ++at) {
        const auto byte = static_cast<unsigned char>(bytes[at]);
        if (byte == '"' || byte == '\\' || byte < 0x20) break;
        *wide |= byte >= 0x80;
    }
    return at;
}

namespace {

void fold_plain(const char* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    for (std::size_t block = 0; block < blocks; ++block) {
        Masks found{0, 0};
        for (std::size_t at = 0; at < block_size; ++at) {
            const auto byte = static_cast<unsigned char>(from[block * block_size + at]);
            const auto low = static_cast<unsigned char>(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
            const bool letter = static_cast<unsigned char>(low - 'a') < 26 || static_cast<unsigned char>(byte - '0') < 10 || (drawn && byte == '_');
            found.letters |= std::uint64_t{letter} << at;
            found.high |= std::uint64_t{byte >= 0x80} << at;
            to[block * block_size + at] = static_cast<char>(low);
        }
        masks[block] = found;
    }
}

void survey_plain(const char* from, std::size_t blocks, Survey* found) {
    for (std::size_t block = 0; block < blocks; ++block) {
        Survey own{};
        for (std::size_t at = 0; at < block_size; ++at) {
            const auto byte = static_cast<unsigned char>(from[block * block_size + at]);
            const auto set = [at](std::uint64_t& mask, bool is) { mask |= std::uint64_t{is} << at; };
            set(own.stops, byte == '.' || byte == '!' || byte == '?');
            set(own.breaks, byte == '\n' || byte == '\r');
            set(own.digits, byte >= '0' && byte <= '9');
            set(own.capitals, byte >= 'A' && byte <= 'Z');
            set(own.smalls, byte >= 'a' && byte <= 'z');
            set(own.high, byte >= 0x80);
        }
        found[block] = own;
    }
}

void narrow_two_plain(const std::uint16_t* from, std::size_t count, char* to) { narrow(from, count, to); }
void narrow_four_plain(const std::uint32_t* from, std::size_t count, char* to) { narrow(from, count, to); }

void join_plain(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles) {
    join_words(words, count, length, shingles);
}

void spread_plain(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint32_t* values) {
    spread_words(words, count, length, values);
}

void lower_plain(const std::uint32_t* values, std::size_t count, const Slots& slots, std::uint32_t* least) {
    lower_slots(values, count, slots, 0, least);
}

void fold_two_plain(const std::uint16_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    narrow(from, blocks * block_size, to);
    fold_plain(to, blocks, drawn, to, masks);
}

void fold_four_plain(const std::uint32_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    narrow(from, blocks * block_size, to);
    fold_plain(to, blocks, drawn, to, masks);
}

std::size_t least_plain(const std::uint64_t* hashes, std::size_t count, std::int64_t first, std::uint64_t* found, std::int64_t* places) {
    return put_least(hashes, count, first, found, places);
}

constexpr Wide plain{fold_plain, fold_two_plain, fold_four_plain, survey_plain, put_bits_plain, put_edges_plain, hash_plain, narrow_two_plain, narrow_four_plain,
                     join_plain, spread_plain, lower_plain, keys_plain, plain_bytes, digest_plain, least_plain};

#ifdef DEDUP_X86
// Bytes from `low` on, so many of them: a comparison of signed bytes, as there is no other.
__m128i within(__m128i bytes, char low, int count) {
    const auto moved = _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(-128 - low)));
    return _mm_cmpgt_epi8(_mm_set1_epi8(static_cast<char>(-128 + count)), moved);
}

void fold_sse2(const char* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    const auto line = _mm_set1_epi8(drawn ? '_' : 'a');
    for (std::size_t block = 0; block < blocks; ++block) {
        Masks found{0, 0};
        for (std::size_t at = 0; at < block_size; at += 16) {
            const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + block * block_size + at));
            const auto low = _mm_or_si128(bytes, _mm_and_si128(within(bytes, 'A', 26), _mm_set1_epi8(32)));
            const auto letters = _mm_or_si128(within(low, 'a', 26), _mm_or_si128(within(bytes, '0', 10), _mm_cmpeq_epi8(bytes, line)));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to + block * block_size + at), low);
            found.letters |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(letters))) << at;
            found.high |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(bytes))) << at;
        }
        masks[block] = found;
    }
}

void survey_sse2(const char* from, std::size_t blocks, Survey* found) {
    for (std::size_t block = 0; block < blocks; ++block) {
        Survey own{};
        for (std::size_t at = 0; at < block_size; at += 16) {
            const auto bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + block * block_size + at));
            const auto set = [at](std::uint64_t& mask, __m128i is) {
                mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(is))) << at;
            };
            const auto is = [&](char byte) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte)); };
            set(own.stops, _mm_or_si128(is('.'), _mm_or_si128(is('!'), is('?'))));
            set(own.breaks, _mm_or_si128(is('\n'), is('\r')));
            set(own.digits, within(bytes, '0', 10));
            set(own.capitals, within(bytes, 'A', 26));
            set(own.smalls, within(bytes, 'a', 26));
            set(own.high, bytes);
        }
        found[block] = own;
    }
}

std::size_t plain_sse2(const char* bytes, std::size_t size, bool* wide) {
    std::size_t at = 0;
    for (; size - at >= 16; at += 16) {
        const auto block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + at));
        const auto control = _mm_set1_epi8(0x1F);
        const auto special = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')), _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'))),
                                          _mm_cmpeq_epi8(_mm_max_epu8(block, control), control));
        if (_mm_movemask_epi8(special) != 0) break;
        *wide |= _mm_movemask_epi8(block) != 0;
    }
    return at + plain_bytes(bytes + at, size - at, wide);
}

void fold_two_sse2(const std::uint16_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    narrow(from, blocks * block_size, to);
    fold_sse2(to, blocks, drawn, to, masks);
}

void fold_four_sse2(const std::uint32_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks) {
    narrow(from, blocks * block_size, to);
    fold_sse2(to, blocks, drawn, to, masks);
}

constexpr Wide sse2{fold_sse2, fold_two_sse2, fold_four_sse2, survey_sse2, put_bits_plain, put_edges_plain, hash_plain, narrow_two_plain, narrow_four_plain,
                    join_plain, spread_plain, lower_plain, keys_plain, plain_sse2, digest_plain, least_plain};
#endif

struct Named {
    const char* name;
    const Wide* wide;
};

Named widest() {
    const char* set = std::getenv("DEDUP_INSTRUCTIONS");
    const std::string_view most = set ? set : "";
    if (most == "plain") return {"plain", &plain};
#ifdef DEDUP_X86
    if (most == "sse2") return {"sse2", &sse2};
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
    const bool has_avx512 = has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                            __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
    if (has_avx512 && most != "avx2") return {"avx512", &wide_avx512};
    return has_avx2 ? Named{"avx2", &wide_avx2} : Named{"sse2", &sse2};
#else
    return {"plain", &plain};
#endif
}

const Named& named() {
    static const Named found = widest();
    return found;
}

}  // namespace

const Wide& wide() { return *named().wide; }

const char* wide_name() { return named().name; }

}  // namespace dedup
