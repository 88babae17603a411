// What Python sees of the verification of pairs.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>

#include <array>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>

#include "hash.hpp"
#include "packed.hpp"
#include "passages.hpp"
#include "python_texts.hpp"

using namespace nb::literals;

namespace dedup {
namespace {

// Spells a word of which Python knows the letters: what `dedup.misread.spelled` gives.
void spell_by(const nb::object& spelled, nb::handle word, const WordSet& telling, Spelled& out) {
    try {
        const auto [text, kinds, hash] = nb::cast<std::tuple<nb::str, nb::bytes, std::uint64_t>>(spelled(word));
        out.text = characters_of(text);
        out.kinds.assign(kinds.c_str(), kinds.size());
        out.telling = telling.has(hash);
    } catch (const nb::cast_error&) {
        throw std::invalid_argument("this is no word that is spelled");
    }
    if (out.kinds.size() != out.text.size()) throw std::invalid_argument("a word has a kind for each character");
}

// Spells a word of ASCII; `folded` is room to work in. Whether it is one.
bool spell_ascii(const TextView& text, Stretch at, const WordSet& telling, std::string& folded, Spelled& out) {
    folded.clear();
    const bool is_ascii = text.visit([&](auto* characters) {
        for (auto place = at.start; place < at.end; ++place) {
            const auto code = characters[place];
            if (code >= 0x80) return false;
            folded += static_cast<char>(code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code);
        }
        return true;
    });
    if (!is_ascii) return false;
    out.text.assign(folded.begin(), folded.end());
    out.kinds.clear();
    for (const auto each : folded) {
        out.kinds += each >= 'a' && each <= 'z' ? Spelled::alphabetic : each >= '0' && each <= '9' ? Spelled::decimal : char{0};
    }
    out.telling = telling.has(hash_of(folded));
    return true;
}

using Places = std::tuple<Column<std::uint16_t>, Column<std::uint8_t>, Column<std::int64_t>, Rows<std::int64_t>>;
using Written = std::tuple<Places, nb::callable, nb::callable>;

// Spells words where Python has their texts, which it is asked for when a word of them is first wanted. Made and destroyed
// with the lock of the interpreter held.
class PythonSpeller : public Speller {
public:
    // Throws std::invalid_argument where these are not the places of so many words.
    PythonSpeller(const Written& written, Span<std::int64_t> bounds, std::size_t words, const WordSet& telling)
        : written_(std::get<0>(written)), places_(places_of(written_, words)), text_(std::get<1>(written)), spelled_(std::get<2>(written)),
          bounds_(bounds), telling_(telling) {}

    void spell(std::int64_t document, Stretch words, std::vector<Spelled>& out) override {
        nb::gil_scoped_acquire held;
        const auto& own = text_of(document);
        const auto text = view(own);
        out.resize(static_cast<std::size_t>(words.end - words.start));
        for (auto word = words.start; word < words.end; ++word) {
            auto& each = out[static_cast<std::size_t>(word - words.start)];
            const auto first = bounds_[static_cast<std::size_t>(document)];
            const auto place = places_.of(first, first + word);
            const Stretch at{place.start, place.end};
            if (at.start < 0 || at.end < at.start || static_cast<std::size_t>(at.end) > text.size) throw std::invalid_argument("a word lies outside its text");
            if (!spell_ascii(text, at, telling_, folded_, each)) {
                const auto part = nb::steal(PyUnicode_Substring(own.ptr(), at.start, at.end));
                if (!part.is_valid()) nb::raise_python_error();
                spell_by(spelled_, part, telling_, each);
            }
            make_shape(each.text, each.shape);
        }
    }

private:
    struct Known {
        std::int64_t document = -1;
        nb::object text;
    };

    // The text of a document; the last two are kept, one of the document and one of its keeper.
    const nb::object& text_of(std::int64_t document) {
        for (auto& each : known_) {
            if (each.document == document) {
                next_ = &each == known_.data() ? 1 : 0;
                return each.text;
            }
        }
        auto& place = known_[next_];
        next_ = 1 - next_;
        place.document = -1;
        place.text = text_(document);
        place.document = document;
        return place.text;
    }

    static PackedPlaces places_of(const Places& written, std::size_t words) {
        const auto& [starts, lengths, wraps, longs] = written;
        return {span(starts), span(lengths), span(wraps), span(longs), words};
    }

    Places written_;  // holds what the next one reads
    PackedPlaces places_;
    nb::callable text_, spelled_;
    Span<std::int64_t> bounds_;
    const WordSet& telling_;
    std::array<Known, 2> known_;
    std::size_t next_ = 0;
    std::string folded_;
};

nb::object verify_pairs(const std::tuple<Column<std::uint64_t>, Column<std::uint8_t>, Column<std::int64_t>>& words,
                        const Rows<std::int64_t>& pairs, const std::tuple<std::int64_t, double, double>& limits,
                        const Column<std::uint64_t>& telling, const std::optional<Written>& written) {
    const auto& [hashes, marks, bounds] = words;
    if (pairs.shape(1) != 2) throw std::invalid_argument("a pair is of two documents");
    const WordSet told(span(telling));
    std::optional<PythonSpeller> speller;
    if (written) {
        speller.emplace(*written, span(bounds), hashes.size(), told);
    }
    const auto [min_words, similarity, containment] = limits;
    Verified found;
    {
        nb::gil_scoped_release released;
        const Documents documents(span(hashes), span(marks), span(bounds));
        found = verify(documents, span(pairs), {min_words, similarity, containment}, told, speller ? &*speller : nullptr);
    }
    const auto passages = found.spans.size() / 2, runs = found.runs.size() / 3;
    return nb::make_tuple(array(std::move(found.bounds)), table(std::move(found.spans), passages, 2),
                          array(std::move(found.run_bounds)), table(std::move(found.runs), runs, 3));
}

// What the kernel says of two words: for the tests, which compare it with `dedup.misread`.
nb::object compared(const nb::str& word, const nb::str& other, const Column<std::uint64_t>& telling, const nb::callable& spelled) {
    const WordSet told(span(telling));
    std::array<Spelled, 2> both;
    spell_by(spelled, word, told, both[0]);
    spell_by(spelled, other, told, both[1]);
    for (auto& each : both) make_shape(each.text, each.shape);
    const auto& [own, their] = both;
    return nb::make_tuple(string_of(own.shape), is_mixed(own), is_typo(own, their), is_close(own, their), is_near(own, their), is_noise(own, their));
}

}  // namespace

void add_verify(nb::module_& module) {
    module.def("verify_pairs", &verify_pairs, "words"_a, "pairs"_a, "limits"_a, "telling"_a, "written"_a.none());
    module.def("compared_words", &compared, "word"_a, "other"_a, "telling"_a, "spelled"_a);
}

}  // namespace dedup
