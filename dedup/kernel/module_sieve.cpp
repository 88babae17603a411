// The sieve as Python sees it.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include "python_texts.hpp"
#include "sieve.hpp"

namespace {

std::vector<dedup::Sieve::String> strings(const nb::dict& clauses_of) {
    std::vector<dedup::Sieve::String> found;
    for (const auto& [string, clauses] : clauses_of) {
        found.emplace_back(dedup::characters_of(string), nb::cast<std::vector<std::uint32_t>>(clauses));
    }
    return found;
}

// Holds the GIL: a text takes microseconds, and what is seen is noted in the sieve.
class PythonSieve {
public:
    PythonSieve(const nb::dict& clauses_of, const nb::dict& clauses_of_mark, const std::vector<std::uint32_t>& pattern_of,
          const std::vector<std::uint32_t>& counts, const std::vector<dedup::Sieve::Limits>& limits, nb::callable letters_of)
        : sieve_(strings(clauses_of), strings(clauses_of_mark), pattern_of, counts, limits), letters_of_(std::move(letters_of)) {}

    nb::list sift(const nb::str& text, std::uint32_t low, std::uint32_t high) {
        const auto own = dedup::view(text);
        const auto sifted = [&](const auto* from) { return sieve_.sift(from, own.size, {low, high}, found_); };
        while (const auto unknown = own.visit(sifted)) {
            sieve_.tell(*unknown, dedup::characters_of(letters_of_(dedup::string_of({*unknown}))));
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
                      const std::vector<dedup::Sieve::Limits>&, nb::callable>(),
             nb::arg("clauses_of"), nb::arg("clauses_of_mark"), nb::arg("pattern_of"), nb::arg("counts"), nb::arg("limits"),
             nb::arg("letters_of"))
        .def("sift", &PythonSieve::sift, nb::arg("text"), nb::arg("low") = 0, nb::arg("high") = 0);
}
