// What Python sees of sketches, of words and straight from texts.
#include <random>

#include "bits.hpp"
#include "python_sketch.hpp"
#include "python_texts.hpp"
#include "word_keys.hpp"
#include "sketch.hpp"
#include "text_words.hpp"

namespace dedup {
namespace {

Passages passages(const Column<std::uint64_t>& words, const Column<std::int64_t>& bounds) {
    if (bounds.size() == 0) throw std::invalid_argument("the bounds are not those of the words");
    const Passages out{words.data(), bounds.data(), bounds.size() - 1};
    out.check(words.size());
    return out;
}

Table<std::uint64_t> keys_of(const Column<std::uint64_t>& words, const Column<std::int64_t>& bounds, const Asked& asked) {
    const auto shape = shape_of(asked);
    const auto own = passages(words, bounds);
    std::vector<std::uint64_t> keys;
    {
        nb::gil_scoped_release free;
        keys = band_keys(own, shape);
    }
    return table(std::move(keys), own.size, shape.bands);
}

nb::object seeds_of(const Column<std::uint64_t>& words, const Column<std::int64_t>& bounds, std::size_t shingle, std::size_t window) {
    const auto own = passages(words, bounds);
    Seeds found;
    {
        nb::gil_scoped_release free;
        found = seeds(own, shingle, window);
    }
    return nb::make_tuple(array(std::move(found.hashes)), array(std::move(found.places)));
}

nb::object parted_seeds_of(const Column<std::uint64_t>& words, const Column<std::int64_t>& bounds, std::size_t shingle, std::size_t window, unsigned bits) {
    const auto own = passages(words, bounds);
    PartedSeeds found;
    {
        nb::gil_scoped_release free;
        found = parted(seeds(own, shingle, window), bits);
    }
    return nb::make_tuple(array(std::move(found.hashes)), array(std::move(found.places)), array(std::move(found.parts)));
}

nb::object word_keys_of(const Column<std::uint64_t>& words, const Column<std::uint8_t>& marks, const Column<std::int64_t>& bounds,
                        std::size_t min_words, const Asked& asked) {
    const auto shape = shape_of(asked);
    const auto own = passages(words, bounds);
    if (marks.size() != words.size()) throw std::invalid_argument("columns of different lengths");
    WordKeys found;
    {
        nb::gil_scoped_release free;
        found = word_keys(own, marks.data(), min_words, shape);
    }
    const auto count = found.signed_.size();
    return nb::make_tuple(table(std::move(found.keys), count, shape.bands), array(std::move(found.signed_)),
                          table(std::move(found.document_keys), own.size, shape.bands), table(std::move(found.prints), own.size, 2));
}

Array<std::uint32_t> random_numbers(std::uint32_t seed, std::size_t count) {
    std::mt19937 chance(seed);
    std::vector<std::uint32_t> numbers(count);
    for (auto& number : numbers) number = static_cast<std::uint32_t>(chance());
    return array(std::move(numbers));
}

nb::object signatures_of(const nb::list& texts, std::size_t shingle, const Column<std::uint32_t>& multipliers,
                         const Column<std::uint32_t>& increments, const nb::callable& page) {
    const auto shape = shape_of({shingle, {1, multipliers.size()}, multipliers, increments});
    const Held held(texts);
    const auto load = loader(page);
    const auto width = multipliers.size(), count = held.views().size();
    std::vector<std::uint32_t> slots(width * count, 0xFFFFFFFFU);
    std::vector<std::int64_t> unknown;
    {
        nb::gil_scoped_release free;
        const Alphabet alphabet(known(), load);
        WordReader reader(alphabet, WordReader::Which::read);
        Sketcher sketcher(shape);
        for (std::size_t at = 0; at < count; ++at) {
            const bool read = reader.read(held.views()[at]);
            if (at + 1 < count) fetch(held.views()[at + 1].data, held.views()[at + 1].bytes());
            if (!read) unknown.push_back(static_cast<std::int64_t>(at));
            else sketcher.sketch(reader.hashes().values, reader.hashes().size(), slots.data() + at * width);
        }
    }
    return nb::make_tuple(table(std::move(slots), count, width), array(std::move(unknown)));
}

// The words of texts that are asked for as wholes: `dedup.near`.
nb::object whole_words_of(const nb::list& texts, const nb::callable& page) {
    const Held held(texts);
    const auto load = loader(page);
    std::vector<std::uint64_t> hashes;
    std::vector<std::int64_t> bounds{0}, unknown;
    std::vector<std::int64_t> places;
    {
        nb::gil_scoped_release free;
        const Alphabet alphabet(known(), load);
        WordReader reader(alphabet, WordReader::Which::drawn, true);
        for (std::size_t at = 0; at < held.views().size(); ++at) {
            std::int64_t start = 0, end = 0;
            if (!reader.read(held.views()[at])) {
                unknown.push_back(static_cast<std::int64_t>(at));
            } else if (const auto own = reader.hashes(); !own.empty()) {
                hashes.insert(hashes.end(), own.begin(), own.end());
                start = reader.starts()[0];
                end = reader.ends()[own.size() - 1];
            }
            places.push_back(start);
            places.push_back(end);
            bounds.push_back(static_cast<std::int64_t>(hashes.size()));
        }
    }
    const auto count = held.views().size();
    return nb::make_tuple(array(std::move(hashes)), array(std::move(bounds)), table(std::move(places), count, 2), array(std::move(unknown)));
}

nb::object text_keys_of(const Column<std::uint8_t>& bytes, const Column<std::int64_t>& bounds, const Asked& asked, bool whole, const nb::callable& page) {
    const auto shape = shape_of(asked);
    const auto which = whole ? WordReader::Which::drawn : WordReader::Which::read;
    const Ragged<std::uint8_t> texts({bytes.data(), bytes.size()}, span(bounds));
    const auto load = loader(page);
    const auto count = texts.size();
    std::vector<std::int64_t> counts(count), unknown;
    std::vector<std::uint64_t> prints(2 * count), keys(shape.bands * count);
    {
        nb::gil_scoped_release free;
        const Alphabet alphabet(known(), load);
        WordReader reader(alphabet, which);
        Sketcher sketcher(shape);
        std::vector<std::uint32_t> slots(shape.bands * shape.rows);
        for (std::size_t at = 0; at < count; ++at) {
            const auto own = texts[at];
            if (!reader.read(std::string_view(reinterpret_cast<const char*>(own.values), own.size()))) {
                unknown.push_back(static_cast<std::int64_t>(at));
                continue;
            }
            const auto words = reader.hashes();
            counts[at] = static_cast<std::int64_t>(words.size());
            const auto print = wide().digest(words.values, words.size() * sizeof(std::uint64_t));
            prints[2 * at] = print.low;
            prints[2 * at + 1] = print.high;
            sketcher.sketch(words.values, words.size(), slots.data());
            make_keys(slots.data(), shape.bands, shape.rows, keys.data() + at * shape.bands);
        }
    }
    return nb::make_tuple(array(std::move(counts)), table(std::move(prints), count, 2), table(std::move(keys), count, shape.bands), array(std::move(unknown)));
}

}  // namespace

void add_sketch(nb::module_& module) {
    module.def("band_keys", &keys_of, nb::arg("words"), nb::arg("bounds"), nb::arg("sketch"));
    module.def("parted_seeds", &parted_seeds_of, nb::arg("words"), nb::arg("bounds"), nb::arg("shingle"), nb::arg("window"), nb::arg("bits"));
    module.def("word_keys", &word_keys_of, nb::arg("words"), nb::arg("marks"), nb::arg("bounds"), nb::arg("min_words"), nb::arg("sketch"));
    module.def("seeds", &seeds_of, nb::arg("words"), nb::arg("bounds"), nb::arg("shingle"), nb::arg("window"));
    module.def("random_numbers", &random_numbers, nb::arg("seed"), nb::arg("count"));
    module.def("signatures", &signatures_of, nb::arg("texts"), nb::arg("shingle"), nb::arg("multipliers"), nb::arg("increments"), nb::arg("page"));
    module.def("whole_words", &whole_words_of, nb::arg("texts"), nb::arg("page"));
    module.def("text_keys", &text_keys_of, nb::arg("data"), nb::arg("bounds"), nb::arg("sketch"), nb::arg("whole"), nb::arg("page"));
    module.def("instructions", &wide_name);
}

}  // namespace dedup
