// What the parts of the kernel that Python sees have in common.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "spans.hpp"
#include "text_view.hpp"

namespace nb = nanobind;

namespace dedup {

template <class T>
using Array = nb::ndarray<nb::numpy, T, nb::ndim<1>>;

// A table, row by row.
template <class T>
using Table = nb::ndarray<nb::numpy, T, nb::ndim<2>>;

// A column of Python's, in one piece, which is not written to.
template <class T>
using Column = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// The same of a table.
template <class T>
using Rows = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

// The values of a column, or of a table row by row.
template <class Values>
Span<std::remove_const_t<typename Values::Scalar>> span(const Values& column) {
    return {column.data(), column.size()};
}

// Values, and the capsule that owns them from here on.
template <class T>
std::pair<T*, nb::capsule> owned(std::vector<T>&& column) {
    auto held = std::make_unique<std::vector<T>>(std::move(column));
    auto* values = held.get();
    nb::capsule owner(values, [](void* each) noexcept { std::unique_ptr<std::vector<T>>(static_cast<std::vector<T>*>(each)); });
    held.release();  // the capsule's from here on
    return {values->data(), owner};
}

// A column as a NumPy array, which takes it over.
template <class T>
Array<T> array(std::vector<T>&& column) {
    const auto size = column.size();
    const auto [values, owner] = owned(std::move(column));
    return Array<T>(values, {size}, owner);
}

// The same as a table of rows of so many values.
template <class T>
Table<T> table(std::vector<T>&& column, std::size_t rows, std::size_t width) {
    const auto [values, owner] = owned(std::move(column));
    return Table<T>(values, {rows, width}, owner);
}

// The characters of a str, which the caller holds.
inline TextView view(nb::handle text) {
    if (!PyUnicode_Check(text.ptr())) throw nb::type_error("a text is no str");
    return {PyUnicode_DATA(text.ptr()), static_cast<std::size_t>(PyUnicode_GET_LENGTH(text.ptr())),
            static_cast<int>(PyUnicode_KIND(text.ptr()))};
}

void add_align(nb::module_& module);  // module_align.cpp
void add_blocks(nb::module_& module);  // module_blocks.cpp
void add_cluster(nb::module_& module);  // module_cluster.cpp
void add_group(nb::module_& module);  // module_group.cpp
void add_judge(nb::module_& module);  // module_judge.cpp
void add_lines(nb::module_& module);  // module_lines.cpp
void add_pages(nb::module_& module);  // module_page.cpp
void add_seeds(nb::module_& module);  // module_seeds.cpp
void add_sieve(nb::module_& module);  // module_sieve.cpp
void add_sketch(nb::module_& module);  // module_sketch.cpp
void add_tally(nb::module_& module);  // module_tally.cpp
void add_texts(nb::module_& module);  // module_texts.cpp
void add_verify(nb::module_& module);  // module_verify.cpp

}  // namespace dedup
