#include "app/perf/options.h"

#include "app/perf/message_id.h"
#include "app/perf/option_table.h"
#include "app/perf/option_values.h"

#include <algorithm>
#include <set>
#include <utility>

namespace warren::perf {
namespace {

constexpr std::uint32_t kChurnThreadsMax = 1000;  // each has a thread of its own

/// What was said on the command line before it is made into one whole.
Status<std::string> chooseQueues(Options& options, const RawQueues& raw)
{
    const int ways = int{!options.queues.empty()} + int{raw.count > 0} + int{!raw.pattern.empty()};
    if (ways > 1) return std::string("--queue, --queues and --queue-pattern exclude each other");
    if (!raw.pattern.empty()) {
        if (!raw.to) return std::string("--queue-pattern needs --queue-pattern-to");
        auto names = expandPattern(raw.pattern, raw.from, *raw.to);
        if (!names) return "--queue-pattern: " + names.error();
        options.queues = std::move(*names);
    } else if (raw.from != 1 || raw.to) {
        return std::string("--queue-pattern-from and --queue-pattern-to need --queue-pattern");
    } else if (options.queues.empty()) {
        // A fan-out without names: a queue for each consumer, as in PerfTest.
        const bool isFanOut = options.exchangeType == "fanout";
        const std::uint32_t count =
            raw.count > 0 ? raw.count
                          : (isFanOut ? std::max(1u, options.consumerChannelCount()) : 1u);
        for (std::uint32_t i = 1; i <= count; ++i)
            options.queues.push_back(count == 1 ? "warren-perf"
                                                : "warren-perf-" + std::to_string(i));
    }
    const std::set<std::string> distinct(options.queues.begin(), options.queues.end());
    if (distinct.size() != options.queues.size()) return std::string("a queue is named twice");
    return {};
}

Status<std::string> chooseExchange(Options& options, bool hasName)
{
    if (options.exchange == "amq.default") options.exchange.clear();
    if (hasName && options.exchange.empty() && !options.exchangeType.empty()) {
        return std::string("--type: the default exchange has no type to choose");
    }
    if (!hasName && !options.exchangeType.empty()) {
        options.exchange = "warren-perf." + options.exchangeType;
    }
    if (!options.exchange.empty() && options.exchangeType.empty()) options.exchangeType = "direct";
    if (options.exchange.empty()) {
        if (options.bindings > 0) return std::string("--bindings needs an exchange: --type");
        if (options.hasRandomRoutingKey) {
            return std::string("--random-routing-key needs an exchange: --type or --exchange");
        }
    }
    return {};
}

Status<std::string> checkTopology(const Options& options)
{
    const std::string& type = options.exchangeType;
    if (options.bindings > 0) {
        if (options.bindings < options.queues.size()) {
            return std::string("--bindings: fewer bindings than queues");
        }
        if (type != "direct" && type != "topic" && type != "headers") {
            return "--bindings: makes no sense for exchanges of type " + type;
        }
        if (options.routingKey || options.hasRandomRoutingKey) {
            return std::string("--bindings chooses the routing keys itself");
        }
    }
    if (options.hasRandomRoutingKey && options.routingKey && type != "x-consistent-hash") {
        return std::string("--routing-key and --random-routing-key exclude each other");
    }
    if (options.hasRandomRoutingKey && type == "direct" && !options.skipsBinding) {
        return std::string(
            "--random-routing-key reaches no queue of a direct exchange: choose a "
            "--type, or bind the queues yourself and say --skip-binding-queues");
    }
    return {};
}

Status<std::string> checkPublishing(const Options& options)
{
    if (options.producerChannelCount() > MessageId::kProducerCountMax) {
        return std::string("--producers: more than 65536 producers");
    }
    if (options.confirmWindow > 0 && options.producerTxMessages > 0) {
        return std::string("--confirm and --ptxsize exclude each other");
    }
    if (options.sizeSteps.size() > 0 && options.sizes.size() > 1) {
        return std::string("--variable-size and a list of sizes exclude each other");
    }
    const bool isPause = std::all_of(options.rates.begin(), options.rates.end(),
                                     [](const RateStep& step) { return step.perSecond <= 0; });
    if (!options.rates.empty() && isPause) return std::string("--variable-rate: no rate above 0");
    return {};
}

Status<std::string> checkConsuming(const Options& options)
{
    if (options.hasAutoAck && (options.ackEvery > 1 || options.nacks)) {
        return std::string("--autoack excludes --multi-ack-every and --nack");
    }
    if (options.hasAutoAck && options.consumerTxMessages > 0) {
        return std::string("--autoack and --ctxsize exclude each other");
    }
    if (options.nacks && options.requeues && options.consumerMessages == 0 && !options.time) {
        return std::string(
            "--nack puts every message back, so that the run needs an end: --time, "
            "--cmessages or --requeue false");
    }
    for (const std::uint16_t prefetch : {options.consumerPrefetch, options.channelPrefetch}) {
        if (prefetch > 0 && !options.hasAutoAck && options.ackEvery > prefetch) {
            return "--multi-ack-every: " + std::to_string(options.ackEvery) +
                   " unacknowledged messages never come with a prefetch of " +
                   std::to_string(prefetch);
        }
    }
    if (options.consumerRate > 0 && options.consumerLatency > Duration{0}) {
        return std::string("--consumer-rate and --consumer-latency exclude each other");
    }
    return {};
}

Status<std::string> complete(Options& options, const RawQueues& raw)
{
    if (options.mode == Mode::Load && options.producers == 0 && options.consumers == 0) {
        return std::string("neither producers nor consumers: nothing to do");
    }
    if (auto done = chooseExchange(options, raw.hasExchange); !done) return done;
    if (auto done = chooseQueues(options, raw); !done) return done;
    if (options.isExclusive && options.consumers > 0) {
        return std::string(
            "--exclusive: the queues belong to the connection that declares them, so "
            "that nobody could consume from them");
    }
    if (auto done = checkTopology(options); !done) return done;
    if (auto done = checkPublishing(options); !done) return done;
    if (auto done = checkConsuming(options); !done) return done;
    const bool isChurn =
        options.mode == Mode::ConnectionChurn || options.mode == Mode::ChannelChurn;
    if (isChurn && options.parallel > kChurnThreadsMax) {
        return std::string("--parallel: at most 1000 connections or channels at a time");
    }
    if (options.mode == Mode::Probe) {
        if (options.queues.size() > 1) return std::string("--probe: one queue at most");
        if (raw.hasQueue) options.probeQueue = options.queues.front();
    }
    return {};
}

}  // namespace

Result<CommandLine, std::string> parseCommandLine(const std::vector<std::string>& arguments)
{
    OptionReader reader(arguments);
    auto read = reader.read();
    if (!read) return read.error();
    if (*read) return CommandLine{PrintText{std::move(**read)}};
    Options options = std::move(reader.options);
    if (auto done = complete(options, reader.queues); !done) return done.error();
    return CommandLine{std::move(options)};
}

}  // namespace warren::perf
