// Pairs of numbers below 2^32, each once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "fetch.hpp"

namespace dedup {

class DistinctPairs {
public:
    bool has(std::uint32_t first, std::uint32_t second) const { return slots_[slot_of(packed(first, second))] != none; }

    // Fetch what `has` will look at.
    void fetch(std::uint32_t first, std::uint32_t second) const { dedup::fetch(slots_.data() + home_of(packed(first, second))); }

    // Add a pair, whose numbers are not both 2^32 - 1; whether it is a new one. All others are forgotten where there is no room
    // for it, and there are so many.
    bool add(std::uint32_t first, std::uint32_t second, std::size_t most) {
        const auto pair = packed(first, second);
        auto slot = slot_of(pair);
        if (slots_[slot] == pair) return false;
        if (2 * (count_ + 1) > slots_.size()) {
            if (count_ < most) grow();
            else forget();
            slot = slot_of(pair);
        }
        ++count_;
        slots_[slot] = pair;
        return true;
    }

    // Forget all where there are more than so many.
    void forget_more_than(std::size_t most) {
        if (count_ > most) forget();
    }

private:
    void forget() {
        slots_.assign(least, none);
        slots_.shrink_to_fit();
        count_ = 0;
    }

    static constexpr std::uint64_t none = ~std::uint64_t{0};
    static constexpr std::size_t least = std::size_t{1} << 12;

    static std::uint64_t packed(std::uint32_t first, std::uint32_t second) { return std::uint64_t{first} << 32 | second; }

    std::size_t home_of(std::uint64_t pair) const {
        auto mixed = (pair ^ pair >> 32) * 0x9E3779B97F4A7C15U;
        mixed = (mixed ^ mixed >> 29) * 0xC2B2AE3D27D4EB4FU;
        return static_cast<std::size_t>(mixed >> 32) & (slots_.size() - 1);
    }

    // Where a pair is, or would be put.
    std::size_t slot_of(std::uint64_t pair) const {
        auto slot = home_of(pair);
        while (slots_[slot] != none && slots_[slot] != pair) slot = (slot + 1) & (slots_.size() - 1);
        return slot;
    }

    void grow() {
        std::vector<std::uint64_t> before(2 * slots_.size(), none);
        before.swap(slots_);
        for (const auto pair : before) {
            if (pair != none) slots_[slot_of(pair)] = pair;
        }
    }

    std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(least, none);
    std::size_t count_ = 0;
};

}  // namespace dedup
