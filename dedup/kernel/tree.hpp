// All visible text of a page, off the tree that libxml2 made of it. The definition is `dedup/html_blocks.py`.
#pragma once

#include "walk.hpp"

namespace dedup {

// What libxml2 2.9 to 2.15 have at the beginning of their structures (`tree.h`, which says that the first nine are common to
// all nodes). What is not read here has no type. `dedup.html_walk` sees to it that it is one of these versions.
namespace libxml {

enum Type : int { element = 1, text = 3 };

struct Attribute;

struct Node {
    void* proxy;  // lxml: the object of Python that stands for it, if there is one
    int type;
    const char* name;
    const Node *children, *last, *parent, *next, *previous;
    const void* document;
    const void* name_space;
    const char* content;
    const Attribute* attributes;
    const void* name_spaces;
};

struct Attribute {
    void* proxy;
    int type;
    const char* name;
    const Node *children, *last, *parent;
    const Attribute *next, *previous;
    const void* document;
    const void* name_space;
};

}  // namespace libxml

// Read an element and all in it, as `read_page` reads it where libxml2 has written it.
//
// Throws Unknown where it holds anything but elements and texts, or a namespace: no parser of HTML makes that.
Page read_tree(const libxml::Node& root);

}  // namespace dedup
