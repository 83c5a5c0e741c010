#pragma once

#include "core/storage/message_store.h"
#include "tests/unit/broker/model/slow_broker.h"

#include <set>
#include <string>

namespace warren::test {

/// What a crash left on the disk, judged.
struct DiskFinding {
    std::string fault{};  ///< empty: nothing is wrong
    SlowBroker broker;    ///< as it has to come back
};

/// Judges what a crash left against the model before and after the step that it hit.
///
/// When nothing of the step, or all of it, had reached the disk, both are the same, and the disk
/// has to hold exactly that. Else it may be anything in between, but for what was there before and
/// after; and a message that moved on to other queues is in its old place or in all of the new
/// ones.
/// A message comes back as redelivered if a client has seen it; if none has, it may.
/// @param seen    copies that a client has been delivered
/// @param latest  the model at the crash, whose time and ids go on
DiskFinding judgeDisk(const storage::RecoveredState& disk, const SlowBroker& before,
                      const SlowBroker& after, const std::set<CopyId>& seen,
                      const SlowBroker& latest);

}  // namespace warren::test
