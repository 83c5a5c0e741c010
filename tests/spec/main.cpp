#include "tests/spec/rabbitmq_administration.h"
#include "tests/spec/script.h"
#include "tests/spec/script_runner.h"
#include "tests/spec/tcp_target.h"
#include "tests/support/node_process.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace warren::spec;

constexpr std::string_view kUsage =
    "Usage: warren-spec [--broker HOST:PORT | --node PROGRAM] [--filter TEXT] [--rewrite] SCRIPT…\n"
    "Holds conversations with a broker and compares its answers with those written down.\n"
    "  --broker HOST:PORT  a broker that runs already (else: environment WARREN_SPEC_BROKER)\n"
    "  --node PROGRAM      a node to start for the time of the test\n"
    "  --admin URL         http://user:password@host:port of RabbitMQ's management plugin\n"
    "  --with NAME=VALUE   a setting that the broker was started with\n"
    "  --except FILE       names of conversations to leave out\n"
    "  --attempts N        how often a conversation that waits may fail before it counts (1)\n"
    "  --filter TEXT       only conversations whose name contains TEXT\n"
    "  --rewrite           write the broker's answers into the scripts\n"
    "  --settle MS         while rewriting: the silence after which an answer is complete (250)\n"
    "  SCRIPT              a file, or a folder of .txt files\n";

struct Arguments {
    std::string broker;
    std::string node;
    std::string admin;
    Exceptions exceptions;
    int attempts = 1;
    std::vector<std::string> settings;
    std::string filter;
    bool isRewriting = false;
    std::chrono::milliseconds settling{250};
    std::vector<std::filesystem::path> scripts;
};

std::string readFile(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<Arguments> parseArguments(int argc, char** argv)
{
    Arguments arguments;
    if (const char* broker = std::getenv("WARREN_SPEC_BROKER")) arguments.broker = broker;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const bool hasValue = i + 1 < argc;
        if (argument == "--broker" && hasValue) {
            arguments.broker = argv[++i];
        } else if (argument == "--node" && hasValue) {
            arguments.node = argv[++i];
        } else if (argument == "--admin" && hasValue) {
            arguments.admin = argv[++i];
        } else if (argument == "--with" && hasValue) {
            arguments.settings.emplace_back(argv[++i]);
        } else if (argument == "--except" && hasValue) {
            arguments.exceptions = parseExceptions(readFile(argv[++i]));
        } else if (argument == "--attempts" && hasValue) {
            arguments.attempts = std::max(1, std::atoi(argv[++i]));
        } else if (argument == "--filter" && hasValue) {
            arguments.filter = argv[++i];
        } else if (argument == "--settle" && hasValue) {
            arguments.settling = std::chrono::milliseconds(std::atoi(argv[++i]));
        } else if (argument == "--rewrite") {
            arguments.isRewriting = true;
        } else if (argument.starts_with("--")) {
            return std::nullopt;
        } else if (std::filesystem::is_directory(argument)) {
            for (const auto& entry : std::filesystem::directory_iterator(argument)) {
                if (entry.path().extension() == ".txt") arguments.scripts.push_back(entry.path());
            }
        } else {
            arguments.scripts.emplace_back(argument);
        }
    }
    std::sort(arguments.scripts.begin(), arguments.scripts.end());
    if (arguments.scripts.empty()) return std::nullopt;
    return arguments;
}

struct Count {
    int run = 0;
    int failed = 0;
    int skipped = 0;
};

bool waits(const Case& test)
{
    return std::any_of(test.steps.begin(), test.steps.end(),
                       [](const Step& step) { return step.verb == Step::Verb::Wait; });
}

/// What depends on real time may be too late once on a busy machine; nothing else may.
Outcome runPatiently(const Case& test, Target& target, const RunOptions& options, int attempts)
{
    Outcome outcome = run(test, target, options);
    for (int i = 1; i < attempts && outcome.failure && waits(test); ++i) {
        std::printf("AGAIN %s %s\n", test.name.c_str(), outcome.failure->c_str());
        outcome = run(test, target, options);
    }
    return outcome;
}

void runScript(const std::filesystem::path& path, Target& target, const RunOptions& options,
               const Arguments& arguments, Count& count)
{
    const auto script = parseScript(readFile(path));
    if (!script) {
        std::printf("%s:%zu: %s\n", path.c_str(), script.error().line, script.error().text.c_str());
        count.failed += 1;
        return;
    }
    Edits edits;
    for (const Case& test : script->cases) {
        const std::string name = path.stem().string() + "." + test.name;
        if (name.find(arguments.filter) == std::string::npos) continue;
        if (isException(name, arguments.exceptions) || obstacleTo(test, target)) {
            count.skipped += 1;
            continue;
        }
        Outcome outcome = runPatiently(test, target, options, arguments.attempts);
        count.run += 1;
        if (outcome.failure) {
            std::printf("FAILED %s %s\n", name.c_str(), outcome.failure->c_str());
            count.failed += 1;
        }
        edits.merge(outcome.edits);
    }
    if (options.isRecording && !edits.empty()) {
        std::ofstream(path, std::ios::binary) << applyEdits(*script, edits);
    }
}

}  // namespace

int main(int argc, char** argv)
{
    const auto arguments = parseArguments(argc, argv);
    if (!arguments) {
        std::fputs(kUsage.data(), stderr);
        return 2;
    }
    std::optional<warren::test::NodeProcess> node;
    std::optional<TcpTarget> target;
    if (!arguments->node.empty()) {
        node.emplace(arguments->node, std::vector<std::string>{"--ephemeral"});
        if (node->awaitReady()) target.emplace("127.0.0.1", node->amqpPort());
    } else {
        target = TcpTarget::parse(arguments->broker);
    }
    if (target && !arguments->admin.empty()) {
        auto administration = RabbitmqAdministration::parse(arguments->admin);
        if (!administration) {
            std::fputs("--admin http://user:password@host:port is expected.\n", stderr);
            return 2;
        }
        target->setAdministration(std::move(administration));
    }
    if (target) target->setSettings(arguments->settings);
    RunOptions options;
    if (target) options.product = productOf(*target);
    if (options.product.empty()) {
        std::fputs("No broker answers; give --broker HOST:PORT or --node PROGRAM.\n", stderr);
        return 2;
    }
    options.isRecording = arguments->isRewriting;
    options.settling = arguments->settling;

    Count count;
    for (const auto& path : arguments->scripts) {
        runScript(path, *target, options, *arguments, count);
    }
    std::printf("%s: %d conversations, %d failed, %d skipped\n", options.product.c_str(), count.run,
                count.failed, count.skipped);
    return count.failed == 0 ? 0 : 1;
}
