#pragma once

#include "tests/unit/broker/model/script.h"

#include <string>

namespace warren::test {

/// A script that fails, made as short and as plain as a bounded number of tries allows: actions
/// are taken out, and queues ask for less, as long as it still fails.
/// @param playedCount  what of it was played until it failed
Script shrunk(const Script& script, std::size_t playedCount);

/// For people: the seed, the queues, what was done, and what was wrong.
std::string report(const Script& script);

}  // namespace warren::test
