// What is known of characters. Nothing of it is written here: `dedup/characters.py` is asked for 256 at a time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace dedup {

// The classes of a character: `dedup.characters.Class`.
namespace classes {
constexpr std::uint32_t letter = 1, unspaced = 2, mark = 4, invisible = 8, space = 16, word = 32, upper = 64, number = 128,
                        blank = 256, joins = 512, unfolded = 1024, alphabetic = 2048, digit = 4096, opening = 8192, capital = 16384,
                        small = 32768, decimal = 65536, phrased = 131072, leads = 262144, alphanumeric = 524288;
}

constexpr std::size_t page_size = 256;

// What a character becomes that does not become one character.
constexpr char32_t several = 0xFFFFFFFF;

// 256 characters, a column for each thing that is known of them: what all texts ask for lies close together.
struct CharacterPage {
    // As UTF-8: at most seven bytes, so that eight can be copied whatever their number.
    struct Folded {
        char bytes[7] = {};
        std::uint8_t size = 0;
    };
    // What a character becomes.
    class Becomes {
    public:
        void set(std::size_t at, const std::u32string& text) {
            one_[at] = text.size() == 1 ? text[0] : several;
            if (text.size() != 1) more_[static_cast<std::uint8_t>(at)] = text;
        }
        char32_t one(std::size_t at) const { return one_[at]; }  // or `several`
        const std::u32string& more(std::size_t at) const { return more_.at(static_cast<std::uint8_t>(at)); }

    private:
        std::array<char32_t, page_size> one_{};
        std::map<std::uint8_t, std::u32string> more_;
    };

    std::array<std::uint32_t, page_size> classes{};
    std::array<Folded, page_size> folded;
    Becomes lowered, plain;
    std::array<std::uint8_t, page_size> first_orders{}, last_orders{};  // canonical combining classes of the decomposition's ends
};

inline bool is_any(char32_t code, std::u32string_view of) {
    for (const auto each : of) {
        if (code == each) return true;
    }
    return false;
}

// All characters that were met, for any number of threads. `load` is called with the number of a page that nobody met yet,
// by each thread that meets it then, and may throw: what it needs, such as Python's lock, it takes itself.
class Characters {
public:
    using Load = std::function<std::unique_ptr<CharacterPage>(std::uint32_t)>;

    Characters() = default;
    Characters(const Characters&) = delete;
    Characters& operator=(const Characters&) = delete;
    ~Characters() {
        for (auto& page : pages_) delete page.load();
    }

    const CharacterPage& page(char32_t code, const Load& load) {
        auto& place = pages_[code / page_size];
        if (const auto* found = place.load(std::memory_order_acquire)) return *found;
        auto made = load(static_cast<std::uint32_t>(code / page_size));
        CharacterPage* first = nullptr;  // another thread may have been faster: all pages of a number are the same
        return place.compare_exchange_strong(first, made.get(), std::memory_order_acq_rel) ? *made.release() : *first;
    }

private:
    std::array<std::atomic<CharacterPage*>, 0x110000 / page_size> pages_{};
};

// The characters, with the function that tells more of them.
class Alphabet {
public:
    Alphabet(Characters& characters, const Characters::Load& load)
        : characters_(characters), load_(load), first_(characters.page(0, load)) {
        for (std::size_t at = 0; at < ascii_letters_.size(); ++at) {
            if (first_.classes[at] & classes::letter) ascii_letters_[at] = first_.folded[at].bytes[0];
        }
    }

    // `code` is below 0x110000, as it is in every str.
    const CharacterPage& page(char32_t code) const { return code < page_size ? first_ : characters_.page(code, load_); }
    std::uint32_t classes(char32_t code) const { return page(code).classes[code % page_size]; }

    // What a letter of ASCII folds to; 0 for all others. Most of what is read is such letters.
    char ascii_letter(char32_t code) const { return code < ascii_letters_.size() ? ascii_letters_[code] : 0; }

private:
    Characters& characters_;
    const Characters::Load& load_;
    const CharacterPage& first_;
    std::array<char, 128> ascii_letters_{};
};

}  // namespace dedup
