#include "trees.hpp"

#include <algorithm>
#include <array>

namespace dedup {

namespace {

// Rows that go down a tree side by side, so that the processor waits for none of them.
constexpr std::size_t beside = 8;
// Rows that stay in its first cache while all trees are asked.
constexpr std::size_t near = 64;

struct Node {
    std::uint16_t feature;
    std::int16_t threshold;
};

void check(const Trees& trees, std::size_t width) {
    const auto count = trees.leaves.size() / tree_leaves;
    const bool whole = trees.leaves.size() == count * tree_leaves && trees.features.size() == count * tree_nodes &&
                       trees.thresholds.size() == trees.features.size();
    if (!whole) throw std::invalid_argument("trees that are not whole");
    const auto known = [&](std::int16_t feature) { return feature >= 0 && static_cast<std::size_t>(feature) < width; };
    if (!std::all_of(trees.features.begin(), trees.features.end(), known)) {
        throw std::invalid_argument("a feature that a row does not have");
    }
}

template <std::size_t count>
void go_down(const Node* nodes, const std::int32_t* leaves, const std::int16_t* rows, std::size_t width, std::uint32_t* sums) {
    std::array<std::size_t, count> at{};
    for (std::size_t level = 0; level < tree_depth; ++level) {
        for (std::size_t each = 0; each < count; ++each) {
            const auto node = nodes[at[each]];
            at[each] = 2 * at[each] + 1 + (rows[each * width + node.feature] > node.threshold ? 1 : 0);
        }
    }
    for (std::size_t each = 0; each < count; ++each) sums[each] += static_cast<std::uint32_t>(leaves[at[each] - tree_nodes]);
}

}  // namespace

std::vector<std::int32_t> sum_leaves(Span<std::int16_t> rows, std::size_t width, const Trees& trees) {
    check(trees, width);
    std::vector<Node> nodes(trees.features.size());
    for (std::size_t at = 0; at < nodes.size(); ++at) {
        nodes[at] = {static_cast<std::uint16_t>(trees.features[at]), trees.thresholds[at]};
    }
    const auto count = width > 0 ? rows.size() / width : 0, number = trees.leaves.size() / tree_leaves;
    std::vector<std::uint32_t> sums(count);  // unsigned: what does not fit wraps, as NumPy's does
    for (std::size_t low = 0; low < count; low += near) {
        const auto high = std::min(count, low + near);
        for (std::size_t tree = 0; tree < number; ++tree) {
            const auto* own = nodes.data() + tree * tree_nodes;
            const auto* leaves = trees.leaves.values + tree * tree_leaves;
            auto row = low;
            for (; row + beside <= high; row += beside) {
                go_down<beside>(own, leaves, rows.values + row * width, width, sums.data() + row);
            }
            for (; row < high; ++row) go_down<1>(own, leaves, rows.values + row * width, width, sums.data() + row);
        }
    }
    return {sums.begin(), sums.end()};
}

}  // namespace dedup
