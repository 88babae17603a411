// Memory that is wanted soon.
#pragma once

namespace dedup {

inline void fetch(const void* address) {
#ifdef __GNUC__
    __builtin_prefetch(address);
#else
    static_cast<void>(address);
#endif
}

}  // namespace dedup
