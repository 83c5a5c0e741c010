#pragma once

#include "app/perf/pacer.h"
#include "app/perf/uri.h"
#include "core/amqp/field_table.h"
#include "core/amqp/properties.h"
#include "core/base/result.h"
#include "core/base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warren::perf {

/// What a run does.
enum class Mode {
    Load,             // publish, consume, or both
    ConnectionChurn,  // open and close connections with a channel each
    ChannelChurn,     // open and close channels
    Idle,             // open connections and hold them
    DeclareQueues,    // declare many queues and delete them
    Probe,            // wait until the broker answers, and until it delivers
};

/// A body size that holds for a while.
struct SizeStep {
    std::size_t bytes = 0;
    Duration lasts{};
};

/// Everything that the command line says. The defaults are the ones of the help text.
struct Options {
    Mode mode = Mode::Load;

    // Where
    std::vector<Uri> uris{Uri{}};
    std::optional<std::uint16_t> heartbeatSeconds{};  // nothing: what the broker proposes
    std::uint32_t frameBytesMax = 131072;
    std::string id = "warren-perf";

    // Who
    std::uint32_t producers = 1;
    std::uint32_t consumers = 1;
    std::uint32_t producerChannels = 1;
    std::uint32_t consumerChannels = 1;
    std::uint32_t threads = 0;  // 0: half of the processors

    // Topology
    std::vector<std::string> queues{};  // never empty after parsing in mode Load
    bool isDurable = false;
    bool isAutoDelete = false;
    bool isExclusive = false;
    amqp::FieldTable queueArguments{};
    amqp::FieldTable consumerArguments{};
    std::string exchange{};      // "" is the default exchange
    std::string exchangeType{};  // "" with the default exchange
    std::uint32_t bindings = 0;  // 0: one for each queue
    std::optional<std::string> routingKey{};
    bool hasRandomRoutingKey = false;
    std::uint32_t randomRoutingKeys = 1000;
    bool isPredeclared = false;
    bool skipsBinding = false;
    bool purges = false;
    std::optional<bool> keepsQueues{};  // nothing: see --help

    // Publishing
    std::vector<std::size_t> sizes{16};
    std::vector<SizeStep> sizeSteps{};
    std::vector<RateStep> rates{};    // empty: as fast as it goes
    std::uint32_t confirmWindow = 0;  // 0: without confirms
    Duration confirmTimeout = std::chrono::seconds{30};
    std::uint32_t producerTxMessages = 0;
    bool isPersistent = false;
    bool isMandatory = false;
    amqp::Properties properties{};
    std::uint64_t producerMessages = 0;  // of each producer; 0: no limit

    // Consuming
    bool hasAutoAck = false;
    std::uint32_t ackEvery = 1;
    bool nacks = false;
    bool requeues = true;
    std::uint32_t consumerTxMessages = 0;
    std::uint16_t consumerPrefetch = 0;
    std::uint16_t channelPrefetch = 0;
    double consumerRate = 0;  // of each consumer; 0: as fast as it goes
    Duration consumerLatency{};
    std::uint64_t consumerMessages = 0;  // of each consumer; 0: no limit

    // How long
    std::optional<Duration> time{};
    Duration warmup{};
    Duration settle = std::chrono::seconds{5};

    // The other modes
    std::uint64_t amount = 0;
    std::uint32_t parallel = 1;
    Duration hold = std::chrono::seconds{5};
    std::string probeQueue{};
    Duration patience = std::chrono::seconds{120};
    std::optional<Instant> since{};

    // Reporting
    Duration interval = std::chrono::seconds{1};
    bool isQuiet = false;
    std::string jsonFile{};  // "-" is standard output
    std::vector<int> brokerPids{};
    bool checks = true;

    std::uint32_t producerChannelCount() const { return producers * producerChannels; }
    std::uint32_t consumerChannelCount() const { return consumers * consumerChannels; }
    bool hasFixedRate() const { return !rates.empty(); }
    bool usesDefaultExchange() const { return exchange.empty(); }
};

/// What to do after reading the command line: a run, or a text to print (--help, --version).
struct PrintText {
    std::string text{};
};
using CommandLine = std::variant<Options, PrintText>;

/// Reads the arguments behind the program's name. Options are PerfTest's where they mean the same;
/// --name value, --name=value and the short forms -n value, -nvalue are understood.
/// @error a sentence that says what is wrong
Result<CommandLine, std::string> parseCommandLine(const std::vector<std::string>& arguments);

}  // namespace warren::perf
