// What Python sees of the kernel: `_native.pyi` says it in Python.
#include <optional>
#include <string>

#include "markup.hpp"
#include "python.hpp"
#include "tree.hpp"
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

nb::object columns(std::optional<dedup::Page>&& page) {
    if (!page) return nb::none();
    nb::list paths;
    for (const auto& path : page->paths) paths.append(str(path));
    return nb::make_tuple(str(page->text), array(std::move(page->starts)), array(std::move(page->ends)),
                          array(std::move(page->tags)), array(std::move(page->links)),
                          array(std::move(page->path_numbers)), paths);
}

nb::object blocks(const nb::bytes& xml) { return columns(read_page(static_cast<const char*>(xml.data()), xml.size())); }

// An element as lxml has it: `lxml.etree._Element` of its C API (`etreepublic.pxd`).
struct Element {
    PyObject base;
    PyObject* document;
    const dedup::libxml::Node* node;
    PyObject* tag;
};

// The node of an element. An lxml whose elements are anything else is found out before it is looked at as a node.
const dedup::libxml::Node& node_of(const nb::object& tree) {
    const auto type = nb::module_::import_("lxml.etree").attr("_Element");
    if (!nb::isinstance(tree, type)) throw nb::type_error("no element of lxml");
    if (reinterpret_cast<PyTypeObject*>(type.ptr())->tp_basicsize != sizeof(Element)) throw nb::type_error("another lxml");
    const auto* node = reinterpret_cast<const Element*>(tree.ptr())->node;
    if (node == nullptr || node->proxy != tree.ptr()) throw nb::type_error("an element without a node");
    return *node;
}

// Holds the GIL: another thread could change the tree.
nb::object blocks_in(const nb::object& tree) {
    const auto& node = node_of(tree);
    try {
        return columns(dedup::read_tree(node));
    } catch (const dedup::Unknown&) {
        return nb::none();
    }
}

}  // namespace

NB_MODULE(_native, module) {
    module.doc() = "The kernel in C++: the same results as the definitions in Python.";
    module.def("blocks", &blocks, nb::arg("xml"));
    module.def("blocks_in", &blocks_in, nb::arg("tree"));
    dedup::add_judge(module);
    dedup::add_sieve(module);
    dedup::add_tally(module);
    dedup::add_texts(module);
}
