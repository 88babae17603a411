// Columns between C++ and NumPy.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <utility>
#include <vector>

namespace dedup {

template <class T>
using Array = nanobind::ndarray<nanobind::numpy, T, nanobind::ndim<1>>;
// A table, row by row.
template <class T>
using Table = nanobind::ndarray<nanobind::numpy, T, nanobind::ndim<2>>;
// What is only read.
template <class T>
using Column = nanobind::ndarray<const T, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;
template <class T>
using Rows = nanobind::ndarray<const T, nanobind::ndim<2>, nanobind::c_contig, nanobind::device::cpu>;

// Values that a capsule keeps, and frees.
template <class T>
std::pair<T*, nanobind::capsule> held(std::vector<T>&& column) {
    auto kept = std::make_unique<std::vector<T>>(std::move(column));
    auto* values = kept.get();
    nanobind::capsule owner(values, [](void* each) noexcept { std::unique_ptr<std::vector<T>>(static_cast<std::vector<T>*>(each)); });
    kept.release();  // the capsule's from here on
    return {values->data(), owner};
}

// A column as a NumPy array, which takes it over.
template <class T>
Array<T> array(std::vector<T>&& column) {
    const auto size = column.size();
    const auto [values, owner] = held(std::move(column));
    return Array<T>(values, {size}, owner);
}

// The same of rows of so many values.
template <class T>
Table<T> table(std::vector<T>&& column, std::size_t rows, std::size_t width) {
    const auto [values, owner] = held(std::move(column));
    return Table<T>(values, {rows, width}, owner);
}

}  // namespace dedup
