#pragma once

namespace warren::perf {

/// What warren-perf ends with. Documented in --help; the numbers never change.
enum class ExitCode {
    Ok = 0,
    Failed = 1,     // the broker was not reachable, refused us or ended a connection or channel
    Usage = 2,      // the command line is wrong
    Violation = 3,  // messages were lost, duplicated, reordered or damaged
};

}  // namespace warren::perf
