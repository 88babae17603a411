#include "surveyed.hpp"

#include <algorithm>

#include "bits.hpp"

namespace dedup {

void Block::take(const TextView& text) {
    const auto size = text.size, blocks = (size + block_size - 1) / block_size;
    text_.resize(size);
    bytes_.resize(blocks * block_size);
    text.visit([&](auto* from) {
        auto* to = text_.data();
        for (std::size_t at = 0; at < size; ++at) to[at] = from[at];
        if constexpr (sizeof *from == 1) std::copy_n(from, size, bytes_.data());
        else if constexpr (sizeof *from == 2) wide().narrow_two(from, size, bytes_.data());
        else wide().narrow_four(from, size, bytes_.data());
    });
    std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(size), bytes_.end(), '\0');
    survey_.resize(blocks + 1);
    wide().survey(bytes_.data(), blocks, survey_.data());
    survey_[blocks] = {};
    std::uint64_t high = 0, breaks = 0;
    capitals_ = smalls_ = 0;
    for (const auto& each : survey_) {
        high |= each.high;
        breaks |= each.breaks;
        capitals_ += count_bits(each.capitals);
        smalls_ += count_bits(each.smalls);
    }
    is_ascii_ = high == 0;
    has_breaks_ = breaks != 0;
}

std::size_t Block::next(std::uint64_t Survey::*one, std::uint64_t Survey::*other, std::size_t at) const {
    const auto size = text_.size();
    if (at >= size) return size;
    auto block = at / block_size;
    const auto bits_of = [&] { return survey_[block].*one | survey_[block].*other; };
    auto bits = bits_of() & (~std::uint64_t{0} << (at % block_size));
    while (bits == 0) {
        if (++block * block_size >= size) return size;
        bits = bits_of();
    }
    return block * block_size + lowest_bit(bits);
}

}  // namespace dedup
