// XXH3 of many words, most of which are short: `Wide::hash`.
//
// XXH3 has a way for each of the sizes 1 to 3, 4 to 8, 9 to 16 and more, which alternate at random in any text, and a
// processor that guesses the next one wrong waits longer than the hashing takes. So the words are parted without a branch.
#pragma once

#include <cstring>

#include "hash.hpp"
#include "wide.hpp"

namespace dedup {

// How many words are parted at a time: their numbers in the order of their ways.
constexpr std::size_t parted = 512;
using Numbers = std::uint16_t[parted];

template <class Number, class Hash>
DEDUP_INLINE void hash_each(const Number* numbers, std::size_t count, const char* bytes, const std::uint32_t* edges, std::uint64_t* hashes, Hash hash) {
    for (std::size_t each = 0; each < count; ++each) {
        const auto at = numbers[each];
        hashes[at] = hash(reinterpret_cast<const unsigned char*>(bytes) + edges[2 * at], edges[2 * at + 1] - edges[2 * at]);
    }
}

// One after the other, for processors that cannot shift each number of a vector by an amount of its own.
DEDUP_INLINE void hash_words(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    for (std::size_t first = 0; first < count; first += parted, edges += 2 * parted, hashes += parted) {
        const auto own = count - first < parted ? count - first : parted;
        Numbers tiny, little, middle, rest;
        std::size_t tinies = 0, littles = 0, middles = 0, rests = 0;
        for (std::size_t at = 0; at < own; ++at) {
            const auto size = edges[2 * at + 1] - edges[2 * at];
            tiny[tinies] = little[littles] = middle[middles] = rest[rests] = static_cast<std::uint16_t>(at);
            tinies += size - 1 < 3;
            littles += size - 4 < 5;
            middles += size - 9 < 8;
            rests += size - 1 >= 16;
        }
        hash_each(tiny, tinies, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_len_1to3_64b(word, size, XXH3_kSecret, 0); });
        hash_each(little, littles, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_len_4to8_64b(word, size, XXH3_kSecret, 0); });
        hash_each(middle, middles, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_len_9to16_64b(word, size, XXH3_kSecret, 0); });
        hash_each(rest, rests, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_64bits(word, size); });
    }
}

// The hash of a word of one to eight bytes, the first of which is the lowest of `word`, with whatever follows it: both ways
// of XXH3, as one that takes other numbers. Written without branches, so that compilers make vectors of a loop of it.
DEDUP_INLINE std::uint64_t hash_short(std::uint64_t word, std::uint64_t size, std::uint64_t tiny_key, std::uint64_t little_key) {
    const bool tiny = size < 4;
    const auto byte = [&](std::uint64_t at) { return word >> (8 * at & 63) & 0xFF; };
    const auto of_tiny = (byte(0) << 16 | byte(size >> 1) << 24 | byte(size - 1) | size << 8) ^ tiny_key;
    const auto of_little = ((word >> (8 * (size - 4) & 63) & 0xFFFFFFFFU) + (word << 32)) ^ little_key;
    auto hash = tiny ? of_tiny : of_little;
    hash ^= tiny ? hash >> 33 : (hash << 49 | hash >> 15) ^ (hash << 24 | hash >> 40);
    hash *= tiny ? XXH_PRIME64_2 : PRIME_MX2;
    hash ^= tiny ? hash >> 29 : (hash >> 35) + size;
    hash *= tiny ? XXH_PRIME64_3 : PRIME_MX2;
    return hash ^ hash >> (tiny ? 32 : 28);
}

// Many at once. Eight bytes may be read from where each word begins.
DEDUP_INLINE void hash_together(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    const std::uint64_t tiny_key = XXH_readLE32(XXH3_kSecret) ^ XXH_readLE32(XXH3_kSecret + 4);
    const std::uint64_t little_key = XXH_readLE64(XXH3_kSecret + 8) ^ XXH_readLE64(XXH3_kSecret + 16);
    for (std::size_t first = 0; first < count; first += parted, edges += 2 * parted, hashes += parted) {
        const auto own = count - first < parted ? count - first : parted;
        std::uint64_t words[parted], sizes[parted];
        Numbers middle, rest;
        std::size_t middles = 0, rests = 0;
        for (std::size_t at = 0; at < own; ++at) {
            const auto size = edges[2 * at + 1] - edges[2 * at];
            std::memcpy(&words[at], bytes + edges[2 * at], sizeof words[at]);
            sizes[at] = size;
            middle[middles] = rest[rests] = static_cast<std::uint16_t>(at);
            middles += size - 9 < 8;
            rests += size - 1 >= 16;
        }
        for (std::size_t at = 0; at < own; ++at) hashes[at] = hash_short(words[at], sizes[at], tiny_key, little_key);
        hash_each(middle, middles, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_len_9to16_64b(word, size, XXH3_kSecret, 0); });
        hash_each(rest, rests, bytes, edges, hashes, [](auto* word, std::size_t size) { return XXH3_64bits(word, size); });
    }
}

}  // namespace dedup
