// The names of elements, and what libxml2's parser of HTML knows of them: the tables of its `HTMLparser.c` (2.14).
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dedup {

// How what an element holds is read.
enum class Content : std::uint8_t {
    markup,
    references,      // no tags but its own end tag
    raw,             // no references either
    script,          // … and what stands in `<!--` may hold <script> and </script>
    script_comment,  // in `<!--` of a script
    script_within,   // in <script> in that
    all,             // nothing ends it
};

struct Name {
    std::string text;
    std::size_t number = 0;  // 0: not known
    bool empty = false;      // has no content
    Content content = Content::markup;
    int priority = 100;      // an end tag closes only elements of no higher one
};

// The names of a page, each once: the same name is the same object.
class Names {
public:
    // Of an element; `name` is in lower case.
    const Name& of(std::string_view name);

    // Whether a start tag ends the element that it stands in.
    static bool closes(const Name& next, const Name& open);

private:
    std::map<std::string, Name, std::less<>> others_;  // ordered: no page can make it slow, as it could a hash
};

}  // namespace dedup
