// Pairs of numbers below 2^32, each once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace dedup {

class DistinctPairs {
public:
    bool has(std::uint32_t first, std::uint32_t second) const { return slots_[slot_of(packed(first, second))] != none; }

    // Add a pair that it has not. Its numbers are not both 2^32 - 1.
    void add(std::uint32_t first, std::uint32_t second) {
        if (2 * ++count_ > slots_.size()) grow();
        const auto pair = packed(first, second);
        slots_[slot_of(pair)] = pair;
    }

    // All of them, one behind the other, ascending.
    std::vector<std::int64_t> sorted() const {
        std::vector<std::uint64_t> pairs;
        pairs.reserve(count_);
        std::copy_if(slots_.begin(), slots_.end(), std::back_inserter(pairs), [](std::uint64_t pair) { return pair != none; });
        std::sort(pairs.begin(), pairs.end());
        std::vector<std::int64_t> numbers;
        numbers.reserve(2 * count_);
        for (const auto pair : pairs) {
            numbers.push_back(static_cast<std::int64_t>(pair >> 32));
            numbers.push_back(static_cast<std::int64_t>(pair & 0xFFFFFFFFU));
        }
        return numbers;
    }

private:
    static constexpr std::uint64_t none = ~std::uint64_t{0};

    static std::uint64_t packed(std::uint32_t first, std::uint32_t second) { return std::uint64_t{first} << 32 | second; }

    // Where a pair is, or would be put.
    std::size_t slot_of(std::uint64_t pair) const {
        auto mixed = (pair ^ pair >> 32) * 0x9E3779B97F4A7C15U;
        mixed = (mixed ^ mixed >> 29) * 0xC2B2AE3D27D4EB4FU;
        auto slot = static_cast<std::size_t>(mixed >> 32) & (slots_.size() - 1);
        while (slots_[slot] != none && slots_[slot] != pair) slot = (slot + 1) & (slots_.size() - 1);
        return slot;
    }

    void grow() {
        std::vector<std::uint64_t> before(4 * slots_.size(), none);
        before.swap(slots_);
        for (const auto pair : before) {
            if (pair != none) slots_[slot_of(pair)] = pair;
        }
    }

    std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(std::size_t{1} << 12, none);
    std::size_t count_ = 0;
};

}  // namespace dedup
