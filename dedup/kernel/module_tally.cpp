// The tally of words as Python sees it.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include "python.hpp"
#include "strings.hpp"
#include "tally.hpp"

namespace {

std::vector<dedup::Tally::Word> words(const nb::dict& groups_of) {
    std::vector<dedup::Tally::Word> found;
    for (const auto& [word, groups] : groups_of) found.emplace_back(characters(word), nb::cast<std::vector<std::uint32_t>>(groups));
    return found;
}

// Holds the GIL, as the sieve does.
class PythonTally {
public:
    PythonTally(const nb::dict& groups_of, std::size_t groups, const std::vector<dedup::Tally::Range>& scripts)
        : tally_(words(groups_of), groups, scripts) {}

    nb::tuple of(const nb::str& text) {
        dedup::Tally::Counts counts;
        const auto counted = [&](const auto* from, std::size_t size) { return tally_.of(from, size, counts); };
        while (const auto unknown = with_characters(text, counted)) {
            const auto char_of = one_character(*unknown);
            const auto is_space = nb::cast<bool>(char_of.attr("isspace")());
            tally_.tell(*unknown, is_space ? std::nullopt : std::optional(characters(char_of.attr("casefold")())));
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
