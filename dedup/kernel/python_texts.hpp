// Texts where Python has them.
#pragma once

#include <string>

#include "python.hpp"
#include "text_view.hpp"

namespace dedup {

inline std::u32string characters_of(nb::handle text) {
    const auto own = view(text);
    return own.visit([&](auto* first) { return std::u32string(first, first + own.size); });
}

inline nb::str string_of(const std::u32string& text) {
    auto made = nb::steal<nb::str>(PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, text.data(), static_cast<Py_ssize_t>(text.size())));
    if (!made.is_valid()) nb::raise_python_error();
    return made;
}

// The columns of `dedup.spans.Spans`. The caller holds the list and its texts.
inline Spans spans(const nb::list& texts, const Column<std::int64_t>& owners, const Column<std::int32_t>& starts,
                   const Column<std::int32_t>& ends) {
    if (owners.size() != starts.size() || owners.size() != ends.size()) throw std::invalid_argument("columns of different lengths");
    Spans out{{}, owners.data(), starts.data(), ends.data(), owners.size()};
    for (const auto text : texts) out.texts.push_back(view(text));
    return out;
}

}  // namespace dedup
