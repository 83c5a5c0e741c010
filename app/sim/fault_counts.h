#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace warren::sim {

/// What may go wrong in a run, or be ordered by people while it is under way.
enum class FaultKind {
    Kill,          ///< a process dies, and starts again
    Stop,          ///< a process is told to stop, hands over, and starts again
    PowerLoss,     ///< all processes die at once
    Suspend,       ///< nothing happens in a process for a while
    Cut,           ///< nothing gets from one node to another, be it one way or both
    Reset,         ///< a connection between nodes is lost, and made again at once
    SlowLinks,     ///< a node's connections take much longer
    ClockJump,     ///< a node's calendar is set forward or back
    FullDisk,      ///< a store fails; its process ends, and starts again once there is room
    SlowDisk,      ///< a store's commits take much longer
    Alarm,         ///< a node is short of memory or disk for a while
    MoveMaster,    ///< by command
    ChangePolicy,  ///< other mirrors, brought up by themselves or by command
};
constexpr std::size_t kFaultKindCount = 13;

constexpr std::string_view kFaultNames[kFaultKindCount] = {
    "kills",  "stops",      "power losses",  "suspensions", "cuts",
    "resets", "slow links", "clock jumps",   "full disks",  "slow disks",
    "alarms", "moves",      "policy changes"};

/// How often each kind has happened.
struct FaultCounts {
    std::array<unsigned, kFaultKindCount> counts{};

    unsigned& operator[](FaultKind kind) { return counts[static_cast<std::size_t>(kind)]; }
    FaultCounts& operator+=(const FaultCounts& other)
    {
        for (std::size_t i = 0; i < kFaultKindCount; ++i)
            counts[i] += other.counts[i];
        return *this;
    }
};

}  // namespace warren::sim
