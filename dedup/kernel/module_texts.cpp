// What Python sees of words and prints.
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <string>

#include "distinct.hpp"
#include "hash.hpp"
#include "marked.hpp"
#include "python_texts.hpp"
#include "utf8.hpp"
#include "words.hpp"

namespace dedup {
namespace {

// A page as `dedup.characters.page` gives it.
std::unique_ptr<CharacterPage> page_of(const nb::tuple& rows) {
    if (rows.size() != 5) throw std::invalid_argument("this is no page of characters");
    const auto known = nb::cast<nb::bytes>(rows[0]), orders = nb::cast<nb::bytes>(rows[1]);
    const auto plain = nb::cast<nb::list>(rows[2]), lowered = nb::cast<nb::list>(rows[3]), folded = nb::cast<nb::list>(rows[4]);
    if (known.size() != page_size * sizeof(std::uint32_t) || orders.size() != page_size * 2 || plain.size() != page_size ||
        lowered.size() != page_size || folded.size() != page_size) {
        throw std::invalid_argument("this is no page of characters");
    }
    auto page = std::make_unique<CharacterPage>();
    for (std::size_t at = 0; at < page_size; ++at) {
        std::memcpy(&page->classes[at], known.c_str() + at * sizeof page->classes[at], sizeof page->classes[at]);
        page->first_orders[at] = static_cast<std::uint8_t>(orders.c_str()[2 * at]);
        page->last_orders[at] = static_cast<std::uint8_t>(orders.c_str()[2 * at + 1]);
        page->plain.set(at, characters_of(plain[at]));
        page->lowered.set(at, characters_of(lowered[at]));
        const auto bytes = nb::cast<nb::bytes>(folded[at]);
        auto& own = page->folded[at];
        if (bytes.size() > sizeof own.bytes) throw std::invalid_argument("a folding is too long");
        own.size = static_cast<std::uint8_t>(bytes.size());
        std::memcpy(own.bytes, bytes.c_str(), bytes.size());
    }
    return page;
}

nb::object prints_of(const nb::list& texts, const Column<std::int64_t>& owners, const Column<std::int32_t>& starts,
                     const Column<std::int32_t>& ends, const nb::callable& page) {
    const auto load = loader(page);
    auto found = prints(spans(texts, owners, starts, ends), Alphabet(known(), load));
    return nb::make_tuple(array(std::move(found.exact)), array(std::move(found.frame)), array(std::move(found.words)),
                          array(std::move(found.bounds)), array(std::move(found.unknown)));
}

nb::object words_of(const nb::list& texts, const Column<std::int64_t>& owners, const Column<std::int32_t>& starts,
                    const Column<std::int32_t>& ends, const nb::callable& page) {
    const auto load = loader(page);
    auto found = word_columns(spans(texts, owners, starts, ends), Alphabet(known(), load));
    return nb::make_tuple(array(std::move(found.hashes)), array(std::move(found.bounds)), array(std::move(found.counts)),
                          array(std::move(found.unknown)));
}

nb::object bare_of(const nb::str& text, const Column<std::int32_t>& starts, const Column<std::int32_t>& ends, const nb::callable& page) {
    if (starts.size() != ends.size()) throw std::invalid_argument("columns of different lengths");
    const std::vector<std::int64_t> owners(starts.size(), 0);
    const auto load = loader(page);
    const auto found = bare({{view(text)}, owners.data(), starts.data(), ends.data(), owners.size()}, Alphabet(known(), load));
    nb::list texts, counts, unknown;
    for (const auto& each : found.texts) texts.append(string_of(each));
    for (const auto each : found.counts) counts.append(each);
    for (const auto each : found.unknown) unknown.append(each);
    return nb::make_tuple(texts, counts, unknown);
}

nb::object distinct_of(const nb::list& texts, const Column<std::int64_t>& owners, const Column<std::int32_t>& starts,
                       const Column<std::int32_t>& ends, const Column<std::int64_t>& groups) {
    const auto own = spans(texts, owners, starts, ends);
    if (groups.size() != own.size) throw std::invalid_argument("columns of different lengths");
    auto found = distinct(own, groups.data());
    return nb::make_tuple(array(std::move(found.numbers)), array(std::move(found.firsts)));
}

nb::object marked_words_of(const nb::str& text, const Column<std::int32_t>& starts, const Column<std::int32_t>& ends,
                           const Column<std::uint8_t>& kinds, const std::optional<Column<std::int32_t>>& unread, const nb::callable& page) {
    if (starts.size() != ends.size() || starts.size() != kinds.size()) throw std::invalid_argument("columns of different lengths");
    const std::vector<std::int64_t> owners(starts.size(), 0);
    const auto load = loader(page);
    const Unread hidden = unread ? Unread{true, unread->data(), unread->size()} : Unread{false, nullptr, 0};
    try {
        const Spans own{{view(text)}, owners.data(), starts.data(), ends.data(), owners.size()};
        MarkedWords found;
        {
            nb::gil_scoped_release free;
            found = marked_words(own, kinds.data(), hidden, Alphabet(known(), load));
        }
        return nb::make_tuple(array(std::move(found.hashes)), array(std::move(found.starts)), array(std::move(found.ends)),
                              array(std::move(found.marks)));
    } catch (const Unknown&) {
        return nb::none();
    }
}

nb::object marked_texts_of(const nb::list& texts, const Column<std::int32_t>& starts, const Column<std::int32_t>& ends,
                           const Column<std::uint8_t>& kinds, const Column<std::int64_t>& bounds, const nb::callable& page) {
    const auto count = static_cast<std::int64_t>(starts.size());
    const bool whole = bounds.size() == texts.size() + 1 && bounds.data()[0] == 0 && bounds.data()[texts.size()] == count &&
                       std::is_sorted(bounds.data(), bounds.data() + bounds.size());
    if (!whole) throw std::invalid_argument("the bounds are not those of the spans");
    if (starts.size() != ends.size() || starts.size() != kinds.size()) throw std::invalid_argument("columns of different lengths");
    std::vector<std::int64_t> owners(starts.size());
    for (std::size_t text = 0; text < texts.size(); ++text) {
        std::fill(owners.begin() + bounds.data()[text], owners.begin() + bounds.data()[text + 1], static_cast<std::int64_t>(text));
    }
    const Held held(texts);
    const auto load = loader(page);
    const Spans own{held.views(), owners.data(), starts.data(), ends.data(), owners.size()};
    MarkedTexts found;
    {
        nb::gil_scoped_release free;
        found = marked_texts(own, kinds.data(), span(bounds), Alphabet(known(), load));
    }
    auto& words = found.words;
    return nb::make_tuple(array(std::move(words.hashes)), array(std::move(words.starts)), array(std::move(words.ends)),
                          array(std::move(words.marks)), array(std::move(found.bounds)), array(std::move(found.unknown)));
}

Array<std::uint64_t> hashes_of(const nb::list& texts) {
    std::vector<std::uint64_t> hashes;
    std::string bytes;
    for (const auto text : texts) {
        encode(view(text), bytes);
        hashes.push_back(hash_of(bytes));
    }
    return array(std::move(hashes));
}

}  // namespace

Characters::Load loader(const nb::callable& page) {
    return [page](std::uint32_t number) {
        nb::gil_scoped_acquire lock;
        const auto rows = page(number);
        try {
            return page_of(nb::cast<nb::tuple>(rows));
        } catch (const nb::cast_error&) {
            throw std::invalid_argument("this is no page of characters");
        }
    };
}

Characters& known() {
    static Characters characters;
    return characters;
}

void add_texts(nb::module_& module) {
    module.def("prints", &prints_of, nb::arg("texts"), nb::arg("owners"), nb::arg("starts"), nb::arg("ends"), nb::arg("page"));
    module.def("words", &words_of, nb::arg("texts"), nb::arg("owners"), nb::arg("starts"), nb::arg("ends"), nb::arg("page"));
    module.def("bare", &bare_of, nb::arg("text"), nb::arg("starts"), nb::arg("ends"), nb::arg("page"));
    module.def("distinct", &distinct_of, nb::arg("texts"), nb::arg("owners"), nb::arg("starts"), nb::arg("ends"), nb::arg("groups"));
    module.def("marked_words", &marked_words_of, nb::arg("text"), nb::arg("starts"), nb::arg("ends"), nb::arg("kinds"),
               nb::arg("unread").none(), nb::arg("page"));
    module.def("marked_texts", &marked_texts_of, nb::arg("texts"), nb::arg("starts"), nb::arg("ends"), nb::arg("kinds"),
               nb::arg("bounds"), nb::arg("page"));
    module.def("hashes", &hashes_of, nb::arg("texts"));
}

}  // namespace dedup
