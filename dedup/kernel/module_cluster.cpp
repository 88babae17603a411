// What Python sees of deciding keepers, and of what is told of the passages that go.
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <stdexcept>

#include "cluster.hpp"
#include "python.hpp"
#include "reuse.hpp"

using namespace nb::literals;

namespace {

using dedup::array;
using dedup::Column;
using dedup::Rows;
using dedup::span;

template <class Values>
void check_width(const Values& rows, std::size_t width) {
    if (rows.shape(1) != width) throw std::invalid_argument("rows of another width");
}

template <class T>
auto rows_of(std::vector<T>&& values, std::size_t width) {
    const auto rows = values.size() / width;
    return dedup::table(std::move(values), rows, width);
}

// The columns of `dedup.corpus.Corpus` that keepers are decided by.
nb::object decide(const std::tuple<Column<std::uint8_t>, Column<std::int64_t>>& words,
                  const std::tuple<Rows<std::int64_t>, Column<std::int64_t>, Rows<std::int64_t>, Column<std::int64_t>, Rows<std::int64_t>>& found,
                  const Column<std::int64_t>& order, const Column<std::int64_t>& copies, double threshold,
                  const Column<std::uint64_t>& sites,
                  const std::tuple<Column<std::int64_t>, Column<std::int64_t>, Rows<std::int32_t>>& before) {
    const auto& [marks, word_bounds] = words;
    const auto& [pairs, bounds, spans, run_bounds, runs] = found;
    check_width(pairs, 2);
    check_width(spans, 2);
    check_width(runs, 3);
    const dedup::AlignedPassages passages{span(pairs), span(bounds), span(spans), span(run_bounds), span(runs)};
    const dedup::Standing standing{span(order), span(copies), threshold, span(sites)};
    const auto& [gone_documents, gone_bounds, gone_rows] = before;
    check_width(gone_rows, 4);
    const dedup::Before gone{span(gone_documents), span(gone_bounds), span(gone_rows)};
    const auto all_marks = span(marks);
    const auto all_bounds = span(word_bounds);
    dedup::Decisions decided;
    {
        nb::gil_scoped_release released;
        decided = dedup::decide(dedup::MarkedDocuments(all_marks, all_bounds), passages, standing, gone);
    }
    return nb::make_tuple(array(std::move(decided.documents)), array(std::move(decided.whole)), array(std::move(decided.bounds)),
                          rows_of(std::move(decided.spans), 4), array(std::move(decided.keepers)),
                          rows_of(std::move(decided.likeness), 2), array(std::move(decided.remains_bounds)),
                          rows_of(std::move(decided.remains), 2), array(std::move(decided.moved_bounds)),
                          rows_of(std::move(decided.moved), 4));
}

nb::object linked(std::size_t count, const Rows<std::int64_t>& pairs) {
    check_width(pairs, 2);
    std::vector<std::int64_t> least;
    {
        nb::gil_scoped_release released;
        least = dedup::linked(count, span(pairs));
    }
    return nb::cast(array(std::move(least)));
}

nb::object jaccard(const Column<std::uint64_t>& words, const Rows<std::int64_t>& places, std::size_t shingle) {
    check_width(places, 4);
    std::vector<double> shares;
    {
        nb::gil_scoped_release released;
        shares = dedup::jaccard(span(words), span(places), shingle);
    }
    return nb::cast(array(std::move(shares)));
}

nb::object block_edges(const Column<std::uint8_t>& marks, const Rows<std::int64_t>& spans) {
    check_width(spans, 2);
    dedup::BlockEdges found;
    {
        nb::gil_scoped_release released;
        found = dedup::block_edges(span(marks), span(spans));
    }
    return nb::make_tuple(array(std::move(found.rows)), array(std::move(found.words)));
}

// What letters are is asked of Python, the first time that one of a page comes.
dedup::LoadAlphanumeric loader(const nb::callable& page) {
    return [&page](std::uint32_t number) {
        nb::gil_scoped_acquire acquired;
        const auto told = page(number);
        dedup::Alphanumeric own{};
        if (!nb::isinstance<nb::bytes>(told) || nb::len(told) != own.size()) throw std::invalid_argument("this is no page of characters");
        const auto bytes = nb::cast<nb::bytes>(told);
        std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.c_str()), own.size(), own.begin());
        return own;
    };
}

nb::object written(const Column<std::uint8_t>& texts, const Column<std::int64_t>& bounds, const Column<std::int64_t>& owners,
                   const Rows<std::int32_t>& spans, const Column<std::uint8_t>& reaches, const nb::callable& page) {
    check_width(spans, 2);
    const dedup::Written asked{{span(texts), span(bounds)}, span(owners), span(spans), span(reaches)};
    std::vector<std::int64_t> counts;
    {
        nb::gil_scoped_release released;
        counts = asked.count(loader(page));
    }
    return nb::cast(array(std::move(counts)));
}

}  // namespace

void dedup::add_cluster(nb::module_& module) {
    module.def("decide", &::decide, "words"_a, "found"_a, "order"_a, "copies"_a, "threshold"_a, "sites"_a, "before"_a);
    module.def("linked", &::linked, "count"_a, "pairs"_a);
    module.def("jaccard", &::jaccard, "words"_a, "places"_a, "shingle"_a);
    module.def("block_edges", &::block_edges, "marks"_a, "spans"_a);
    module.def("written", &::written, "texts"_a, "bounds"_a, "owners"_a, "spans"_a, "reaches"_a, "page"_a);
}
