// What is done to many bytes or numbers at once, in the widest instructions that the processor at hand has.
//
// Plain code for any processor; SSE2 on every x86-64; AVX2 and AVX-512 where the processor says it has them. All give the
// same. DEDUP_INSTRUCTIONS=plain, sse2 or avx2 in the environment asks for no wider ones.
#pragma once

#include <cstddef>
#include <cstdint>

#if (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define DEDUP_X86
#define DEDUP_INLINE inline __attribute__((always_inline))
#define DEDUP_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define DEDUP_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt")))
#else
#define DEDUP_INLINE inline
#endif

namespace dedup {

constexpr std::size_t block_size = 64;

// Of a block of 64 bytes, a bit for each, the lowest for the first.
struct Masks {
    std::uint64_t letters;  // letters and figures of ASCII
    std::uint64_t high;     // bytes of what is not ASCII
};

// The same of what tells sentences apart, and of what marks words.
struct Survey {
    std::uint64_t stops;   // full stops, and marks of exclamation and question
    std::uint64_t breaks;  // ends of lines
    std::uint64_t digits, capitals, smalls;  // of ASCII
    std::uint64_t high;                      // bytes of what is not ASCII
};

// The slots of a sketch: what its permutations do.
struct Slots {
    const std::uint32_t *multipliers, *increments;
    std::size_t size;
};

struct Digest {
    std::uint64_t low, high;
};

struct Wide {
    // Put blocks in lower case to `to`, which may be `from`, and what stands in them to `masks`; with `drawn`, "_" is a
    // letter. Of wider characters, as one byte each: 0x80 for what is not ASCII.
    void (*fold)(const char* from, std::size_t blocks, bool drawn, char* to, Masks* masks);
    void (*fold_two)(const std::uint16_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks);
    void (*fold_four)(const std::uint32_t* from, std::size_t blocks, bool drawn, char* to, Masks* masks);

    // Put what else stands in blocks to `found`.
    void (*survey)(const char* from, std::size_t blocks, Survey* found);

    // Put the numbers of the bits that are set, plus `first`, in order to `out`, and 64 numbers more may be written there;
    // where the next one goes.
    std::uint32_t* (*put_bits)(std::uint64_t bits, std::uint32_t first, std::uint32_t* out);

    // The same of where runs of letters begin and end in blocks, as far as those are nothing but ASCII; how many these are, at
    // most `blocks`. `inside` says whether a run is open, before and behind them; `out` moves on.
    std::size_t (*put_edges)(const Masks* masks, std::size_t blocks, std::uint32_t first, bool* inside, std::uint32_t** out);

    // Put the 64-bit XXH3 of `count` words to `hashes`; word i is bytes[edges[2 * i]:edges[2 * i + 1]], and
    // there are eight bytes to read where it begins, and at `bytes`.
    void (*hash)(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes);

    // Put `count` characters to `to`, as one byte each: 0x80 for what is not ASCII.
    void (*narrow_two)(const std::uint16_t* from, std::size_t count, char* to);
    void (*narrow_four)(const std::uint32_t* from, std::size_t count, char* to);

    // Put `count` shingles of `length` words to `shingles`, of count + length - 1 words.
    void (*join)(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles);

    // Put what MinHash permutes of the same shingles to `values`.
    void (*spread)(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint32_t* values);

    // Put the least that each permutation makes of `count` values to `least`.
    void (*lower)(const std::uint32_t* values, std::size_t count, const Slots& slots, std::uint32_t* least);

    // Put the keys of a signature's bands to `keys`: of every row, the slots of all bands stand one behind the other.
    void (*keys)(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys);

    // How many bytes there are before the first one that ends a string of JSON or is escaped in one: a quotation mark, a
    // backslash, a control character. `wide` is set where one before it is not ASCII.
    std::size_t (*plain)(const char* bytes, std::size_t size, bool* wide);

    // XXH3 of 128 bits.
    Digest (*digest)(const void* bytes, std::size_t size);

    // Put the places, plus `first`, of those of `count` hashes that are the last of the least of some four in a row to
    // `places`, and these to `found`, in order; how many they are. Before and behind the hashes there are three more; eight
    // more than are found may be written.
    std::size_t (*least)(const std::uint64_t* hashes, std::size_t count, std::int64_t first, std::uint64_t* found, std::int64_t* places);
};

// The widest that there is.
const Wide& wide();

// Its name: plain, sse2, avx2 or avx512.
const char* wide_name();

}  // namespace dedup
