// What is known of characters. Nothing of it is written here: `dedup/characters.py` is asked for 256 at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace dedup {

// The classes of a character: `dedup.characters.Class`.
namespace classes {
constexpr std::uint32_t letter = 1, unspaced = 2, mark = 4, invisible = 8, space = 16, word = 32, upper = 64, number = 128,
                        blank = 256, joins = 512, unfolded = 1024;
}

// A character as UTF-8, folded: at most seven bytes.
struct Folded {
    std::uint8_t size = 0;
    char bytes[7] = {};
};

// Some characters of a page's `more`.
struct Several {
    std::uint32_t first = 0, size = 0;
};

struct Character {
    std::uint32_t classes = 0;
    std::uint8_t first_order = 0, last_order = 0;  // canonical combining classes of its decomposition's ends
    Several plain, lowered;
    Folded folded;
};

constexpr std::size_t page_size = 256;

struct CharacterPage {
    std::array<Character, page_size> characters;
    std::u32string more;  // what `plain` and `lowered` stand in
};

// All characters that were met. `load` is called once for a page, with its number, and may throw.
class Characters {
public:
    using Load = std::function<std::unique_ptr<CharacterPage>(std::uint32_t)>;

    const CharacterPage& page(char32_t code, const Load& load) {
        auto& found = pages_[code / page_size];
        if (!found) found = load(static_cast<std::uint32_t>(code / page_size));
        return *found;
    }

private:
    std::array<std::unique_ptr<CharacterPage>, 0x110000 / page_size> pages_;
};

// The characters, with the function that tells more of them.
class Alphabet {
public:
    Alphabet(Characters& characters, const Characters::Load& load)
        : characters_(characters), load_(load), ascii_(characters.page(0, load)) {}

    // `code` is below 0x110000, as it is in every str.
    const CharacterPage& page(char32_t code) const { return code < page_size ? ascii_ : characters_.page(code, load_); }
    const Character& operator[](char32_t code) const { return page(code).characters[code % page_size]; }

private:
    Characters& characters_;
    const Characters::Load& load_;
    const CharacterPage& ascii_;
};

}  // namespace dedup
