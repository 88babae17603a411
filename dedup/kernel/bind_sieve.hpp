// The sieve as Python sees it: a class of the module.
#pragma once

#include <nanobind/nanobind.h>

void bind_sieve(nanobind::module_& module);
