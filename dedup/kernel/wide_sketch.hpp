// The arithmetic of sketches, which compilers make vectors of: included where they are told which. The definition is
// `dedup/sign.py`.
#pragma once

#include <algorithm>

#include "wide.hpp"

namespace dedup {

constexpr std::uint64_t step = 0x9E3779B97F4A7C15U;
constexpr unsigned turn = 23;
constexpr std::uint64_t mix_1 = 0xBF58476D1CE4E5B9U, mix_2 = 0x94D049BB133111EBU;  // splitmix64's
constexpr std::uint32_t first_factor = 0x85EBCA6BU, second_factor = 0xC2B2AE35U;   // MurmurHash3's fmix32

DEDUP_INLINE std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * mix_1;
    value = (value ^ (value >> 27)) * mix_2;
    return value ^ (value >> 31);
}

// Turned left by 1 to 63 bits.
DEDUP_INLINE std::uint64_t turned(std::uint64_t value, unsigned by) { return (value << by) | (value >> (64 - by)); }

constexpr std::size_t joined = 32;  // shingles: so many stay in registers, or near by

// The first `size` shingles of `length` words; behind them stands anything.
DEDUP_INLINE void join_some(const std::uint64_t* words, std::size_t size, std::size_t length, std::uint64_t (&state)[joined]) {
    for (auto& each : state) each = 0;
    for (std::size_t offset = 0; offset < length; ++offset) {
        const auto by = static_cast<unsigned>(turn * (offset + 1) % 64);
        const auto* __restrict own = words + offset;
        if (size == joined) {
            for (std::size_t each = 0; each < joined; ++each) state[each] ^= turned(own[each], by);
        } else {
            for (std::size_t each = 0; each < size; ++each) state[each] ^= turned(own[each], by);
        }
    }
    for (auto& each : state) each = mix(each + length * step);
}

DEDUP_INLINE void join_words(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles) {
    for (std::size_t at = 0; at < count; at += joined) {
        std::uint64_t state[joined];
        const auto size = std::min(joined, count - at);
        join_some(words + at, size, length, state);
        std::copy_n(state, size, shingles + at);
    }
}

DEDUP_INLINE void spread_words(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint32_t* values) {
    for (std::size_t at = 0; at < count; at += joined) {
        std::uint64_t state[joined];
        std::uint32_t spread[joined];
        const auto size = std::min(joined, count - at);
        join_some(words + at, size, length, state);
        for (std::size_t each = 0; each < joined; ++each) {
            auto value = static_cast<std::uint32_t>(state[each] >> 32);
            value = (value ^ (value >> 16)) * first_factor;
            value = (value ^ (value >> 13)) * second_factor;
            spread[each] = value ^ (value >> 16);
        }
        std::copy_n(spread, size, values + at);
    }
}

DEDUP_INLINE void mix_keys(const std::uint32_t* slots, std::size_t bands, std::size_t rows, std::uint64_t* keys) {
    for (std::size_t band = 0; band < bands; ++band) keys[band] = band + 1;
    for (std::size_t row = 0; row < rows; ++row, slots += bands) {
        for (std::size_t band = 0; band < bands; ++band) keys[band] = mix(keys[band] * step + slots[band]);
    }
}

// Slots that are too few for a vector, and all of them on other processors.
DEDUP_INLINE void lower_slots(const std::uint32_t* values, std::size_t count, const Slots& slots, std::size_t first, std::uint32_t* __restrict least) {
    const auto* __restrict multipliers = slots.multipliers;
    const auto* __restrict increments = slots.increments;
    for (auto slot = first; slot < slots.size; ++slot) least[slot] = 0xFFFFFFFFU;
    for (std::size_t at = 0; at < count; ++at) {
        const auto value = values[at];
        for (auto slot = first; slot < slots.size; ++slot) least[slot] = std::min(least[slot], value * multipliers[slot] + increments[slot]);
    }
}

// One is if so many in a row before it are no less, and behind it greater, that these fill four. Without a branch: two of five
// are, and which cannot be guessed.
DEDUP_INLINE std::size_t put_least(const std::uint64_t* __restrict hashes, std::size_t count, std::int64_t first, std::uint64_t* __restrict found, std::int64_t* __restrict places) {
    constexpr std::size_t together = 256;
    std::uint8_t own[together];
    std::size_t size = 0;
    for (std::size_t from = 0; from < count; from += together) {
        const auto some = std::min(together, count - from);
        for (std::size_t at = 0; at < some; ++at) {
            const auto* here = hashes + from + at;
            const bool before = here[-1] >= *here, before2 = before & (here[-2] >= *here), before3 = before2 & (here[-3] >= *here);
            const bool behind = here[1] > *here, behind2 = behind & (here[2] > *here), behind3 = behind2 & (here[3] > *here);
            own[at] = before3 | (before2 & behind) | (before & behind2) | behind3;
        }
        for (std::size_t at = 0; at < some; ++at) {
            found[size] = hashes[from + at];
            places[size] = first + static_cast<std::int64_t>(from + at);
            size += own[at];
        }
    }
    return size;
}

}  // namespace dedup
