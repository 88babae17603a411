// A page's tree as libxml2 2.14 makes it of HTML, without libxml2: in a fifth of the time, most of a page being scripts.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "html_names.hpp"
#include "references.hpp"
#include "tree.hpp"

namespace dedup {

// Things of one kind, which stay where they are.
template <class Thing>
class Arena {
public:
    Thing& add() {
        if (used_ == block_things) {
            blocks_.push_back(std::make_unique<Thing[]>(block_things));
            used_ = 0;
        }
        return blocks_.back()[used_++];
    }

    std::size_t size() const { return blocks_.empty() ? 0 : (blocks_.size() - 1) * block_things + used_; }
    const Thing& operator[](std::size_t number) const { return blocks_[number / block_things][number % block_things]; }

    // Forget the last ones.
    void shrink(std::size_t size) {
        while (this->size() > size) {
            blocks_.back()[--used_] = Thing{};
            if (used_ == 0 && blocks_.size() > 1) {
                blocks_.pop_back();
                used_ = block_things;
            }
        }
    }

private:
    static constexpr std::size_t block_things = 256;
    std::vector<std::unique_ptr<Thing[]>> blocks_;
    std::size_t used_ = block_things;
};

// The elements and texts of a page. `proxy` of an element holds its number.
struct ParsedTree {
    std::unique_ptr<char[]> texts;
    Names names;
    Arena<libxml::Node> nodes;
    Arena<libxml::Attribute> attributes;
    const libxml::Node* root = nullptr;
};

// Parse a page. Without its comments, and without what stands behind the end of its <html>.
//
// Throws Unknown where libxml2 may do otherwise: the page is empty, not in UTF-8, holds NUL or is nested deep.
std::unique_ptr<ParsedTree> parse_html(std::string_view html, const References& references);

}  // namespace dedup
