#include "sorting.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "room.hpp"

namespace dedup {
namespace {

constexpr std::size_t few = 1 << 10;  // from which on ranges of bits are faster than comparing
constexpr std::size_t a_run = 1 << 12;  // on average, from which on it is faster to merge them: they are pairs of hubs, or sorted already
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

// Where values stop to ascend, from 0 on to their end; nothing where there are more such runs than `most`.
std::vector<std::size_t> runs_of(const std::int64_t* values, std::size_t count, std::size_t most) {
    std::vector<std::size_t> edges{0};
    for (std::size_t at = 1; at < count; ++at) {
        if (values[at - 1] <= values[at]) continue;
        if (edges.size() == most) return {};
        edges.push_back(at);
    }
    edges.push_back(count);
    return edges;
}

// Two by two, until there is one.
void merge(std::int64_t* values, std::vector<std::size_t> edges) {
    while (edges.size() > 2) {
        std::vector<std::size_t> left{0};
        for (std::size_t run = 1; run + 1 < edges.size(); run += 2) {
            std::inplace_merge(values + edges[run - 1], values + edges[run], values + edges[run + 1]);
            left.push_back(edges[run + 1]);
        }
        if (left.back() != edges.back()) left.push_back(edges.back());
        edges.swap(left);
    }
}

}  // namespace

std::size_t sort_once(std::int64_t* values, std::size_t count) {
    const auto unique = [=] { return static_cast<std::size_t>(std::unique(values, values + count) - values); };
    if (count < few) {
        std::sort(values, values + count);
        return unique();
    }
    if (auto edges = runs_of(values, count, count / a_run); !edges.empty()) {
        merge(values, std::move(edges));
        return unique();
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
