// A page's XML cut at its tags, and what they mean.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "markup.hpp"

namespace dedup {

// The tags of a page, each with the text behind it.
class Tokens {
public:
    explicit Tokens(std::string_view xml) : xml_(xml), at_(std::min(xml.find('<'), xml.size())) {}

    std::string_view markup, text;

    bool next() {
        if (at_ == xml_.size()) return false;
        const auto close = xml_.find('>', at_);
        if (close == std::string_view::npos || close == at_ + 1) throw std::invalid_argument("a tag does not end, or holds nothing");
        markup = xml_.substr(at_ + 1, close - at_ - 1);
        at_ = std::min(xml_.find('<', close), xml_.size());
        text = xml_.substr(close + 1, at_ - close - 1);
        return true;
    }

    // Pass by all that an element holds whose start tag was read; `text` is what follows it.
    void skip() {
        for (std::size_t depth = 1; depth > 0;) {
            if (!next()) {
                text = {};
                return;
            }
            if (markup.front() == '/') --depth;
            else if (markup.back() != '/') ++depth;
        }
    }

private:
    std::string_view xml_;
    std::size_t at_;
};

// What the tags that came last mean: most tags of a page stand there many times. Each has one place to be remembered in,
// so that no page can make it slow or large.
class Marks {
public:
    struct Known {
        std::string_view markup;  // of a page that is being read; empty: none
        Mark mark{};
    };

    Known of(std::string_view markup) {
        return of(markup, [](std::string_view lasting) { return lasting; });
    }

    // Of a tag whose markup does not last; `kept` gives one that does as long as this.
    template <class Keep>
    Known of(std::string_view markup, Keep kept) {
        auto& known = known_[place(markup)];
        if (known.markup != markup) known = {kept(markup), mark_of(markup)};
        return known;
    }

private:
    static std::size_t place(std::string_view markup) {
        std::uint64_t first = 0, last = 0;
        const auto size = std::min<std::size_t>(markup.size(), sizeof first);
        std::memcpy(&first, markup.data(), size);
        std::memcpy(&last, markup.data() + markup.size() - size, size);
        return ((first * 3 + last + markup.size()) * 0x9E3779B97F4A7C15U) >> (64 - place_bits);
    }

    static constexpr int place_bits = 8;
    std::array<Known, 1U << place_bits> known_;
};

}  // namespace dedup
