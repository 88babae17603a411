// What Python sees of seeds that documents share, and of codes.
#include <nanobind/stl/array.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/tuple.h>

#include <array>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "codes.hpp"
#include "python.hpp"
#include "seeds.hpp"

using namespace nb::literals;

namespace {

using dedup::Column;
using dedup::span;
using Numbers = Column<std::int64_t>;

class PythonSeedPairs {
public:
    dedup::Table<std::uint32_t> find(const std::tuple<Column<std::uint32_t>, Column<std::uint32_t>, dedup::Rows<std::int64_t>, Numbers>& seeds,
                                    const std::tuple<Column<std::uint64_t>, Column<std::uint8_t>, Numbers>& words,
                                    const std::tuple<Numbers, Numbers>& chosen,
                                    const std::array<std::size_t, 6>& asked, std::size_t kept) {
        const auto& [hashes, places, edges, firsts] = seeds;
        const auto& [all, briefs, bounds] = words;
        const auto& [ranks, copies] = chosen;
        const auto [near, behind, least, crowd, hubs, reach] = asked;
        if (edges.shape(0) != firsts.size()) throw std::invalid_argument("columns of different lengths");
        std::vector<std::uint32_t> found;
        {
            nb::gil_scoped_release released;
            found = pairs_.find({span(hashes), span(places), span(edges), span(firsts)},
                                {span(all), span(briefs), span(bounds), span(ranks), span(copies)}, {near, behind, least, {crowd, hubs, reach}}, kept);
        }
        const auto size = found.size() / 2;
        return dedup::table(std::move(found), size, 2);
    }

private:
    dedup::SeedPairs pairs_;
};

// Holds the columns no longer than it is made.
class PythonSought {
public:
    PythonSought(const Column<std::uint64_t>& words, const Numbers& bounds, const Numbers& seeds, const std::pair<std::size_t, std::size_t>& limits)
        : sought_(span(words), span(bounds), span(seeds), {limits.first, limits.second}) {}

    dedup::Array<std::uint8_t> find(const Column<std::uint16_t>& packed, const Column<std::uint32_t>& counts) const {
        std::vector<std::uint8_t> found;
        {
            nb::gil_scoped_release released;
            found = sought_.find(span(packed), span(counts));
        }
        return dedup::array(std::move(found));
    }

private:
    dedup::Sought sought_;
};

}  // namespace

void dedup::add_seeds(nb::module_& module) {
    nb::class_<PythonSought>(module, "Sought")
        .def(nb::init<const Column<std::uint64_t>&, const Numbers&, const Numbers&, const std::pair<std::size_t, std::size_t>&>(), "words"_a,
             "bounds"_a, "seeds"_a, "limits"_a)
        .def("find", &PythonSought::find, "packed"_a, "counts"_a);
    nb::class_<PythonSeedPairs>(module, "SeedPairs")
        .def(nb::init<>())
        .def("find", &PythonSeedPairs::find, "seeds"_a, "words"_a, "chosen"_a, "asked"_a, "kept"_a);
}
