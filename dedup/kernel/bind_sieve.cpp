// The sieve as Python sees it.
#include "bind_sieve.hpp"

#include <nanobind/stl/vector.h>

#include "sieve.hpp"

namespace nb = nanobind;

namespace {

std::u32string characters(nb::handle text) {
    if (!PyUnicode_Check(text.ptr())) throw nb::type_error("a str is wanted");
    const auto size = PyUnicode_GET_LENGTH(text.ptr());
    std::u32string found(static_cast<std::size_t>(size), U'\0');
    for (Py_ssize_t at = 0; at < size; ++at) found[static_cast<std::size_t>(at)] = PyUnicode_READ_CHAR(text.ptr(), at);
    return found;
}

std::vector<dedup::Sieve::String> strings(const nb::dict& clauses_of) {
    std::vector<dedup::Sieve::String> found;
    for (const auto& [string, clauses] : clauses_of) {
        found.emplace_back(characters(string), nb::cast<std::vector<std::uint32_t>>(clauses));
    }
    return found;
}

// Holds the GIL: a text takes microseconds, and what is seen is noted in the sieve.
class Sieve {
public:
    Sieve(const nb::dict& clauses_of, const nb::dict& clauses_of_mark, const std::vector<std::uint32_t>& pattern_of,
          const std::vector<std::uint32_t>& counts, nb::callable letters_of)
        : sieve_(strings(clauses_of), strings(clauses_of_mark), pattern_of, counts), letters_of_(std::move(letters_of)) {}

    nb::list sift(const nb::str& text) {
        while (const auto unknown = sifted(text.ptr())) {
            const auto char_of = nb::steal<nb::str>(PyUnicode_FromOrdinal(static_cast<int>(*unknown)));
            if (!char_of.is_valid()) nb::raise_python_error();
            sieve_.tell(*unknown, characters(letters_of_(char_of)));
        }
        nb::list numbers;
        for (const auto number : found_) numbers.append(number);
        return numbers;
    }

private:
    std::optional<char32_t> sifted(PyObject* text) {
        const auto size = static_cast<std::size_t>(PyUnicode_GET_LENGTH(text));
        switch (PyUnicode_KIND(text)) {
            case PyUnicode_1BYTE_KIND: return sieve_.sift(PyUnicode_1BYTE_DATA(text), size, found_);
            case PyUnicode_2BYTE_KIND: return sieve_.sift(PyUnicode_2BYTE_DATA(text), size, found_);
            default: return sieve_.sift(PyUnicode_4BYTE_DATA(text), size, found_);
        }
    }

    dedup::Sieve sieve_;
    nb::callable letters_of_;
    std::vector<std::uint32_t> found_;
};

}  // namespace

void bind_sieve(nb::module_& module) {
    nb::class_<Sieve>(module, "Sieve")
        .def(nb::init<const nb::dict&, const nb::dict&, const std::vector<std::uint32_t>&, const std::vector<std::uint32_t>&,
                      nb::callable>(),
             nb::arg("clauses_of"), nb::arg("clauses_of_mark"), nb::arg("pattern_of"), nb::arg("counts"), nb::arg("letters_of"))
        .def("sift", &Sieve::sift, nb::arg("text"));
}
