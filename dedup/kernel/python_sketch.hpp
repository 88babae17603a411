// How Python asks for a sketch.
#pragma once

#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>

#include <stdexcept>
#include <tuple>
#include <utility>

#include "python.hpp"
#include "sketch.hpp"

namespace dedup {

// How a sketch is made: the words of a shingle, bands and rows, and how each slot is permuted.
using Asked = std::tuple<std::size_t, std::pair<std::size_t, std::size_t>, Column<std::uint32_t>, Column<std::uint32_t>>;

inline Shape shape_of(const Asked& asked) {
    const auto& [shingle, bands_and_rows, multipliers, increments] = asked;
    const auto [bands, rows] = bands_and_rows;
    if (multipliers.size() != increments.size()) throw std::invalid_argument("columns of different lengths");
    if (rows == 0 ? bands > 1 : bands > multipliers.size() / rows) throw std::invalid_argument("more slots than permutations");
    return {shingle, bands, rows, multipliers.data(), increments.data()};
}

}  // namespace dedup
