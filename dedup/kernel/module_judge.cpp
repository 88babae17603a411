// What Python sees of the parts of the kernel that judge a page's blocks.
#include <stdexcept>
#include <type_traits>

#include "features.hpp"
#include "python_texts.hpp"
#include "trees.hpp"
#include "verdict.hpp"

using namespace nb::literals;

namespace {

using dedup::Column;
using dedup::Rows;
using dedup::span;

dedup::Array<std::uint8_t> kept_blocks(const Column<std::uint64_t>& words, const Column<std::int64_t>& bounds,
                                       const Column<std::uint64_t>& line_words, const Column<std::int64_t>& line_bounds) {
    std::vector<std::uint8_t> kept;
    {
        nb::gil_scoped_release released;
        const dedup::Ragged<std::uint64_t> blocks{span(words), span(bounds)}, lines{span(line_words), span(line_bounds)};
        kept = dedup::kept_blocks(blocks, lines);
    }
    return dedup::array(std::move(kept));
}

dedup::Array<std::int32_t> log_odds(const Rows<std::int16_t>& rows, const Rows<std::int16_t>& features,
                                    const Rows<std::int16_t>& thresholds, const Rows<std::int32_t>& leaves) {
    if (features.shape(1) != dedup::tree_nodes || thresholds.shape(1) != dedup::tree_nodes || leaves.shape(1) != dedup::tree_leaves) {
        throw std::invalid_argument("trees of another depth");
    }
    std::vector<std::int32_t> odds;
    {
        nb::gil_scoped_release released;
        odds = dedup::sum_leaves(span(rows), rows.shape(1), {span(features), span(thresholds), span(leaves)});
    }
    return dedup::array(std::move(odds));
}

constexpr dedup::Letters letters{
    [](std::uint32_t letter) { return Py_UNICODE_ISSPACE(letter) != 0; },
    [](std::uint32_t letter) { return Py_UNICODE_ISDECIMAL(letter) != 0; },
    [](std::uint32_t letter) { return Py_UNICODE_ISALNUM(letter) != 0; },
};

// The GIL is held: the texts are Python's.
dedup::Table<double> text_features(const nb::list& texts, const Column<std::int64_t>& owners, const Column<std::int32_t>& starts,
                                   const Column<std::int32_t>& ends, const Column<std::int64_t>& counts) {
    const auto own = dedup::spans(texts, owners, starts, ends);
    if (own.size != counts.size()) throw std::invalid_argument("as many counts as texts are needed");
    std::vector<double> values(own.size * dedup::text_features);
    for (std::size_t row = 0; row < own.size; ++row) {
        own.visit(row, [&](auto* first, std::size_t size) {
            const dedup::Span<std::remove_const_t<std::remove_pointer_t<decltype(first)>>> text{first, size};
            dedup::look_at_text(text, counts(row), letters, values.data() + row * dedup::text_features);
        });
    }
    return dedup::table(std::move(values), own.size, dedup::text_features);
}

dedup::Table<std::int16_t> features(const Rows<double>& texts, const Column<double>& words, const Column<double>& links,
                                    const Column<double>& told, const Column<bool>& kept, const Column<std::uint8_t>& tags,
                                    const Column<std::int32_t>& places, const Rows<std::int16_t>& place_rows,
                                    const Rows<std::int32_t>& groups, int says) {
    const dedup::Seen seen{span(texts), span(words),  span(links),      span(told),          span(kept),
                           span(tags),  span(places), span(place_rows), place_rows.shape(1), span(groups), says};
    std::vector<std::int16_t> rows;
    {
        nb::gil_scoped_release released;
        rows = dedup::features(seen);
    }
    return dedup::table(std::move(rows), seen.size(), dedup::feature_count(seen));
}

}  // namespace

void dedup::add_judge(nb::module_& module) {
    module.def("kept_blocks", &::kept_blocks, "words"_a, "bounds"_a, "line_words"_a, "line_bounds"_a);
    module.def("log_odds", &::log_odds, "rows"_a, "features"_a, "thresholds"_a, "leaves"_a);
    module.def("text_features", &::text_features, "texts"_a, "owners"_a, "starts"_a, "ends"_a, "counts"_a);
    module.def("features", &::features, "texts"_a, "words"_a, "links"_a, "told"_a, "kept"_a, "tags"_a, "places"_a,
               "place_rows"_a, "groups"_a, "says"_a);
}
