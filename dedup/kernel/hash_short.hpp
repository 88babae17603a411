// XXH3 of many words, most of which are short.
#pragma once

#include "hash.hpp"
#include "wide.hpp"

namespace dedup {

// `Wide::hash`. XXH3 has a way for each of the sizes 1 to 3, 4 to 8 and 9 to 16, which alternate at random in any text: the
// words are first parted by size, without a branch, since a processor that guesses the way of each wrong waits longer than
// the hashing takes.
DEDUP_INLINE void hash_words(const char* bytes, const std::uint32_t* edges, std::size_t count, std::uint64_t* hashes) {
    constexpr std::size_t together = 512;
    std::uint16_t of_size[4][together];
    const auto* base = reinterpret_cast<const unsigned char*>(bytes);
    for (std::size_t first = 0; first < count; first += together, edges += 2 * together, hashes += together) {
        const auto own = count - first < together ? count - first : together;
        std::size_t sizes[4] = {};
        for (std::size_t at = 0; at < own; ++at) {
            const auto size = edges[2 * at + 1] - edges[2 * at];
            for (std::size_t each = 0; each < 4; ++each) of_size[each][sizes[each]] = static_cast<std::uint16_t>(at);
            sizes[0] += size - 1 < 3;
            sizes[1] += size - 4 < 5;
            sizes[2] += size - 9 < 8;
            sizes[3] += size - 1 >= 16;
        }
        const auto hash_each = [&](std::size_t which, auto hash) {
            for (std::size_t each = 0; each < sizes[which]; ++each) {
                const auto at = of_size[which][each];
                hashes[at] = hash(base + edges[2 * at], edges[2 * at + 1] - edges[2 * at]);
            }
        };
        hash_each(0, [](auto* word, std::size_t size) { return XXH3_len_1to3_64b(word, size, XXH3_kSecret, 0); });
        hash_each(1, [](auto* word, std::size_t size) { return XXH3_len_4to8_64b(word, size, XXH3_kSecret, 0); });
        hash_each(2, [](auto* word, std::size_t size) { return XXH3_len_9to16_64b(word, size, XXH3_kSecret, 0); });
        hash_each(3, [](auto* word, std::size_t size) { return XXH3_64bits(word, size); });
    }
}

}  // namespace dedup
