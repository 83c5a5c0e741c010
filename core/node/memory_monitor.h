#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warren::node {

/// How much memory this process has and may have.
struct MemoryReading {
    std::uint64_t residentBytes = 0;
    std::uint64_t totalBytes = 0;  ///< of the machine, or the limit of our control group if lower
};

/// Reads what Linux says about memory. Thread: any one. Cost: two small files per reading; the
/// total is read once, since a limit that moves would make alarms come and go.
class MemoryMonitor {
public:
    /// @param root  in front of /proc and /sys, for tests
    explicit MemoryMonitor(std::string root = {});

    /// @returns residentBytes 0 if /proc can't be read
    MemoryReading read() const;
    std::uint64_t totalBytes() const { return m_totalBytes; }

private:
    std::string m_root;
    std::uint64_t m_totalBytes;
};

/// Resident bytes out of the text of /proc/self/statm (pages).
std::optional<std::uint64_t> residentBytesOf(std::string_view statm, std::uint64_t pageBytes);

/// MemTotal out of the text of /proc/meminfo.
std::optional<std::uint64_t> memTotalBytesOf(std::string_view meminfo);

/// A control group's limit out of memory.max (version 2) or memory.limit_in_bytes (version 1);
/// nullopt for "max" and for anything that isn't a number.
std::optional<std::uint64_t> groupLimitBytesOf(std::string_view limit);

/// The lowest limit of our control group and the groups around it, if there is one.
/// @param root  in front of /proc and /sys
std::optional<std::uint64_t> lowestGroupLimitBytes(const std::string& root);

}  // namespace warren::node
