// What Python sees of the kernel: `_native.pyi` says it in Python.
#include <optional>
#include <string>

#include "markup.hpp"
#include "python.hpp"
#include "walk.hpp"

namespace {

using dedup::array;

// Strict: a text that is not UTF-8 raises UnicodeDecodeError.
nb::str str(const std::string& text) {
    auto decoded = nb::steal<nb::str>(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
    if (!decoded.is_valid()) nb::raise_python_error();
    return decoded;
}

std::optional<dedup::Page> read_page(const char* xml, std::size_t size) {
    nb::gil_scoped_release released;  // bytes do not change, and the caller holds them
    try {
        return dedup::read_page({xml, size});
    } catch (const dedup::Unknown&) {
        return std::nullopt;
    }
}

nb::object blocks(const nb::bytes& xml) {
    auto page = read_page(static_cast<const char*>(xml.data()), xml.size());
    if (!page) return nb::none();
    nb::list paths;
    for (const auto& path : page->paths) paths.append(str(path));
    return nb::make_tuple(str(page->text), array(std::move(page->starts)), array(std::move(page->ends)),
                          array(std::move(page->tags)), array(std::move(page->linked)),
                          array(std::move(page->path_numbers)), paths);
}

}  // namespace

NB_MODULE(_native, module) {
    module.doc() = "The kernel in C++: the same results as the definitions in Python.";
    module.def("blocks", &blocks, nb::arg("xml"));
    dedup::add_judge(module);
    dedup::add_sieve(module);
    dedup::add_tally(module);
    dedup::add_texts(module);
}
