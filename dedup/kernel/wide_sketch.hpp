// The arithmetic of sketches, which compilers make vectors of: included where they are told which. The definition is
// `dedup/sign.py`.
#pragma once

#include <algorithm>

#include "wide.hpp"

namespace dedup {

constexpr std::uint64_t step = 0x9E3779B97F4A7C15U;
constexpr unsigned turn = 23;

DEDUP_INLINE std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31);
}

// Turned left by 1 to 63 bits.
DEDUP_INLINE std::uint64_t turned(std::uint64_t value, unsigned by) { return (value << by) | (value >> (64 - by)); }

DEDUP_INLINE void join_words(const std::uint64_t* words, std::size_t count, std::size_t length, std::uint64_t* shingles) {
    constexpr std::size_t together = 32;  // so many stay in registers, or near by
    for (std::size_t at = 0; at < count; at += together) {
        std::uint64_t state[together] = {};
        const auto size = std::min(together, count - at);
        for (std::size_t offset = 0; offset < length; ++offset) {
            const auto by = static_cast<unsigned>(turn * (offset + 1) % 64);
            const auto* __restrict own = words + at + offset;
            if (size == together) {
                for (std::size_t each = 0; each < together; ++each) state[each] ^= turned(own[each], by);
            } else {
                for (std::size_t each = 0; each < size; ++each) state[each] ^= turned(own[each], by);
            }
        }
        for (std::size_t each = 0; each < together; ++each) state[each] = mix(state[each] + length * step);
        std::copy_n(state, size, shingles + at);
    }
}

DEDUP_INLINE void spread_shingles(const std::uint64_t* __restrict shingles, std::size_t count, std::uint32_t* __restrict values) {
    for (std::size_t at = 0; at < count; ++at) {
        auto value = static_cast<std::uint32_t>(shingles[at] >> 32);
        value = (value ^ (value >> 16)) * 0x85EBCA6BU;  // MurmurHash3's fmix32
        value = (value ^ (value >> 13)) * 0xC2B2AE35U;
        values[at] = value ^ (value >> 16);
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

// It is if so many in a row before it are no less, and behind it greater, that these fill four. Without a branch: two of five
// are, and which cannot be guessed.
DEDUP_INLINE void mark_least(const std::uint64_t* __restrict hashes, std::size_t count, std::uint8_t* __restrict own) {
    for (std::size_t at = 0; at < count; ++at) {
        const auto* here = hashes + at;
        const bool before = here[-1] >= *here, before2 = before & (here[-2] >= *here), before3 = before2 & (here[-3] >= *here);
        const bool behind = here[1] > *here, behind2 = behind & (here[2] > *here), behind3 = behind2 & (here[3] > *here);
        own[at] = before3 | (before2 & behind) | (before & behind2) | behind3;
    }
}

// Each step of a key waits for the one before, those of other bands need not.
DEDUP_INLINE void make_band_keys(const std::uint32_t* __restrict slots, std::size_t bands, std::size_t rows, std::uint64_t* __restrict keys) {
    constexpr std::size_t together = 8;
    std::size_t band = 0;
    for (; band + together <= bands; band += together) {
        std::uint64_t states[together];
        for (std::size_t each = 0; each < together; ++each) states[each] = band + each + 1;
        for (std::size_t row = 0; row < rows; ++row) {
            const auto* own = slots + band * rows + row;
            for (std::size_t each = 0; each < together; ++each) states[each] = mix(states[each] * step + own[each * rows]);
        }
        for (std::size_t each = 0; each < together; ++each) keys[band + each] = states[each];
    }
    for (; band < bands; ++band) {
        std::uint64_t state = band + 1;
        for (std::size_t row = 0; row < rows; ++row) state = mix(state * step + slots[band * rows + row]);
        keys[band] = state;
    }
}

}  // namespace dedup
