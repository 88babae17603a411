// The sieve as Python sees it.
#include <nanobind/stl/vector.h>

#include "python.hpp"
#include "sieve.hpp"
#include "strings.hpp"

namespace {

std::vector<dedup::Sieve::String> strings(const nb::dict& clauses_of) {
    std::vector<dedup::Sieve::String> found;
    for (const auto& [string, clauses] : clauses_of) {
        found.emplace_back(characters(string), nb::cast<std::vector<std::uint32_t>>(clauses));
    }
    return found;
}

// Holds the GIL: a text takes microseconds, and what is seen is noted in the sieve.
class PythonSieve {
public:
    PythonSieve(const nb::dict& clauses_of, const nb::dict& clauses_of_mark, const std::vector<std::uint32_t>& pattern_of,
          const std::vector<std::uint32_t>& counts, nb::callable letters_of)
        : sieve_(strings(clauses_of), strings(clauses_of_mark), pattern_of, counts), letters_of_(std::move(letters_of)) {}

    nb::list sift(const nb::str& text) {
        const auto sifted = [&](const auto* from, std::size_t size) { return sieve_.sift(from, size, found_); };
        while (const auto unknown = with_characters(text, sifted)) {
            sieve_.tell(*unknown, characters(letters_of_(one_character(*unknown))));
        }
        nb::list numbers;
        for (const auto number : found_) numbers.append(number);
        return numbers;
    }

private:
    dedup::Sieve sieve_;
    nb::callable letters_of_;
    std::vector<std::uint32_t> found_;
};

}  // namespace

void dedup::add_sieve(nb::module_& module) {
    nb::class_<PythonSieve>(module, "Sieve")
        .def(nb::init<const nb::dict&, const nb::dict&, const std::vector<std::uint32_t>&, const std::vector<std::uint32_t>&,
                      nb::callable>(),
             nb::arg("clauses_of"), nb::arg("clauses_of_mark"), nb::arg("pattern_of"), nb::arg("counts"), nb::arg("letters_of"))
        .def("sift", &PythonSieve::sift, nb::arg("text"));
}
