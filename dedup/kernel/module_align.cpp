// What Python sees of the alignment of documents.
#include <stdexcept>

#include "align.hpp"
#include "python.hpp"

using namespace nb::literals;

namespace {

using dedup::Column;
using dedup::Rows;
using dedup::span;

nb::object columns(dedup::Chains&& found) {
    const auto rows = found.runs.size() / 3;
    return nb::make_tuple(dedup::array(std::move(found.pairs)), dedup::array(std::move(found.chains)),
                          dedup::table(std::move(found.runs), rows, 3));
}

nb::object align(const Column<std::uint64_t>& document, const Column<std::uint8_t>& marks, const Column<std::uint64_t>& keeper) {
    dedup::Chains found;
    {
        nb::gil_scoped_release released;
        found = dedup::align({span(document), span(marks)}, span(keeper));
    }
    return columns(std::move(found));
}

nb::object align_pairs(const Column<std::uint64_t>& hashes, const Column<std::uint8_t>& marks, const Column<std::int64_t>& bounds,
                       const Rows<std::int64_t>& pairs) {
    if (pairs.shape(1) != 2) throw std::invalid_argument("a pair is of two documents");
    dedup::Chains found;
    {
        nb::gil_scoped_release released;
        found = dedup::align(dedup::Documents(span(hashes), span(marks), span(bounds)), span(pairs));
    }
    return columns(std::move(found));
}

}  // namespace

void dedup::add_align(nb::module_& module) {
    module.def("align", &::align, "document"_a, "marks"_a, "keeper"_a);
    module.def("align_pairs", &::align_pairs, "hashes"_a, "marks"_a, "bounds"_a, "pairs"_a);
}
