#pragma once

// The one place that includes the library's header.
//
// raft.h 0.22.1 is C only by accident: its checks of the binary interface define structs inside of
// sizeof(), which C++ refuses. They are switched off here (they held when the library itself was
// compiled); nothing else is changed.

#include <cstdbool>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
extern "C" {
#define static_assert(...) extern int warren_raft_no_static_assert
#define _Static_assert(...) extern int warren_raft_no_static_assert
#include <raft.h>
#undef _Static_assert
#undef static_assert
}
#pragma GCC diagnostic pop

#if RAFT_VERSION_NUMBER != 2201
#error "who owns the memory in raft_step() changes from version to version: see core/raft/README.md"
#endif
