// The characters of a str where it keeps them, in one, two or four bytes each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace dedup {

struct TextView {
    const void* data = nullptr;
    std::size_t size = 0;  // characters
    int width = 1;         // bytes of one

    std::size_t bytes() const { return size * static_cast<std::size_t>(width); }

    // Call `use` with a pointer to the first character, of whatever type the characters are.
    template <class Use>
    auto visit(Use use) const {
        switch (width) {
            case 1: return use(static_cast<const std::uint8_t*>(data));
            case 2: return use(static_cast<const std::uint16_t*>(data));
            default: return use(static_cast<const std::uint32_t*>(data));
        }
    }
};

// Parts of texts: span i is texts[owners[i]][starts[i]:ends[i]].
struct Spans {
    std::vector<TextView> texts;
    const std::int64_t* owners;
    const std::int32_t *starts, *ends;
    std::size_t size;

    // Call `use` with a pointer to the first character of a span and how many it has.
    //
    // Throws std::invalid_argument where it does not lie in its text.
    template <class Use>
    void visit(std::size_t at, Use use) const {
        const auto& text = texts[owner(at)];
        const auto start = static_cast<std::size_t>(starts[at]), end = static_cast<std::size_t>(ends[at]);
        if (starts[at] < 0 || end < start || end > text.size) throw std::invalid_argument("a span lies outside its text");
        text.visit([&](auto* characters) { use(characters + start, end - start); });
    }

    // The characters of a span where they are; throws as `visit` does.
    TextView part(std::size_t at) const {
        const auto& text = texts[owner(at)];
        TextView own;
        visit(at, [&](auto* first, std::size_t size) { own = {first, size, text.width}; });
        return own;
    }

    // Put the characters of a span into `out`; throws as `visit` does.
    void read(std::size_t at, std::u32string& out) const {
        visit(at, [&](auto* first, std::size_t size) { out.assign(first, first + size); });
    }

    // Whether a span that was read before is just this text.
    bool holds(std::size_t at, const std::u32string& text) const {
        const auto start = static_cast<std::size_t>(starts[at]), size = static_cast<std::size_t>(ends[at]) - start;
        return size == text.size() && texts[owner(at)].visit([&](auto* characters) {
            return std::equal(text.begin(), text.end(), characters + start);
        });
    }

    // The character before a span that was read before, 0 if none stands there.
    char32_t before(std::size_t at) const {
        if (starts[at] == 0) return 0;
        return texts[owner(at)].visit([&](auto* characters) { return static_cast<char32_t>(characters[starts[at] - 1]); });
    }

    std::size_t owner(std::size_t at) const {
        if (owners[at] < 0 || static_cast<std::size_t>(owners[at]) >= texts.size()) throw std::invalid_argument("a span has no text");
        return static_cast<std::size_t>(owners[at]);
    }
};

}  // namespace dedup
