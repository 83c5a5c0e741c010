#include "app/sim/world.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace warren::sim;

constexpr const char* kHelp =
    "warren-sim: three nodes of Warren under faults, on simulated time.\n"
    "\n"
    "  --seed N     the run that follows from N (1)\n"
    "  --seeds M    M runs, from that seed on (1)\n"
    "  --verbose    what the nodes say\n"
    "  --json       the last line as an object\n"
    "\n"
    "Canaries, which break a promise that the checkers must find broken:\n"
    "  --canary                 mirrors claim to have what they don't\n"
    "  --canary-dead-letters    dead letters go to a queue that is not there\n"
    "  --canary-alarms          nodes go on reading from publishers that are blocked\n"
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

struct Wish {
    RunOptions options;
    std::uint64_t count = 1;
    bool isJson = false;
    bool isHelp = false;
};

/// Nothing: the command line is wrong, and it was said how.
std::optional<Wish> read(int argc, char** argv)
{
    Wish wish;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--verbose") {
            wish.options.isVerbose = true;
        } else if (argument == "--json") {
            wish.isJson = true;
        } else if (argument == "--canary") {
            wish.options.forgetsWrites = true;
        } else if (argument == "--canary-dead-letters") {
            wish.options.losesDeadLetters = true;
        } else if (argument == "--canary-alarms") {
            wish.options.ignoresAlarms = true;
        } else if (argument == "--help") {
            wish.isHelp = true;
        } else if ((argument == "--seed" || argument == "--seeds") && i + 1 < argc) {
            const auto number = numberOf(argv[++i]);
            if (!number) {
                std::fprintf(stderr, "%s needs a number\n", argv[i - 1]);
                return std::nullopt;
            }
            (argument == "--seed" ? wish.options.seed : wish.count) = *number;
        } else {
            std::fputs(kHelp, stderr);
            return std::nullopt;
        }
    }
    return wish;
}

/// The runs of one call together.
struct Sum {
    std::uint64_t seedCount = 0;
    std::uint64_t failedCount = 0;
    RunResult total;

    void add(const RunResult& result)
    {
        seedCount += 1;
        failedCount += result.violation.has_value();
        total.faults += result.faults;
        total.confirmedCount += result.confirmedCount;
        total.refusedCount += result.refusedCount;
        total.redeliveredCount += result.redeliveredCount;
        total.deadCount += result.deadCount;
    }
    std::string text() const
    {
        std::string text =
            std::to_string(seedCount) + " seeds, " + std::to_string(failedCount) + " failed; ";
        for (std::size_t i = 0; i < kFaultKindCount; ++i) {
            text += std::to_string(total.faults.counts[i]) + " " + std::string{kFaultNames[i]} +
                    (i + 1 < kFaultKindCount ? ", " : "; ");
        }
        return text + std::to_string(total.confirmedCount) + " messages confirmed, " +
               std::to_string(total.refusedCount) + " refused, " +
               std::to_string(total.redeliveredCount) + " redelivered, " +
               std::to_string(total.deadCount) + " dead";
    }
    std::string json() const
    {
        const auto pair = [](std::string_view key, std::uint64_t value) {
            std::string name{key};
            std::ranges::replace(name, ' ', '_');
            return "\"" + name + "\": " + std::to_string(value);
        };
        std::string text = "{" + pair("seeds", seedCount) + ", " + pair("failed", failedCount);
        for (std::size_t i = 0; i < kFaultKindCount; ++i)
            text += ", " + pair(kFaultNames[i], total.faults.counts[i]);
        return text + ", " + pair("confirmed", total.confirmedCount) + ", " +
               pair("refused", total.refusedCount) + ", " +
               pair("redelivered", total.redeliveredCount) + ", " + pair("dead", total.deadCount) +
               "}";
    }
};

}  // namespace

int main(int argc, char** argv)
{
    auto wish = read(argc, argv);
    if (!wish) return 2;
    if (wish->isHelp) {
        std::fputs(kHelp, stdout);
        return 0;
    }
    RunOptions& options = wish->options;
    Sum sum;
    for (; sum.seedCount < wish->count; ++options.seed) {
        const RunResult result = World(options).run();
        sum.add(result);
        if (!result.violation) continue;
        std::printf("seed %llu: %s (%zu missing)\n", static_cast<unsigned long long>(options.seed),
                    result.violation->c_str(), result.missingCount);
        std::fflush(stdout);
    }
    std::puts((wish->isJson ? sum.json() : sum.text()).c_str());
    return sum.failedCount == 0 ? 0 : 1;
}
