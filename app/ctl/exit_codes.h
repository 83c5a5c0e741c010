#pragma once

namespace warren::ctl {

/// What warrenctl ends with. Documented in --help; the numbers never change.
enum class ExitCode {
    Ok = 0,
    Refused = 1,       // the node did not do it, and said why
    Usage = 2,         // the command line is wrong
    NotReachable = 3,  // no node answers there
};

}  // namespace warren::ctl
