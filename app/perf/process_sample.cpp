#include "app/perf/process_sample.h"

#include "app/perf/clock.h"

#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace warren::perf {
namespace {

double secondsOfTime(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

std::ifstream openFile(int pid, const char* name)
{
    return std::ifstream("/proc/" + std::to_string(pid) + "/" + name);
}

void addCpu(int pid, ProcessSample& sample)
{
    std::string line;
    std::ifstream file = openFile(pid, "stat");
    std::getline(file, line);
    // The name of the program stands in brackets and may contain anything.
    const std::size_t end = line.rfind(')');
    if (end == std::string::npos) return;
    std::istringstream rest(line.substr(end + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field)
        rest >> skipped;
    double user = 0;
    double system = 0;
    rest >> user >> system;
    sample.cpuSeconds += (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void addMemory(int pid, ProcessSample& sample)
{
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    openFile(pid, "statm") >> total >> resident;
    sample.residentBytes += resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void addWrites(int pid, ProcessSample& sample)
{
    std::ifstream file = openFile(pid, "io");
    std::string name;
    std::uint64_t bytes = 0;
    while (file >> name >> bytes) {
        if (name == "write_bytes:") sample.writtenBytes += bytes;
    }
}

}  // namespace

ProcessSample ProcessSample::of(const std::vector<int>& pids)
{
    ProcessSample sample{.at = monotonicNow()};
    for (const int pid : pids) {
        addCpu(pid, sample);
        addMemory(pid, sample);
        addWrites(pid, sample);
    }
    return sample;
}

double ownCpuSeconds()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return secondsOfTime(usage.ru_utime) + secondsOfTime(usage.ru_stime);
}

}  // namespace warren::perf
