#include "sorting.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "room.hpp"

namespace dedup {
namespace {

constexpr std::size_t few = 1 << 10;  // from which on ranges of bits are faster than comparing
constexpr unsigned most_bits = 10;    // of a range: to write to more than 1,024 places at once takes twice as long
constexpr std::uint64_t sign = std::uint64_t{1} << 63;

// Some bits of numbers, those below zero first.
struct Bits {
    unsigned first, count;

    std::size_t of(std::int64_t value) const {
        return static_cast<std::size_t>((static_cast<std::uint64_t>(value) ^ sign) >> first & ((std::uint64_t{1} << count) - 1));
    }
};

// Put values into the order of some of their bits; those of which they are the same stay in theirs.
void order_by(Bits bits, const std::int64_t* values, std::size_t count, std::int64_t* out) {
    std::array<std::size_t, (std::size_t{1} << most_bits) + 1> ends{};
    for (std::size_t at = 0; at < count; ++at) ++ends[bits.of(values[at]) + 1];
    for (std::size_t place = 1; place < ends.size(); ++place) ends[place] += ends[place - 1];
    for (std::size_t at = 0; at < count; ++at) out[ends[bits.of(values[at])]++] = values[at];
}

}  // namespace

std::size_t sort_once(std::int64_t* values, std::size_t count) {
    if (count < few) {
        std::sort(values, values + count);
        return static_cast<std::size_t>(std::unique(values, values + count) - values);
    }
    std::uint64_t differ = 0;
    for (std::size_t at = 0; at < count; ++at) differ |= static_cast<std::uint64_t>(values[at]) ^ static_cast<std::uint64_t>(values[0]);
    unsigned bits = 0;
    while (bits < 64 && differ >> bits != 0) ++bits;
    const auto ranges = (bits + most_bits - 1) / most_bits;
    Room<std::int64_t> room;
    auto *from = values, *out = ranges == 0 ? values : room.of(count);
    for (unsigned range = 0; range < ranges; ++range) {
        const auto first = range * bits / ranges;
        order_by({first, (range + 1) * bits / ranges - first}, from, count, out);
        std::swap(from, out);
    }
    return static_cast<std::size_t>((from == values ? std::unique(values, values + count) : std::unique_copy(from, from + count, values)) - values);
}

}  // namespace dedup
