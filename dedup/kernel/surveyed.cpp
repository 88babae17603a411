#include "surveyed.hpp"

#include <algorithm>
#include <cstring>

namespace dedup {

void Block::take(const TextView& text) {
    size_ = text.size;
    const auto whole = size_ / block_size, rest = size_ % block_size, blocks = whole + (rest > 0 ? 1 : 0);
    if (narrow_.size() < size_) narrow_.resize(text.width == 1 ? 0 : 2 * size_);
    bytes_ = narrow_.data();
    text.visit([&](auto* from) {
        if constexpr (sizeof *from == 1) bytes_ = reinterpret_cast<const char*>(from);
        else if constexpr (sizeof *from == 2) wide().narrow_two(from, size_, narrow_.data());
        else wide().narrow_four(from, size_, narrow_.data());
    });
    if (survey_.size() < blocks) survey_.resize(2 * blocks);
    wide().survey(bytes_, whole, survey_.data());
    if (rest > 0) {
        char last[block_size] = {};
        std::memcpy(last, bytes_ + whole * block_size, rest);
        wide().survey(last, 1, survey_.data() + whole);
    }
    std::uint64_t high = 0, breaks = 0;
    capitals_ = smalls_ = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
        const auto& each = survey_[block];
        high |= each.high;
        breaks |= each.breaks;
        capitals_ += count_bits(each.capitals);
        smalls_ += count_bits(each.smalls);
    }
    is_ascii_ = high == 0;
    has_breaks_ = breaks != 0;
    if (is_ascii_) return;
    if (text_.size() < size_) text_.resize(2 * size_);
    text.visit([&](auto* from) { std::copy_n(from, size_, text_.data()); });
}

}  // namespace dedup
