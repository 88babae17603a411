// What Python sees of pages and their trees.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <string>

#include "finder.hpp"
#include "markup.hpp"
#include "parser.hpp"
#include "python.hpp"
#include "slim.hpp"
#include "tree.hpp"
#include "utf8.hpp"
#include "walk.hpp"

namespace dedup {
namespace {

// Strict: a text that is not UTF-8 raises UnicodeDecodeError.
nb::str str(std::string_view text) {
    auto decoded = nb::steal<nb::str>(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
    if (!decoded.is_valid()) nb::raise_python_error();
    return decoded;
}

std::optional<Page> read_xml(std::string_view xml) {
    nb::gil_scoped_release released;  // bytes do not change, and the caller holds them
    try {
        return read_page(xml);
    } catch (const Unknown&) {
        return std::nullopt;
    }
}

nb::object columns(std::optional<Page>&& page) {
    if (!page) return nb::none();
    nb::list paths;
    for (const auto& path : page->paths) paths.append(str(path));
    return nb::make_tuple(str(page->text), array(std::move(page->starts)), array(std::move(page->ends)),
                          array(std::move(page->tags)), array(std::move(page->links)),
                          array(std::move(page->path_numbers)), paths);
}

nb::object blocks(const nb::bytes& xml) { return columns(read_xml({static_cast<const char*>(xml.data()), xml.size()})); }

// ── lxml's trees ────────────────────────────────────────────────────────────────────────────────────────────────────

// An element as lxml has it: `lxml.etree._Element` of its C API (`etreepublic.pxd`).
struct Element {
    PyObject base;
    PyObject* document;
    const libxml::Node* node;
    PyObject* tag;
};

// The element of a tree. Whether an lxml has another kind is found out before it is looked at as one of these.
const Element& element_of(const nb::object& tree) {
    const auto type = nb::module_::import_("lxml.etree").attr("_Element");
    if (!nb::isinstance(tree, type)) throw nb::type_error("no element of lxml");
    if (reinterpret_cast<PyTypeObject*>(type.ptr())->tp_basicsize != sizeof(Element)) throw nb::type_error("another lxml");
    const auto& element = *reinterpret_cast<const Element*>(tree.ptr());
    if (element.node == nullptr || element.node->proxy != tree.ptr()) throw nb::type_error("an element without a node");
    return element;
}

// Holds the GIL: another thread could change the tree.
nb::object blocks_in(const nb::object& tree) {
    const auto& node = *element_of(tree).node;
    try {
        return columns(read_tree(node));
    } catch (const Unknown&) {
        return nb::none();
    }
}

using MakeElement = PyObject*(PyObject* document, const libxml::Node* node);

// What makes lxml's objects of nodes: `elementFactory` of its C API.
MakeElement* element_maker() {
    constexpr auto kind = "struct LxmlElement *(struct LxmlDocument *, xmlNode *)";
    const nb::object capsule = nb::module_::import_("lxml.etree").attr("__pyx_capi__")["elementFactory"];
    auto* made = PyCapsule_GetPointer(capsule.ptr(), kind);
    if (made == nullptr) nb::raise_python_error();
    return reinterpret_cast<MakeElement*>(made);
}

// Holds the GIL, as well.
class PythonFinder {
public:
    PythonFinder(const std::vector<std::string>& names, const std::vector<std::pair<std::string, std::string>>& words)
        : finder_(names, words) {}

    const Finder& finder() const { return finder_; }

    nb::list in(const nb::object& tree) const {
        const auto& element = element_of(tree);
        auto* const make = element_maker();
        nb::list found;
        for (const auto* node : finder_.in(*element.node)) {
            const auto object = nb::steal(make(element.document, node));
            if (!object.is_valid()) nb::raise_python_error();
            found.append(object);
        }
        return found;
    }

private:
    Finder finder_;
};

// ── trees of our own ────────────────────────────────────────────────────────────────────────────────────────────────

nb::str str(const char* text) { return text == nullptr ? nb::str("") : str(std::string_view(text)); }

class PythonTree {
public:
    explicit PythonTree(std::unique_ptr<ParsedTree>&& tree) : tree_(std::move(tree)) {}

    nb::object blocks() const {
        std::optional<Page> page;
        try {
            nb::gil_scoped_release released;  // nobody changes the tree
            page = read_tree(*tree_->root);
        } catch (const Unknown&) {
        }
        return columns(std::move(page));
    }

    nb::list found_by(const PythonFinder& finder) const {
        nb::list found;
        for (const auto* node : finder.finder().in(*tree_->root)) found.append(element(*node));
        return found;
    }

    nb::tuple root() const { return element(*tree_->root); }

    nb::object parent(std::size_t number) const {
        const auto* outer = node(number).parent;
        return outer == nullptr ? nb::none() : nb::object(element(*outer));
    }

    nb::list children(std::size_t number) const {
        nb::list found;
        for (const auto* each = node(number).children; each != nullptr; each = each->next) {
            if (each->type == libxml::element) found.append(element(*each));
        }
        return found;
    }

private:
    const libxml::Node& node(std::size_t number) const {
        if (number >= tree_->nodes.size()) throw nb::index_error("no such element");
        return tree_->nodes[number];
    }

    // What a text is that may stand there.
    static nb::object text(const libxml::Node* node) {
        return node != nullptr && node->type == libxml::text ? nb::object(str(node->content)) : nb::none();
    }

    static nb::tuple element(const libxml::Node& node) {
        nb::dict attributes;
        for (const auto* each = node.attributes; each != nullptr; each = each->next) {
            attributes[str(each->name)] = each->children == nullptr ? nb::str("") : str(each->children->content);
        }
        return nb::make_tuple(reinterpret_cast<std::size_t>(node.proxy), str(node.name), attributes, text(node.children), text(node.next));
    }

    std::unique_ptr<ParsedTree> tree_;
};

class PythonParser {
public:
    explicit PythonParser(const std::vector<std::pair<std::string, std::string>>& references) : references_(references) {}

    nb::object parse(const nb::bytes& html) const {
        std::unique_ptr<ParsedTree> tree;
        try {
            nb::gil_scoped_release released;  // bytes do not change, and the caller holds them
            tree = parse_html({static_cast<const char*>(html.data()), html.size()}, references_);
        } catch (const Unknown&) {
            return nb::none();
        }
        return nb::cast(new PythonTree(std::move(tree)), nb::rv_policy::take_ownership);
    }

private:
    References references_;
};

nb::bytes utf8(const nb::str& text) {
    thread_local std::string bytes;  // pages are large, and memory that is new has to be cleared
    encode(view(text), bytes);
    return nb::bytes(bytes.data(), bytes.size());
}

nb::bytes slim_page(const nb::bytes& page) {
    thread_local std::string bytes;
    {
        nb::gil_scoped_release released;
        slim({static_cast<const char*>(page.data()), page.size()}, bytes);
    }
    return nb::bytes(bytes.data(), bytes.size());
}

}  // namespace

void add_pages(nb::module_& module) {
    module.def("blocks", &blocks, nb::arg("xml"));
    module.def("blocks_in", &blocks_in, nb::arg("tree"));
    module.def("utf8", &utf8, nb::arg("text"));
    module.def("slim", &slim_page, nb::arg("page"));
    nb::class_<PythonFinder>(module, "Finder")
        .def(nb::init<const std::vector<std::string>&, const std::vector<std::pair<std::string, std::string>>&>(),
             nb::arg("names"), nb::arg("words"))
        .def("found_in", &PythonFinder::in, nb::arg("tree"));
    nb::class_<PythonTree>(module, "Tree")
        .def("blocks", &PythonTree::blocks)
        .def("found_by", &PythonTree::found_by, nb::arg("finder"))
        .def("root", &PythonTree::root)
        .def("parent", &PythonTree::parent, nb::arg("number"))
        .def("children", &PythonTree::children, nb::arg("number"));
    nb::class_<PythonParser>(module, "Parser")
        .def(nb::init<const std::vector<std::pair<std::string, std::string>>&>(), nb::arg("references"))
        .def("parse", &PythonParser::parse, nb::arg("html"));
}

}  // namespace dedup
