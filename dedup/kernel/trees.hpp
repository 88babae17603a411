// Boosted trees on whole numbers. The definition is `dedup/model.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spans.hpp"

namespace dedup {

constexpr std::size_t tree_depth = 6;
constexpr std::size_t tree_leaves = std::size_t{1} << tree_depth;
constexpr std::size_t tree_nodes = tree_leaves - 1;

// Complete binary trees, one after the other: node i goes to 2i + 1 where its feature is at most the threshold, else
// to 2i + 2.
struct Trees {
    Span<std::int16_t> features, thresholds;  // tree_nodes a tree
    Span<std::int32_t> leaves;                // tree_leaves a tree
};

// The sum of each row's leaves. Rows are `width` values, one after the other.
//
// Throws std::invalid_argument where the trees are no such trees, or ask for what a row does not have.
std::vector<std::int32_t> sum_leaves(Span<std::int16_t> rows, std::size_t width, const Trees& trees);

}  // namespace dedup
