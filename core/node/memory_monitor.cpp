#include "core/node/memory_monitor.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <unistd.h>
#include <utility>

namespace warren::node {

namespace {

/// Empty if the file can't be read.
std::string readText(const std::string& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string_view withoutLeadingSpaces(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

/// The number at the beginning of `text`.
std::optional<std::uint64_t> leadingNumber(std::string_view text)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end == text.data()) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> lower(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b)
{
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

/// The lowest limit from the group `path` up to the root of the hierarchy at `mount`.
std::optional<std::uint64_t> lowestLimitFrom(const std::string& mount, std::string path,
                                             const std::string& fileName)
{
    std::optional<std::uint64_t> lowest;
    while (true) {
        lowest = lower(lowest, groupLimitBytesOf(readText(mount + path + '/' + fileName)));
        if (path.empty()) return lowest;
        path.resize(path.rfind('/'));
    }
}

}  // namespace

std::optional<std::uint64_t> residentBytesOf(std::string_view statm, std::uint64_t pageBytes)
{
    const std::size_t space = statm.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto pages = leadingNumber(statm.substr(space + 1));
    if (!pages) return std::nullopt;
    return *pages * pageBytes;
}

std::optional<std::uint64_t> memTotalBytesOf(std::string_view meminfo)
{
    constexpr std::string_view kKey = "MemTotal:";
    const std::size_t at = meminfo.find(kKey);
    if (at == std::string_view::npos) return std::nullopt;
    const auto kib = leadingNumber(withoutLeadingSpaces(meminfo.substr(at + kKey.size())));
    if (!kib) return std::nullopt;
    return *kib * 1024;
}

std::optional<std::uint64_t> groupLimitBytesOf(std::string_view limit)
{
    return leadingNumber(withoutLeadingSpaces(limit));
}

std::optional<std::uint64_t> lowestGroupLimitBytes(const std::string& root)
{
    // Lines of /proc/self/cgroup: "0::/path" (version 2), "9:cpu,memory:/path" (version 1).
    std::optional<std::uint64_t> lowest;
    const std::string groups = readText(root + "/proc/self/cgroup");
    for (std::size_t begin = 0; begin < groups.size();) {
        const std::size_t end = std::min(groups.find('\n', begin), groups.size());
        const std::string line = groups.substr(begin, end - begin);
        begin = end + 1;

        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) continue;
        const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
        std::string path = line.substr(second + 1);
        if (!path.starts_with('/')) continue;
        if (path == "/") path.clear();

        if (controllers == ",,") {
            lowest = lower(lowest, lowestLimitFrom(root + "/sys/fs/cgroup", path, "memory.max"));
        } else if (controllers.find(",memory,") != std::string::npos) {
            lowest = lower(lowest, lowestLimitFrom(root + "/sys/fs/cgroup/memory", path,
                                                   "memory.limit_in_bytes"));
        }
    }
    return lowest;
}

MemoryMonitor::MemoryMonitor(std::string root) : m_root(std::move(root))
{
    const auto machine = memTotalBytesOf(readText(m_root + "/proc/meminfo"));
    m_totalBytes = lower(machine, lowestGroupLimitBytes(m_root)).value_or(0);
}

MemoryReading MemoryMonitor::read() const
{
    const auto pageBytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const auto resident = residentBytesOf(readText(m_root + "/proc/self/statm"), pageBytes);
    return {resident.value_or(0), m_totalBytes};
}

}  // namespace warren::node
