// What Python sees of lines of JSONL.
#if defined(__linux__)
#include <malloc.h>
#endif
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "common.hpp"
#include "line_texts.hpp"
#include "lines.hpp"
#include "losses.hpp"
#include "order.hpp"
#include "python_sketch.hpp"
#include "python_texts.hpp"
#include "whole.hpp"

namespace dedup {
namespace {

std::string_view characters(const Column<std::uint8_t>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Of a std::string, or of `Bytes`.
template <class Held>
nb::object array_of(Held&& bytes) {
    static_assert(std::is_rvalue_reference_v<Held&&>);
    auto held = std::make_unique<Held>(std::move(bytes));
    auto* own = held.get();
    nb::capsule owner(own, [](void* each) noexcept { std::unique_ptr<Held>(static_cast<Held*>(each)); });
    held.release();
    return nb::cast(Array<std::uint8_t>(reinterpret_cast<std::uint8_t*>(own->data()), {own->size()}, owner));
}

nb::object strings_of(Strings&& strings) {
    return nb::make_tuple(array_of(std::move(strings.bytes)), array(std::move(strings.bounds)));
}

// Rows of different lengths, as Python has them: the values and the bounds.
template <class T>
using RaggedColumn = std::pair<Column<T>, Column<std::int64_t>>;

template <class T>
Ragged<T> ragged(const RaggedColumn<T>& column) {
    return Ragged<T>(span(column.first), span(column.second));
}

nb::object lines_of(const Column<std::uint8_t>& piece, const Asked& asked, std::size_t min_words, std::size_t max_bytes, bool words, const nb::callable& page) {
    const auto shape = shape_of(asked);
    const auto load = loader(page);
    Lines lines;
    {
        nb::gil_scoped_release free;
        lines = read_lines(characters(piece), shape, {min_words, max_bytes, words}, Alphabet(known(), load));
    }
    const auto count = lines.states.size();
    nb::dict out;
    out["states"] = array(std::move(lines.states));
    out["numbers"] = array(std::move(lines.numbers));
    out["starts"] = array(std::move(lines.starts));
    out["ends"] = array(std::move(lines.ends));
    out["text_starts"] = array(std::move(lines.text_starts));
    out["text_ends"] = array(std::move(lines.text_ends));
    out["characters"] = array(std::move(lines.characters));
    out["words"] = array(std::move(lines.words));
    out["digests"] = table(std::move(lines.digests), count, 2);
    out["prints"] = table(std::move(lines.prints), count, 2);
    out["keys"] = table(std::move(lines.keys), shape.bands, count);
    out["ids"] = strings_of(std::move(lines.ids));
    out["dates"] = strings_of(std::move(lines.dates));
    out["urls"] = strings_of(std::move(lines.urls));
    out["sites"] = strings_of(std::move(lines.sites));
    return nb::make_tuple(out, lines.count);
}

nb::object common_of(std::vector<std::string> files, const Rows<std::int64_t>& places, const Rows<std::int64_t>& pairs, std::size_t shingle, const nb::callable& page) {
    if (pairs.shape(1) != 2 || places.shape(1) != 3) throw std::invalid_argument("columns of another width");
    const TextPlaces texts{std::move(files), span(places)};
    const auto load = loader(page);
    InCommon found;
    {
        nb::gil_scoped_release free;
        found = in_common(texts, span(pairs), shingle, Alphabet(known(), load));
    }
    return nb::make_tuple(array(std::move(found.sizes)), array(std::move(found.common)), array(std::move(found.unknown)));
}

// The columns of lines that are written, in the order of `LinesRead`.
using Read = std::tuple<Column<std::uint8_t>, Column<std::int64_t>, Column<std::int64_t>, Column<std::int64_t>, Column<std::int64_t>, Column<std::int64_t>,
                        Column<std::int64_t>, Rows<std::uint64_t>, Column<std::uint8_t>, Column<std::int64_t>>;

// The tails of those that go, and where passages go, what is left of their texts.
using Gone = std::pair<RaggedColumn<std::uint8_t>, std::optional<RaggedColumn<std::uint8_t>>>;

// Names of sites, the number of that of each row, and the date of each.
using Said = std::tuple<RaggedColumn<std::uint8_t>, Column<std::int64_t>, RaggedColumn<std::uint8_t>>;

nb::object written_of(const Column<std::uint8_t>& piece, const Read& read, const std::pair<Column<std::int64_t>, Column<std::int64_t>>& which,
                      const Gone& gone, const Said& said, std::pair<nb::bytes, std::int64_t> place) {
    const auto& [states, numbers, starts, ends, text_starts, text_ends, characters_, digests, ids, id_bounds] = read;
    const LinesRead lines{span(which.first), span(states), span(numbers), span(starts), span(ends), span(text_starts), span(text_ends),
                          span(characters_), span(digests), Ragged<std::uint8_t>(span(ids), span(id_bounds))};
    const auto& [tails, left] = gone;
    const auto& [names, sites, dates] = said;
    Going going{span(which.second), ragged(tails), {}, ragged(names), span(sites), ragged(dates), {place.first.c_str(), place.first.size()}, place.second};
    if (left) going.left = ragged(*left);
    Written out;
    {
        nb::gil_scoped_release free;
        out = write_lines(characters(piece), lines, going);
    }
    return nb::make_tuple(array_of(std::move(out.clean)), array_of(std::move(out.removed)), array_of(std::move(out.sources)));
}

nb::object tails_of(const RaggedColumn<std::uint8_t>& keepers, const Rows<std::int64_t>& numbers, const Rows<double>& shares) {
    const auto count = numbers.shape(1);
    const WholeGone gone{ragged(keepers), {numbers.data(), count}, {numbers.data() + count, count}, {shares.data(), count}, {shares.data() + count, count}};
    if (gone.keepers.size() != count || numbers.shape(0) != 2 || shares.shape(0) != 2 || shares.shape(1) != count) throw std::invalid_argument("columns of different lengths");
    Strings found;
    {
        nb::gil_scoped_release free;
        found = whole_tails(gone);
    }
    return strings_of(std::move(found));
}

// Have what is freed used again, rather than given back and asked for anew, page by page.
bool keep_memory() {
#if defined(__GLIBC__)
    return mallopt(M_MMAP_THRESHOLD, 64 << 20) == 1 && mallopt(M_TRIM_THRESHOLD, 512 << 20) == 1;
#else
    return false;
#endif
}

// The least words of a block with keys, how its sketch is made, and shingle, window and bits of seeds.
using AskedKeys = std::tuple<std::size_t, Asked, std::tuple<std::size_t, std::size_t, unsigned>>;

nb::object texts_of(const Column<std::uint8_t>& piece, const Column<std::int64_t>& starts, const Column<std::int64_t>& ends, const AskedKeys& asked,
                    const nb::callable& page) {
    const auto& [min_words, sketch, seed] = asked;
    const auto& [seed_shingle, seed_window, seed_bits] = seed;
    const KeysAsked keys_asked{shape_of(sketch), min_words, seed_shingle, seed_window, seed_bits};
    const auto bands = keys_asked.shape.bands, count = starts.size();
    const auto load = loader(page);
    LineTexts found;
    {
        nb::gil_scoped_release free;
        found = line_texts(characters(piece), span(starts), span(ends), keys_asked, Alphabet(known(), load));
    }
    auto& [texts, text_bounds, of_texts, block_bounds, words, bounds, unknown, keys, seeds] = found;
    const auto long_count = words.longs.size() / 2, signed_count = keys.signed_.size();
    const auto columns = nb::make_tuple(array(std::move(words.hashes)), array(std::move(words.marks)), array(std::move(words.starts)),
                                        array(std::move(words.lengths)), array(std::move(words.wraps)), table(std::move(words.longs), long_count, 2));
    const auto blocks = nb::make_tuple(array(std::move(of_texts.firsts)), array(std::move(of_texts.lasts)), array(std::move(of_texts.tags)));
    const auto of_words = nb::make_tuple(table(std::move(keys.keys), signed_count, bands), array(std::move(keys.signed_)),
                                         table(std::move(keys.document_keys), count, bands), table(std::move(keys.prints), count, 2));
    const auto of_seeds = nb::make_tuple(array(std::move(seeds.hashes)), array(std::move(seeds.places)), array(std::move(seeds.parts)));
    return nb::make_tuple(nb::make_tuple(array_of(std::move(texts)), array(std::move(text_bounds))), blocks, array(std::move(block_bounds)),
                          columns, array(std::move(bounds)), nb::make_tuple(of_seeds, of_words), array(std::move(unknown)));
}

nb::object losses_of(const std::pair<RaggedColumn<std::uint8_t>, RaggedColumn<std::uint8_t>>& documents,
                     const std::tuple<Column<std::int32_t>, Column<std::int32_t>, Column<std::int64_t>>& blocks,
                     const std::pair<RaggedColumn<std::int32_t>, RaggedColumn<double>>& copies,
                     const RaggedColumn<std::uint8_t>& keepers, const nb::callable& page) {
    const auto& [starts, ends, bounds] = blocks;
    const Losing losing{ragged(documents.first), ragged(documents.second), Ragged<std::int32_t>(span(starts), span(bounds)),
                        Ragged<std::int32_t>(span(ends), span(bounds)), ragged(copies.first), ragged(copies.second), ragged(keepers)};
    const auto load = loader(page);
    Losses found;
    {
        nb::gil_scoped_release free;
        found = losses(losing, Alphabet(known(), load));
    }
    return nb::make_tuple(strings_of(std::move(found.records)), strings_of(std::move(found.left)), array(std::move(found.losing)),
                          nb::make_tuple(found.counts[0], found.counts[1], found.counts[2], found.counts[3]), array(std::move(found.unknown)));
}

nb::object order_of(const Column<std::uint8_t>& strings, const Column<std::int64_t>& bounds) {
    Order found;
    {
        nb::gil_scoped_release free;
        found = order(Ragged<std::uint8_t>(span(strings), span(bounds)));
    }
    return nb::make_tuple(array(std::move(found.numbers)), found.distinct);
}

nb::object taken_of(const Column<std::int64_t>& pairs, std::size_t documents, const Column<std::uint8_t>& likeness, std::size_t most) {
    Taken found;
    {
        nb::gil_scoped_release free;
        found = taken(span(pairs), documents, span(likeness), most);
    }
    return nb::make_tuple(array(std::move(found.keepers)), array(std::move(found.pairs)), array(std::move(found.wanted)));
}

}  // namespace

void add_lines(nb::module_& module) {
    module.def("keep_memory", &keep_memory);
    module.def("read_lines", &lines_of, nb::arg("piece"), nb::arg("sketch"), nb::arg("min_words"), nb::arg("max_bytes"), nb::arg("words"), nb::arg("page"));
    module.def("order", &order_of, nb::arg("strings"), nb::arg("bounds"));
    module.def("line_texts", &texts_of, nb::arg("piece"), nb::arg("starts"), nb::arg("ends"), nb::arg("asked"), nb::arg("page"));
    module.def("in_common", &common_of, nb::arg("files"), nb::arg("places"), nb::arg("pairs"), nb::arg("shingle"), nb::arg("page"));
    module.def("losses", &losses_of, nb::arg("documents"), nb::arg("blocks"), nb::arg("copies"), nb::arg("keepers"), nb::arg("page"));
    module.def("write_lines", &written_of, nb::arg("piece"), nb::arg("read"), nb::arg("which"), nb::arg("gone"), nb::arg("said"), nb::arg("place"));
    module.def("taken", &taken_of, nb::arg("pairs"), nb::arg("documents"), nb::arg("likeness"), nb::arg("most"));
    module.def("whole_tails", &tails_of, nb::arg("keepers"), nb::arg("numbers"), nb::arg("shares"));
}

}  // namespace dedup
