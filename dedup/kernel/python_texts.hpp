// Texts where Python has them.
#pragma once

#include <string>
#include <vector>

#include "characters.hpp"
#include "python.hpp"
#include "text_view.hpp"

namespace dedup {

// All characters that were met in this process.
Characters& known();

// Has `dedup.characters.page` tell of more of them. The caller holds Python's lock while this is made and destroyed, and may
// let it go while it is called.
Characters::Load loader(const nb::callable& page);

inline std::u32string characters_of(nb::handle text) {
    const auto own = view(text);
    return own.visit([&](auto* first) { return std::u32string(first, first + own.size); });
}

inline nb::str string_of(const std::u32string& text) {
    auto made = nb::steal<nb::str>(PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, text.data(), static_cast<Py_ssize_t>(text.size())));
    if (!made.is_valid()) nb::raise_python_error();
    return made;
}

// Some texts of a list, which are kept whatever becomes of it: they are read while others may run.
class Held {
public:
    explicit Held(const nb::list& texts) {
        for (const auto text : texts) {
            views_.push_back(view(text));
            kept_.push_back(nb::borrow(text));
        }
    }
    const std::vector<TextView>& views() const { return views_; }

private:
    std::vector<nb::object> kept_;
    std::vector<TextView> views_;
};

// The columns of `dedup.spans.Spans`. The caller holds the list and its texts.
inline Spans spans(const nb::list& texts, const Column<std::int64_t>& owners, const Column<std::int32_t>& starts,
                   const Column<std::int32_t>& ends) {
    if (owners.size() != starts.size() || owners.size() != ends.size()) throw std::invalid_argument("columns of different lengths");
    Spans out{{}, owners.data(), starts.data(), ends.data(), owners.size()};
    for (const auto text : texts) out.texts.push_back(view(text));
    return out;
}

}  // namespace dedup
