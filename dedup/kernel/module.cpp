// What Python sees of the kernel: `_native.pyi` says it in Python.
#include "python.hpp"

NB_MODULE(_native, module) {
    // What Python keeps for as long as it runs (caches of patterns) it may not take apart at its end; that is no leak, and
    // nothing that a script should print.
    nanobind::set_leak_warnings(false);
    module.doc() = "The kernel in C++: the same results as the definitions in Python.";
    dedup::add_align(module);
    dedup::add_blocks(module);
    dedup::add_cluster(module);
    dedup::add_group(module);
    dedup::add_judge(module);
    dedup::add_lines(module);
    dedup::add_pages(module);
    dedup::add_seeds(module);
    dedup::add_sieve(module);
    dedup::add_sketch(module);
    dedup::add_tally(module);
    dedup::add_texts(module);
    dedup::add_verify(module);
}
