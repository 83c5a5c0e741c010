#pragma once

#include <string_view>

namespace warren::broker {

/// What the node runs short of. Publishers are blocked while it is anything.
struct Alarms {
    bool isLowOnMemory = false;
    bool isLowOnDisk = false;

    bool isAny() const { return isLowOnMemory || isLowOnDisk; }
    bool operator==(const Alarms&) const = default;
};

/// The reason as clients are told it; empty if there is none. Source: RabbitMQ 3.10.8, observed.
constexpr std::string_view alarmText(Alarms alarms)
{
    if (alarms.isLowOnDisk) return alarms.isLowOnMemory ? "low on disk & memory" : "low on disk";
    return alarms.isLowOnMemory ? "low on memory" : "";
}

}  // namespace warren::broker
