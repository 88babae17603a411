// What the parts of the kernel that Python sees have in common.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <vector>

namespace nb = nanobind;

namespace dedup {

template <class T>
using Array = nb::ndarray<nb::numpy, T, nb::ndim<1>>;

// A column of Python's, in one piece, which is not written to.
template <class T>
using Column = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

// A column as a NumPy array, which takes it over.
template <class T>
Array<T> array(std::vector<T>&& column) {
    auto held = std::make_unique<std::vector<T>>(std::move(column));
    auto* values = held.get();
    nb::capsule owner(values, [](void* each) noexcept { std::unique_ptr<std::vector<T>>(static_cast<std::vector<T>*>(each)); });
    held.release();  // the capsule's from here on
    return Array<T>(values->data(), {values->size()}, owner);
}

void add_texts(nb::module_& module);  // module_texts.cpp

}  // namespace dedup
