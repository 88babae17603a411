// What Python sees of seeds that documents share.
#include <nanobind/stl/tuple.h>

#include <stdexcept>
#include <tuple>

#include "python.hpp"
#include "seeds.hpp"

using namespace nb::literals;

namespace {

using dedup::Column;
using dedup::span;
using Numbers = Column<std::int64_t>;

class PythonSeedPairs {
public:
    dedup::Table<std::int64_t> find(const std::tuple<Column<std::uint32_t>, Column<std::uint32_t>, dedup::Rows<std::int64_t>, Numbers>& seeds,
                                    const std::tuple<Column<std::uint64_t>, Column<std::uint8_t>, Numbers>& words,
                                    const std::tuple<Numbers, Numbers>& chosen,
                                    const std::tuple<std::size_t, std::size_t, std::size_t, std::size_t, std::size_t>& asked, std::size_t kept) {
        const auto& [hashes, places, edges, firsts] = seeds;
        const auto& [all, briefs, bounds] = words;
        const auto& [ranks, copies] = chosen;
        const auto [near, behind, least, crowd, hubs] = asked;
        if (edges.shape(0) != firsts.size()) throw std::invalid_argument("columns of different lengths");
        std::vector<std::int64_t> found;
        {
            nb::gil_scoped_release released;
            found = pairs_.find({span(hashes), span(places), span(edges), span(firsts)},
                                {span(all), span(briefs), span(bounds), span(ranks), span(copies)}, {near, behind, least, {crowd, hubs}}, kept);
        }
        const auto size = found.size() / 2;
        return dedup::table(std::move(found), size, 2);
    }

private:
    dedup::SeedPairs pairs_;
};

}  // namespace

void dedup::add_seeds(nb::module_& module) {
    nb::class_<PythonSeedPairs>(module, "SeedPairs")
        .def(nb::init<>())
        .def("find", &PythonSeedPairs::find, "seeds"_a, "words"_a, "chosen"_a, "asked"_a, "kept"_a);
}
