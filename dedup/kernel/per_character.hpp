// What is known of characters, by their code points: told once each, by Python.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace dedup {

template <class Known>
class PerCharacter {
public:
    // Throws std::out_of_range where there is no such code point.
    Known& of(char32_t code) {
        auto& page = pages_.at(code / page_size);
        if (!page) page = std::make_unique<std::array<Known, page_size>>();
        return (*page)[code % page_size];
    }

private:
    static constexpr std::size_t page_size = 256, code_points = 0x110000;
    std::vector<std::unique_ptr<std::array<Known, page_size>>> pages_{code_points / page_size};
};

}  // namespace dedup
