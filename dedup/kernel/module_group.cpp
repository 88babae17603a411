// What Python sees of buckets of keys, of what agrees around two places, and of numbers in order.
#include <nanobind/stl/pair.h>

#include "buckets.hpp"
#include "group.hpp"
#include "python.hpp"
#include "sorting.hpp"

using namespace nb::literals;

namespace {

using dedup::Column;
using dedup::span;

// Holds the columns that it was given.
class PythonBuckets {
public:
    explicit PythonBuckets(std::size_t most) : buckets_(most) {}

    void group(Column<std::uint64_t> keys, Column<std::uint32_t> members, Column<std::uint32_t> ranks) {
        {
            nb::gil_scoped_release released;
            buckets_.group(span(keys), span(members), span(ranks));
        }
        keys_ = std::move(keys), members_ = std::move(members), ranks_ = std::move(ranks);
    }

    nb::object next(std::size_t crowd, std::size_t hubs, std::size_t reach, std::size_t most) {
        dedup::BucketPairs found;
        {
            nb::gil_scoped_release released;
            found = buckets_.next({crowd, hubs, reach}, most);
        }
        return nb::make_tuple(dedup::array(std::move(found.first)), dedup::array(std::move(found.second)));
    }

private:
    Column<std::uint64_t> keys_;
    Column<std::uint32_t> members_, ranks_;
    dedup::Buckets buckets_;
};

using Words = Column<std::uint64_t>;
using Owners = Column<std::uint32_t>;
using Places = Column<std::int64_t>;

dedup::Array<std::uint8_t> agreeing_words(const Words& words, const Places& bounds, const std::pair<Owners, Places>& left,
                                          const std::pair<Owners, Places>& right, std::uint8_t near, std::uint8_t behind) {
    std::vector<std::uint8_t> found;
    {
        nb::gil_scoped_release released;
        found = dedup::agreeing_words({span(words), span(bounds)}, {span(left.first), span(left.second)},
                                      {span(right.first), span(right.second)}, near, behind);
    }
    return dedup::array(std::move(found));
}

dedup::Array<std::uint32_t> owners(const Owners& places, const Places& bounds) {
    std::vector<std::uint32_t> found;
    {
        nb::gil_scoped_release released;
        found = dedup::owners(span(places), span(bounds));
    }
    return dedup::array(std::move(found));
}

std::size_t sort_once(const nb::ndarray<std::int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& values) {
    nb::gil_scoped_release released;
    return dedup::sort_once(values.data(), values.size());
}

}  // namespace

void dedup::add_group(nb::module_& module) {
    nb::class_<PythonBuckets>(module, "Buckets")
        .def(nb::init<std::size_t>(), "most"_a)
        .def("group", &PythonBuckets::group, "keys"_a, "members"_a, "ranks"_a)
        .def("next", &PythonBuckets::next, "crowd"_a, "hubs"_a, "reach"_a, "most"_a);
    module.def("agreeing_words", &::agreeing_words, "words"_a, "bounds"_a, "left"_a, "right"_a, "near"_a, "behind"_a);
    module.def("sort_once", &::sort_once, "values"_a.noconvert());  // a copy would be sorted
    module.def("owners", &::owners, "places"_a, "bounds"_a);
}
