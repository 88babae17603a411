// Between Python and those of the kernel that ask for characters as they meet them.
#pragma once

#include <nanobind/nanobind.h>

#include <cstddef>
#include <optional>
#include <string>

inline std::u32string characters(nanobind::handle text) {
    if (!PyUnicode_Check(text.ptr())) throw nanobind::type_error("a str is wanted");
    std::u32string found(static_cast<std::size_t>(PyUnicode_GET_LENGTH(text.ptr())), U'\0');
    for (std::size_t at = 0; at < found.size(); ++at) found[at] = PyUnicode_READ_CHAR(text.ptr(), static_cast<Py_ssize_t>(at));
    return found;
}

// A character as a str, which may be half of a surrogate pair.
inline nanobind::str one_character(char32_t code) {
    auto found = nanobind::steal<nanobind::str>(PyUnicode_FromOrdinal(static_cast<int>(code)));
    if (!found.is_valid()) nanobind::raise_python_error();
    return found;
}

// Call `take` with the characters of a str as they are stored, and how many they are.
template <class Take>
auto with_characters(nanobind::handle text, Take take) {
    const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text.ptr()));
    switch (PyUnicode_KIND(text.ptr())) {
        case PyUnicode_1BYTE_KIND: return take(PyUnicode_1BYTE_DATA(text.ptr()), size);
        case PyUnicode_2BYTE_KIND: return take(PyUnicode_2BYTE_DATA(text.ptr()), size);
        default: return take(PyUnicode_4BYTE_DATA(text.ptr()), size);
    }
}
