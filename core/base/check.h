#pragma once

namespace warren {

/// Reports a broken invariant on standard error and aborts. Called by WARREN_CHECK only.
[[noreturn]] void checkFailed(const char* condition, const char* file, int line);

}  // namespace warren

/// An invariant of ours, always on: a bug aborts where state changes instead of spreading. Never
/// for what a peer or the world can cause.
#define WARREN_CHECK(condition) \
    (static_cast<bool>(condition) ? void(0) : ::warren::checkFailed(#condition, __FILE__, __LINE__))
