#include "app/perf/exit_codes.h"
#include "app/perf/load_run.h"
#include "app/perf/options.h"
#include "app/perf/other_loads.h"
#include "app/perf/report.h"

#include <csignal>
#include <cstdio>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace warren::perf;

volatile std::sig_atomic_t interrupts = 0;

void countInterrupt(int) { interrupts = interrupts + 1; }

/// Where lines and tables go: JSON on standard output leaves no room for them there.
std::FILE* humanOutput(const Options& options) { return options.jsonFile == "-" ? stderr : stdout; }

void print(std::FILE* to, const std::string& text)
{
    std::fwrite(text.data(), 1, text.size(), to);
    std::fflush(to);
}

/// @returns false if the file could not be written; that is said on standard error
bool writeJson(const Options& options, const std::string& document)
{
    if (options.jsonFile.empty()) return true;
    if (options.jsonFile == "-") {
        print(stdout, document);
        return true;
    }
    std::FILE* file = std::fopen(options.jsonFile.c_str(), "w");
    bool isWritten = file != nullptr;
    if (isWritten) {
        isWritten = std::fwrite(document.data(), 1, document.size(), file) == document.size();
        isWritten = std::fclose(file) == 0 && isWritten;
    }
    if (!isWritten) std::perror(("warren-perf: " + options.jsonFile).c_str());
    return isWritten;
}

ExitCode runLoad(const Options& options)
{
    LoadRun run(options, interrupts);
    const LoadResult result = run.run([&](const IntervalRow& row) {
        if (!options.isQuiet) print(humanOutput(options), intervalLine(options, row));
    });
    if (!result.series.empty()) print(humanOutput(options), loadTable(options, result));
    const bool isWritten = writeJson(options, loadJson(options, result));
    if (result.failure) {
        print(stderr, "warren-perf: " + result.failure->text + "\n");
        return ExitCode::Failed;
    }
    if (result.hasViolation()) return ExitCode::Violation;
    return isWritten ? ExitCode::Ok : ExitCode::Failed;
}

ExitCode report(const Options& options, const OtherResult& result)
{
    print(humanOutput(options), result.figures.table(options.id + ":"));
    const bool isWritten = writeJson(options, result.figures.json());
    if (!result.failure) return isWritten ? ExitCode::Ok : ExitCode::Failed;
    print(stderr, "warren-perf: " + result.failure->text + "\n");
    return ExitCode::Failed;
}

ExitCode run(const Options& options)
{
    const LineSink printLine = [&](const std::string& line) {
        if (!options.isQuiet) print(humanOutput(options), line);
    };
    switch (options.mode) {
    case Mode::Load: return runLoad(options);
    case Mode::ConnectionChurn:
    case Mode::ChannelChurn: return report(options, runChurn(options, interrupts, printLine));
    case Mode::Idle: return report(options, runIdle(options, interrupts, printLine));
    case Mode::DeclareQueues: return report(options, runDeclare(options, interrupts, printLine));
    case Mode::Probe: return report(options, runProbe(options, interrupts, printLine));
    }
    return ExitCode::Failed;
}

}  // namespace

int main(int argc, char** argv)
{
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    auto parsed = parseCommandLine(arguments);
    if (!parsed) {
        print(stderr, "warren-perf: " + parsed.error() + "\n");
        return static_cast<int>(ExitCode::Usage);
    }
    if (const auto* text = std::get_if<PrintText>(&*parsed)) {
        print(stdout, text->text);
        return static_cast<int>(ExitCode::Ok);
    }
    struct sigaction action {};
    action.sa_handler = countInterrupt;
    (void)::sigaction(SIGINT, &action, nullptr);
    (void)::sigaction(SIGTERM, &action, nullptr);
    return static_cast<int>(run(std::get<Options>(*parsed)));
}
