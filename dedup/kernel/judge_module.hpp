#pragma once

#include <nanobind/nanobind.h>

namespace dedup {

// Add to the module what judges a page's blocks.
void add_judge(nanobind::module_& module);

}  // namespace dedup
