// All visible text of a page, block by block. The definition is `dedup/html_blocks.py`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "markup.hpp"

namespace dedup {

// The blocks of a page as columns, one row a block; offsets and lengths are characters.
struct Page {
    std::string text;  // the blocks' texts, an empty line between two
    std::vector<std::int32_t> starts, ends, path_numbers;
    std::vector<std::uint8_t> tags;
    std::vector<double> links;
    std::vector<std::string> paths;  // each once
};

// Read a page that libxml2 wrote as XML in UTF-8.
//
// Throws Unknown where only the definition knows what to do, std::invalid_argument where the XML is not well formed.
Page read_page(std::string_view xml);

// What is open while the page is read: the elements, and the text since the last block began or ended.
class Walk {
public:
    // Read a tag. `markup` must last as long as the walk.
    void read(Mark mark, std::string_view markup);
    // Read the text behind it, as XML has it or as it is.
    void read_escaped(std::string_view text);
    void read_plain(std::string_view text);
    Page finish();

private:
    // A place in the page: an element with those around it. Elements that are alike share one, so that its step and path
    // are made once.
    struct Place {
        std::string_view markup;
        std::int32_t outer, older, newest = -1;  // the place around it, the one before it there, the last one in it
        std::int32_t path = -1;                  // its path's number, once asked for
        std::string step;                        // once asked for: a step is never empty
        std::size_t characters = 0;              // of the step
    };
    struct Open {
        std::int32_t place;
        Tag tag;
    };
    struct Block {
        std::size_t start, size, characters;  // start and size: bytes
        Tag tag;
        std::int32_t linked, path;
    };
    struct Row {
        std::size_t first;     // its first block
        bool whole = true;     // whether its cells can still become one block
    };

    void enter(Mark mark, std::string_view markup);
    void leave(bool row);
    bool shows(std::string_view text) const;
    void count_links(std::size_t from);
    void flush();
    void add_parts();
    void add_lines(std::string_view part, char separator, double visible);
    void join_cells();
    bool are_cells(std::size_t first) const;
    std::size_t begin_block();
    void end_block(std::size_t start, std::int32_t linked);
    std::int32_t path();
    std::string path_text();
    std::int32_t place_in(std::int32_t outer, std::string_view markup);
    const Place& with_step(std::int32_t number);
    Place& at(std::int32_t number) { return places_[static_cast<std::size_t>(number)]; }

    std::vector<Place> places_{Place{{}, -1, -1, -1, -1, {}, 0}};
    std::vector<Open> open_{{0, Tag::paragraph}};
    std::vector<Row> rows_;
    std::vector<Block> blocks_;
    std::string text_, buffer_;
    std::int32_t linked_ = 0, link_depth_ = 0;
    std::map<std::string, std::int32_t, std::less<>> path_numbers_;  // ordered: no page can make it slow, as it could a hash
};

}  // namespace dedup
