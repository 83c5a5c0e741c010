#pragma once

#include "tests/unit/broker/model/queue_plan.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace warren::test {

/// One thing that happens. What exactly is decided when its turn comes, from its dice and from what
/// there is then: so a script stays playable when actions are taken out of it.
struct Action {
    enum class Kind : std::uint8_t {
        Publish,
        Consume,
        Cancel,
        Get,
        Settle,
        Recover,
        SetLimits,
        Purge,
        DeleteQueue,
        EndTransaction,
        CloseChannel,
        LoseClient,
        PassTime,
        CommitStore,
        Crash,
        Restart,
    };
    Kind kind = Kind::Publish;
    std::array<std::uint32_t, 7> dice{};
};

/// A whole run: the queues, and what happens to them.
struct Script {
    std::uint64_t seed = 0;
    /// The store commits by itself after each action, rather than when an action says so.
    bool commitsAtOnce = false;
    std::vector<QueuePlan> queues{};
    std::vector<Action> actions{};
};

Script randomScript(std::uint64_t seed, std::size_t actionCount);

}  // namespace warren::test
