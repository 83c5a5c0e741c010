// Runs the Raft group of many seeds, each in a process of its own: see usage().
#include "tests/sim/directed_runs.h"
#include "tests/sim/random_run.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace warren::sim;

namespace {

enum class Kind { Random, Rejoin, Batched, Lone };

struct Arguments {
    Kind kind = Kind::Random;
    std::uint64_t from = 1;
    std::uint64_t seeds = 100;
    unsigned jobs = 1;
    RunOptions run;
};

/// What a run's process leaves to the one that started it.
struct Report {
    RaftStatistics statistics;
    bool isComplete;
};

void usage()
{
    std::puts(
        "raft_sim [options]: runs of a simulated Raft group; ends with 1 if a rule is violated.\n"
        "  --seeds N        how many (100)\n"
        "  --from S         the first seed (1)\n"
        "  --kind K         random (default), rejoin, batched or lone: see directed_runs.h\n"
        "  --jobs N         runs at the same time (one per processor)\n"
        "  --seconds N      virtual time with faults, of a random run (40)\n"
        "  --fixed-members  the members don't change\n"
        "  --without G      without a guard, 1 to 8: see core/raft/README.md; more than once: "
        "more\n"
        "  --trace          says what happens; for one seed");
}

bool parseNumber(std::string_view text, std::uint64_t& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool removeGuard(std::uint64_t number, warren::raft::RaftGuards& guards)
{
    switch (number) {
    case 1: guards.splitsChanges = false; return true;
    case 2: guards.dropsLateRejections = false; return true;
    case 3: guards.skipsWhatIsCompacted = false; return true;
    case 4: guards.tellsTerm = false; return true;
    case 5: guards.votesBeforePromotion = false; return true;
    case 6: guards.bindsChangesToTerm = false; return true;
    case 7: guards.clockOnlyRises = false; return true;
    case 8: guards.raisesTermOfLoneVoter = false; return true;
    default: return false;
    }
}

bool parseKind(std::string_view text, Kind& kind)
{
    if (text == "random")
        kind = Kind::Random;
    else if (text == "rejoin")
        kind = Kind::Rejoin;
    else if (text == "batched")
        kind = Kind::Batched;
    else if (text == "lone")
        kind = Kind::Lone;
    else
        return false;
    return true;
}

bool parse(std::span<char*> words, Arguments& arguments)
{
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view option = words[i];
        if (option == "--trace") {
            arguments.run.isTracing = true;
            continue;
        }
        if (option == "--fixed-members") {
            arguments.run.changesMembers = false;
            continue;
        }
        if (i + 1 == words.size()) return false;
        const std::string_view value = words[++i];
        std::uint64_t number = 0;
        if (option == "--kind") {
            if (!parseKind(value, arguments.kind)) return false;
            continue;
        }
        if (!parseNumber(value, number) || number == 0 || number > 1'000'000'000) return false;
        if (option == "--seeds")
            arguments.seeds = number;
        else if (option == "--from")
            arguments.from = number;
        else if (option == "--jobs")
            arguments.jobs = static_cast<unsigned>(number);
        else if (option == "--seconds")
            arguments.run.faultyTime = std::chrono::seconds(number);
        else if (option != "--without" || !removeGuard(number, arguments.run.guards))
            return false;
    }
    return true;
}

std::optional<std::string> runSeed(std::uint64_t seed, const Arguments& arguments, Report& report)
{
    switch (arguments.kind) {
    case Kind::Rejoin: return rejoinOfAnOldLeader(seed, arguments.run);
    case Kind::Batched: return batchedChange(seed, arguments.run);
    case Kind::Lone: return loneVoterRestarts(seed, arguments.run);
    case Kind::Random: break;
    }
    RandomRun run(seed, arguments.run);
    auto violation = run.run();
    report.statistics = run.world().statistics;
    return violation;
}

/// In the child: never returns.
[[noreturn]] void runAlone(std::uint64_t seed, const Arguments& arguments, Report& report)
{
    const auto violation = runSeed(seed, arguments, report);
    if (violation) {
        std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), violation->c_str());
    }
    report.isComplete = !violation;
    std::fflush(nullptr);
    std::_Exit(violation ? 1 : 0);
}

/// Waits for one of the runs. @returns whether it went well
bool waitForOne(std::map<pid_t, std::uint64_t>& running)
{
    int status = 0;
    const pid_t child = wait(&status);
    const auto at = running.find(child);
    if (at == running.end()) return false;
    if (WIFSIGNALED(status)) {
        std::printf("seed %llu: crash: signal %d\n", static_cast<unsigned long long>(at->second),
                    WTERMSIG(status));
    }
    running.erase(at);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void printTotals(const std::vector<Report>& reports)
{
    std::uint64_t sums[sizeof(RaftStatistics) / sizeof(std::uint64_t)]{};
    std::vector<std::uint64_t> settled;
    for (const Report& report : reports) {
        if (report.isComplete) settled.push_back(report.statistics.settledMs);
        std::uint64_t values[std::size(sums)];
        std::memcpy(values, &report.statistics, sizeof values);
        for (std::size_t i = 0; i < std::size(sums); ++i) {
            sums[i] += values[i];
        }
    }
    static constexpr const char* kNames[] = {
        "proposed",   "acknowledged",   "unknown",       "reads",          "elections",
        "crashes",    "cuts",           "lost messages", "pauses",         "clock jumps",
        "slow disks", "member changes", "transfers",     "snapshots sent", "messages"};
    static_assert(std::size(kNames) + 1 == std::size(sums));
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
        std::printf("%s%s %llu", i == 0 ? "" : ", ", kNames[i],
                    static_cast<unsigned long long>(sums[i]));
    }
    std::sort(settled.begin(), settled.end());
    if (settled.empty()) return void(std::puts(""));
    const auto percentile = [&](std::size_t percent) {
        const std::size_t at = std::min(settled.size() - 1, settled.size() * percent / 100);
        return static_cast<unsigned long long>(settled[at]);
    };
    std::printf("\ncomplete after healing: p50 %llu, p90 %llu, p99 %llu, max %llu ms (virtual)\n",
                percentile(50), percentile(90), percentile(99), percentile(100));
}

std::uint64_t runAll(const Arguments& arguments)
{
    const std::size_t bytes = arguments.seeds * sizeof(Report);
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        std::puts("There is not enough memory for the reports of so many seeds.");
        return arguments.seeds;
    }
    const std::span reports(static_cast<Report*>(memory), arguments.seeds);
    std::map<pid_t, std::uint64_t> running;
    std::uint64_t failed = 0;
    for (std::uint64_t i = 0; i < arguments.seeds; ++i) {
        if (running.size() >= arguments.jobs && !waitForOne(running)) failed += 1;
        std::fflush(nullptr);
        const pid_t child = fork();
        if (child == 0) runAlone(arguments.from + i, arguments, reports[i]);
        if (child < 0) {
            std::puts("No process could be started.");
            return arguments.seeds;
        }
        running[child] = arguments.from + i;
    }
    while (!running.empty()) {
        if (!waitForOne(running)) failed += 1;
    }
    if (arguments.kind == Kind::Random) printTotals({reports.begin(), reports.end()});
    munmap(memory, bytes);
    return failed;
}

}  // namespace

int main(int argc, char** argv)
{
    Arguments arguments;
    arguments.jobs = static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
    if (!parse(std::span(argv, static_cast<std::size_t>(argc)), arguments)) {
        usage();
        return 2;
    }
    const std::uint64_t failed = runAll(arguments);
    std::printf("seeds %llu to %llu: %llu failed\n",
                static_cast<unsigned long long>(arguments.from),
                static_cast<unsigned long long>(arguments.from + arguments.seeds - 1),
                static_cast<unsigned long long>(failed));
    return failed == 0 ? 0 : 1;
}
