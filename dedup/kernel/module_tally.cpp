// The tally of words as Python sees it.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include "python_texts.hpp"
#include "tally.hpp"

namespace {

std::vector<dedup::Tally::Word> words(const nb::dict& groups_of) {
    std::vector<dedup::Tally::Word> found;
    for (const auto& [word, groups] : groups_of) found.emplace_back(dedup::characters_of(word), nb::cast<std::vector<std::uint32_t>>(groups));
    return found;
}

// Holds the GIL, as the sieve does.
class PythonTally {
public:
    PythonTally(const nb::dict& groups_of, std::size_t groups, const std::vector<dedup::Tally::Range>& scripts)
        : tally_(words(groups_of), groups, scripts) {}

    nb::tuple of(const nb::str& text) {
        dedup::Tally::Counts counts;
        const auto own = dedup::view(text);
        const auto counted = [&](const auto* from) { return tally_.of(from, own.size, counts); };
        while (const auto unknown = own.visit(counted)) {
            const auto char_of = dedup::string_of({*unknown});
            const auto is_space = nb::cast<bool>(char_of.attr("isspace")());
            tally_.tell(*unknown, is_space ? std::nullopt : std::optional(dedup::characters_of(char_of.attr("casefold")())));
        }
        nb::list groups, scripts;
        for (const auto count : counts.groups) groups.append(count);
        for (const auto is_there : counts.scripts) scripts.append(bool{is_there});
        return nb::make_tuple(counts.words, groups, scripts);
    }

private:
    dedup::Tally tally_;
};

}  // namespace

void dedup::add_tally(nb::module_& module) {
    nb::class_<PythonTally>(module, "Tally")
        .def(nb::init<const nb::dict&, std::size_t, const std::vector<dedup::Tally::Range>&>(), nb::arg("groups_of"),
             nb::arg("groups"), nb::arg("scripts"))
        .def("of", &PythonTally::of, nb::arg("text"));
}
