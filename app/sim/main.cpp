#include "app/sim/world.h"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string_view>

namespace {

using namespace warren::sim;

constexpr const char* kHelp =
    "warren-sim: three nodes of Warren under faults, on simulated time.\n"
    "\n"
    "  --seed N     the run that follows from N (1)\n"
    "  --seeds M    M runs, from that seed on (1)\n"
    "  --verbose    what the nodes say\n"
    "  --canary     mirrors claim to have what they don't: the checker must find it\n"
    "\n"
    "Ends with 0 if every rule held in every run, 1 if not, 2 for a wrong command line.\n";

std::optional<std::uint64_t> numberOf(const char* text)
{
    std::uint64_t number = 0;
    const char* const end = text + std::strlen(text);
    const auto read = std::from_chars(text, end, number);
    if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return number;
}

}  // namespace

int main(int argc, char** argv)
{
    RunOptions options;
    std::uint64_t count = 1;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--verbose") {
            options.isVerbose = true;
        } else if (argument == "--canary") {
            options.forgetsWrites = true;
        } else if (argument == "--help") {
            std::fputs(kHelp, stdout);
            return 0;
        } else if ((argument == "--seed" || argument == "--seeds") && i + 1 < argc) {
            const auto number = numberOf(argv[++i]);
            if (!number) {
                std::fprintf(stderr, "%s needs a number\n", argv[i - 1]);
                return 2;
            }
            (argument == "--seed" ? options.seed : count) = *number;
        } else {
            std::fputs(kHelp, stderr);
            return 2;
        }
    }
    FaultCounts faults;
    std::size_t confirmedCount = 0;
    std::size_t redeliveredCount = 0;
    std::size_t refusedCount = 0;
    unsigned failedCount = 0;
    const std::uint64_t first = options.seed;
    for (; options.seed < first + count; ++options.seed) {
        const RunResult result = World(options).run();
        faults += result.faults;
        confirmedCount += result.confirmedCount;
        redeliveredCount += result.redeliveredCount;
        refusedCount += result.refusedCount;
        if (!result.violation) continue;
        failedCount += 1;
        std::printf("seed %llu: %s (%zu missing)\n", static_cast<unsigned long long>(options.seed),
                    result.violation->c_str(), result.missingCount);
        std::fflush(stdout);
    }
    std::printf(
        "%llu seeds, %u failed; %u kills, %u suspensions, %u cuts, %u moves; %zu messages "
        "confirmed, %zu refused, %zu redelivered\n",
        static_cast<unsigned long long>(count), failedCount, faults.kills, faults.suspensions,
        faults.cuts, faults.moves, confirmedCount, refusedCount, redeliveredCount);
    return failedCount == 0 ? 0 : 1;
}
