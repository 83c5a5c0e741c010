#include "app/perf/option_table.h"

#include "app/perf/option_values.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace warren::perf {
namespace {

using Reader = OptionReader;
/// Takes the value of an option (empty for one without). @error what is wrong with it
using Apply = Status<std::string> (*)(Reader& reader, std::string_view value);

struct Option {
    const char* shortName;  // "" if there is none
    const char* longName;
    const char* value;  // its name in the help; "" for an option without value
    const char* help;
    Apply apply;
};

struct Group {
    const char* title;
    std::span<const Option> options;
};

/// Assigns what was parsed, or passes the error on.
template <typename Parsed, typename Target>
Status<std::string> assign(Parsed&& parsed, Target& target)
{
    if (!parsed) return std::move(parsed.error());
    target = static_cast<Target>(std::move(*parsed));
    return {};
}

template <auto member>
Status<std::string> flag(Reader& reader, std::string_view)
{
    reader.options.*member = true;
    return {};
}

/// A whole number of at least `min`, as large as the member holds.
template <auto member, std::uint64_t min = 0, std::uint64_t max = UINT64_MAX>
Status<std::string> whole(Reader& reader, std::string_view value)
{
    auto& target = reader.options.*member;
    using Target = std::remove_reference_t<decltype(target)>;
    constexpr std::uint64_t kFits = std::numeric_limits<Target>::max();
    return assign(parseWhole(value, min, std::min(max, kFits)), target);
}

/// PerfTest writes -1 for "no limit".
template <auto member>
Status<std::string> limit(Reader& reader, std::string_view value)
{
    return value == "-1" ? Status<std::string>{} : whole<member, 1>(reader, value);
}

template <auto member, int minMilliseconds = 0>
Status<std::string> seconds(Reader& reader, std::string_view value)
{
    return assign(parseSeconds(value, minMilliseconds / 1000.0), reader.options.*member);
}

template <auto member>
Status<std::string> boolean(Reader& reader, std::string_view value)
{
    return assign(parseBool(value), reader.options.*member);
}

Status<std::string> name(std::string& target, std::string_view value)
{
    if (value.size() > 255) return std::string("longer than 255 bytes");
    target = value;
    return {};
}

template <auto member>
Status<std::string> table(Reader& reader, std::string_view value)
{
    return assign(parseArguments(value), reader.options.*member);
}

/// An option that chooses a mode and says how often.
template <Mode mode, std::uint64_t max = 100'000'000>
Status<std::string> otherMode(Reader& reader, std::string_view value)
{
    if (reader.options.mode != Mode::Load) return std::string("one such mode at a time");
    reader.options.mode = mode;
    return assign(parseWhole(value, 1, max), reader.options.amount);
}

Status<std::string> uris(Reader& reader, std::string_view value)
{
    reader.options.uris.clear();
    for (const std::string_view part : splitAt(value, ',')) {
        auto uri = parseUri(part);
        if (!uri) return uri.error();
        reader.options.uris.push_back(std::move(*uri));
    }
    return {};
}

Status<std::string> queueNames(Reader& reader, std::string_view value)
{
    reader.options.queues.clear();
    reader.queues.hasQueue = true;
    for (const std::string_view part : splitAt(value, ',')) {
        if (part.empty()) return std::string("a queue without a name");
        std::string queue;
        if (auto done = name(queue, part); !done) return done;
        reader.options.queues.push_back(std::move(queue));
    }
    return {};
}

Status<std::string> rate(Reader& reader, std::string_view value)
{
    if (value == "-1") return {};
    const auto number = parseReal(value, 0.001);
    if (!number) return number.error();
    if (*number > 1e9) return std::string("more than 1000000000 a second");
    reader.options.rates = {RateStep{.perSecond = *number, .lasts = Duration::max()}};
    return {};
}

Status<std::string> publishingInterval(Reader& reader, std::string_view value)
{
    const auto number = parseReal(value, 1e-6);
    if (!number) return number.error();
    reader.options.rates = {RateStep{.perSecond = 1 / *number, .lasts = Duration::max()}};
    return {};
}

Status<std::string> variableRate(Reader& reader, std::string_view value)
{
    auto step = parseRateStep(value);
    if (!step) return step.error();
    auto& rates = reader.options.rates;
    if (!rates.empty() && rates.back().lasts == Duration::max()) {
        return std::string("excludes --rate and --publishing-interval");
    }
    rates.push_back(*step);
    return {};
}

Status<std::string> variableSize(Reader& reader, std::string_view value)
{
    auto step = parseSizeStep(value);
    if (!step) return step.error();
    reader.options.sizeSteps.push_back(*step);
    return {};
}

Status<std::string> messageFlags(Reader& reader, std::string_view value)
{
    for (const std::string_view part : splitAt(value, ',')) {
        if (part == "persistent") {
            reader.options.isPersistent = true;
            reader.options.isDurable = true;
        } else if (part == "mandatory") {
            reader.options.isMandatory = true;
        } else {
            return "'" + std::string(part) + "' is neither persistent nor mandatory";
        }
    }
    return {};
}

Status<std::string> pids(Reader& reader, std::string_view value)
{
    for (const std::string_view part : splitAt(value, ',')) {
        const auto pid = parseWhole(part, 1, INT32_MAX);
        if (!pid) return pid.error();
        reader.options.brokerPids.push_back(static_cast<int>(*pid));
    }
    return {};
}

constexpr Option kConnectionOptions[] = {
    {"h", "uri", "URI", "the broker, amqp://guest:guest@127.0.0.1:5672/ if left out", uris},
    {"H", "uris", "URI,URI", "several brokers; connections are spread over them", uris},
    {"b", "heartbeat", "SECONDS", "0: none (default: what the broker proposes)",
     [](Reader& r, std::string_view value) {
         return assign(parseWhole(value, 0, 65535), r.options.heartbeatSeconds);
     }},
    {"M", "framemax", "BYTES", "largest frame (131072)",
     whole<&Options::frameBytesMax, 4096, 16 << 20>},
    {"d", "id", "NAME", "name of the run: in its lines, and shown by the broker",
     [](Reader& r, std::string_view value) { return name(r.options.id, value); }},
};

constexpr Option kWhoOptions[] = {
    {"x", "producers", "N", "connections that publish (1)", whole<&Options::producers, 0, 65536>},
    {"y", "consumers", "N", "connections that consume (1)", whole<&Options::consumers, 0, 65536>},
    {"X", "producer-channel-count", "N", "channels of each producer (1)",
     whole<&Options::producerChannels, 1, 2047>},
    {"Y", "consumer-channel-count", "N", "channels of each consumer (1)",
     whole<&Options::consumerChannels, 1, 2047>},
    {"", "threads", "N", "of this program (half of the processors)",
     whole<&Options::threads, 1, 256>},
};

constexpr Option kTopologyOptions[] = {
    {"u", "queue", "NAME,NAME", "queues (warren-perf; with -t fanout one for each consumer)",
     queueNames},
    {"", "queues", "N", "that many queues, warren-perf-1 and so on",
     [](Reader& r, std::string_view value) {
         return assign(parseWhole(value, 1, 1'000'000), r.queues.count);
     }},
    {"qp", "queue-pattern", "PATTERN", "queues perf-%d",
     [](Reader& r, std::string_view value) { return name(r.queues.pattern, value); }},
    {"qpf", "queue-pattern-from", "N", "the first one's number (1)",
     [](Reader& r, std::string_view value) {
         return assign(parseWhole(value, 0, 1'000'000'000), r.queues.from);
     }},
    {"qpt", "queue-pattern-to", "N", "the last one's number",
     [](Reader& r, std::string_view value) {
         return assign(parseWhole(value, 0, 1'000'000'000), r.queues.to);
     }},
    {"", "durable", "", "durable queues (persistent messages imply it)", flag<&Options::isDurable>},
    {"ad", "auto-delete", "true|false", "queues that vanish with their last consumer (false)",
     boolean<&Options::isAutoDelete>},
    {"E", "exclusive", "", "exclusive queues", flag<&Options::isExclusive>},
    {"qa", "queue-args", "K=V,K=V", "arguments, for example x-queue-type=quorum",
     table<&Options::queueArguments>},
    {"e", "exchange", "NAME", "exchange (the default exchange; with -t warren-perf.TYPE)",
     [](Reader& r, std::string_view value) {
         r.queues.hasExchange = true;
         return name(r.options.exchange, value);
     }},
    {"t", "type", "TYPE", "direct, fanout, topic, headers or any other that the broker knows",
     [](Reader& r, std::string_view value) { return name(r.options.exchangeType, value); }},
    {"", "bindings", "N",
     "bindings, spread over the queues, each with a key that is published (one for each queue)",
     whole<&Options::bindings, 1, 10'000'000>},
    {"k", "routing-key", "KEY", "of all messages and bindings",
     [](Reader& r, std::string_view value) {
         r.options.routingKey.emplace();
         return name(*r.options.routingKey, value);
     }},
    {"K", "random-routing-key", "", "a random key for each message",
     flag<&Options::hasRandomRoutingKey>},
    {"rkcs", "routing-key-cache-size", "N", "different random keys (1000)",
     whole<&Options::randomRoutingKeys, 1, 1'000'000>},
    {"sb", "skip-binding-queues", "", "bind nothing; losses cannot be judged then",
     flag<&Options::skipsBinding>},
    {"p", "predeclared", "", "use queues and exchanges as they are, and leave them",
     flag<&Options::isPredeclared>},
    {"", "purge", "", "empty the queues first", flag<&Options::purges>},
    {"", "keep-queues", "true|false",
     "true: leave the queues; false: delete them even if they were there before (default: "
     "delete those that were not, unless nothing was consumed)",
     boolean<&Options::keepsQueues>},
};

constexpr Option kPublishOptions[] = {
    {"s", "size", "BYTES,BYTES", "body sizes, in turn (16)",
     [](Reader& r, std::string_view value) { return assign(parseSizes(value), r.options.sizes); }},
    {"vs", "variable-size", "BYTES:SECONDS", "a size for a while; say it again for the next one",
     variableSize},
    {"r", "rate", "N", "messages a second of each producer, evenly spaced (as fast as it goes)",
     rate},
    {"vr", "variable-rate", "N:SECONDS", "a rate for a while; say it again for the next one",
     variableRate},
    {"P", "publishing-interval", "SECONDS", "time between two messages of a producer",
     publishingInterval},
    {"c", "confirm", "N", "publisher confirms, at most N messages of a producer unconfirmed",
     [](Reader& r, std::string_view value) {
         return value == "-1" ? Status<std::string>{}
                              : whole<&Options::confirmWindow, 1, 10'000'000>(r, value);
     }},
    {"ct", "confirm-timeout", "SECONDS", "give up when nothing is confirmed for so long (30)",
     seconds<&Options::confirmTimeout, 1>},
    {"m", "ptxsize", "N", "messages in a transaction (no transactions)",
     whole<&Options::producerTxMessages, 0, 10'000'000>},
    {"f", "flag", "FLAGS", "persistent, mandatory, or both with a comma", messageFlags},
    {"mp", "message-properties", "K=V,K=V", "for example priority=5,contentType=text/plain",
     [](Reader& r, std::string_view value) {
         return parseProperties(value, r.options.properties);
     }},
    {"C", "pmessages", "N", "messages of each producer (no limit)",
     limit<&Options::producerMessages>},
};

constexpr Option kConsumeOptions[] = {
    {"a", "autoack", "", "deliveries need no ack", flag<&Options::hasAutoAck>},
    {"A", "multi-ack-every", "N", "one ack for N deliveries (1)",
     whole<&Options::ackEvery, 1, 1'000'000>},
    {"na", "nack", "", "refuse the messages instead", flag<&Options::nacks>},
    {"re", "requeue", "true|false", "whether refused messages go back to the queue (true)",
     boolean<&Options::requeues>},
    {"n", "ctxsize", "N", "acks in a transaction (no transactions)",
     whole<&Options::consumerTxMessages, 0, 10'000'000>},
    {"q", "qos", "N", "prefetch of each consumer (no limit)", whole<&Options::consumerPrefetch>},
    {"Q", "channel-prefetch", "N", "prefetch of each channel (no limit)",
     whole<&Options::channelPrefetch>},
    {"", "global-qos", "N", "the same", whole<&Options::channelPrefetch>},
    {"ca", "consumer-args", "K=V,K=V", "arguments, for example x-priority=10",
     table<&Options::consumerArguments>},
    {"R", "consumer-rate", "N", "deliveries a second that a consumer takes (as fast as it goes)",
     [](Reader& r, std::string_view value) {
         return value == "-1" ? Status<std::string>{}
                              : assign(parseReal(value, 0.001), r.options.consumerRate);
     }},
    {"L", "consumer-latency", "MICROSECONDS", "time that a consumer spends with each delivery",
     [](Reader& r, std::string_view value) -> Status<std::string> {
         const auto microseconds = parseWhole(value, 0, 3'600'000'000);
         if (!microseconds) return microseconds.error();
         r.options.consumerLatency =
             std::chrono::microseconds{static_cast<std::int64_t>(*microseconds)};
         return {};
     }},
    {"D", "cmessages", "N", "deliveries of each consumer (no limit)",
     limit<&Options::consumerMessages>},
};

constexpr Option kDurationOptions[] = {
    {"z", "time", "SECONDS", "how long to publish (until interrupted, or -C or -D is reached)",
     [](Reader& r, std::string_view value) {
         return assign(parseSeconds(value, 0.001), r.options.time);
     }},
    {"", "warmup", "SECONDS", "time before that, which does not count (0)",
     seconds<&Options::warmup>},
    {"", "settle", "SECONDS", "how long to wait for messages that are missing (5)",
     seconds<&Options::settle, 1>},
};

constexpr Option kModeOptions[] = {
    {"", "connection-churn", "N", "open and close N connections with a channel each",
     otherMode<Mode::ConnectionChurn>},
    {"", "channel-churn", "N", "open and close N channels", otherMode<Mode::ChannelChurn>},
    {"", "idle-connections", "N", "open N connections with a channel each and hold them",
     otherMode<Mode::Idle, 1'000'000>},
    {"", "declare-queues", "N", "declare N queues, and delete them again unless --keep-queues",
     otherMode<Mode::DeclareQueues, 10'000'000>},
    {"", "parallel", "N", "how many at a time; of declarations: how many under way (1)",
     whole<&Options::parallel, 1, 10'000>},
    {"", "hold", "SECONDS", "how long idle connections and declared queues are held (5)",
     seconds<&Options::hold>},
    {"", "probe", "",
     "try until the broker answers and, with -u, until the queue delivers a message, which it gets "
     "back",
     [](Reader& r, std::string_view) -> Status<std::string> {
         if (r.options.mode != Mode::Load) return std::string("one such mode at a time");
         r.options.mode = Mode::Probe;
         return {};
     }},
    {"", "since", "NANOSECONDS", "count the probe's time from this value of CLOCK_MONOTONIC",
     [](Reader& r, std::string_view value) -> Status<std::string> {
         const auto number = parseWhole(value, 0, INT64_MAX);
         if (!number) return number.error();
         r.options.since = Instant{Duration{static_cast<Duration::rep>(*number)}};
         return {};
     }},
    {"", "patience", "SECONDS", "how long to probe (120)", seconds<&Options::patience, 1>},
};

constexpr Option kReportOptions[] = {
    {"i", "interval", "SECONDS", "time between two lines (1)", seconds<&Options::interval, 10>},
    {"", "quiet", "", "the result only", flag<&Options::isQuiet>},
    {"", "json", "FILE|-", "the result as JSON; with - lines and table go to standard error",
     [](Reader& r, std::string_view value) -> Status<std::string> {
         if (value.empty()) return std::string("needs a file's name, or -");
         r.options.jsonFile = value;
         return {};
     }},
    {"", "pid", "PID,PID", "processes of the broker: report their CPU time, memory and writes",
     pids},
    {"", "no-checks", "", "do not look for lost, duplicated and reordered messages",
     [](Reader& r, std::string_view) -> Status<std::string> {
         r.options.checks = false;
         return {};
     }},
};

constexpr Group kGroups[] = {
    {"Where", kConnectionOptions},
    {"Who", kWhoOptions},
    {"Queues and exchange", kTopologyOptions},
    {"Publishing", kPublishOptions},
    {"Consuming", kConsumeOptions},
    {"How long", kDurationOptions},
    {"Other loads", kModeOptions},
    {"Reporting", kReportOptions},
};

const Option* findOption(std::string_view name, bool isLong)
{
    for (const Group& group : kGroups) {
        for (const Option& option : group.options) {
            if (name == (isLong ? option.longName : option.shortName)) return &option;
        }
    }
    return nullptr;
}

bool takesValue(const Option& option) { return option.value[0] != '\0'; }

/// `text` in lines of at most `width` bytes, the later ones indented.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent)
{
    std::string result;
    while (text.size() > width) {
        std::size_t at = text.rfind(' ', width);
        if (at == std::string_view::npos) at = width;
        result += text.substr(0, at);
        result += '\n' + std::string(indent, ' ');
        text.remove_prefix(std::min(at + 1, text.size()));
    }
    return result += text;
}

}  // namespace

OptionReader::Argument OptionReader::next()
{
    std::string_view text = m_arguments[m_at++];
    Argument argument{.name = text, .value = {}};
    if (const std::size_t at = text.find('='); at != std::string_view::npos) {
        argument.name = text.substr(0, at);
        argument.value = text.substr(at + 1);
    }
    return argument;
}

Result<std::optional<std::string>, std::string> OptionReader::read()
{
    while (m_at < m_arguments.size()) {
        Argument argument = next();
        const std::string_view written = argument.name;
        if (written == "--help" || written == "-?") return std::optional{helpText()};
        if (written == "--version" || written == "-v") {
            return std::optional<std::string>{"warren-perf " WARREN_VERSION "\n"};
        }
        const std::string name(written);
        const bool isLong = written.starts_with("--");
        if (!written.starts_with('-') || written == "-") return "'" + name + "' is no option";
        const Option* option = findOption(written.substr(isLong ? 2 : 1), isLong);
        if (option == nullptr && !isLong && written.size() > 2) {
            option = findOption(written.substr(1, 1), false);
            if (option != nullptr && takesValue(*option)) {
                // -x1, and -kwith=sign too.
                argument.value = std::string_view(m_arguments[m_at - 1]).substr(2);
            } else {
                option = nullptr;
            }
        }
        if (option == nullptr) return "there is no option " + name + " (see --help)";
        if (!takesValue(*option) && argument.value) return name + " takes no value";
        if (takesValue(*option) && !argument.value) {
            if (m_at == m_arguments.size()) return name + " needs a value: " + option->value;
            argument.value = m_arguments[m_at++];
        }
        if (auto done = option->apply(*this, argument.value.value_or("")); !done) {
            return name + ": " + done.error();
        }
    }
    return std::optional<std::string>{};
}

std::string helpText()
{
    constexpr std::size_t kIndent = 34;
    constexpr std::size_t kWidth = 66;
    std::string text =
        "Usage: warren-perf [OPTION]...\n\n"
        "Loads an AMQP 0-9-1 broker, measures rates and latencies, and checks that nothing is\n"
        "lost, duplicated or out of order. Without options one producer and one consumer work as\n"
        "fast as they can until interrupted (Ctrl-C).\n";
    for (const Group& group : kGroups) {
        text += "\n";
        text += group.title;
        text += "\n";
        for (const Option& option : group.options) {
            std::string left = option.shortName[0] == '\0'
                                   ? "      "
                                   : "  -" + std::string(option.shortName) + ", ";
            if (left.size() < 6) left.resize(6, ' ');
            left += "--" + std::string(option.longName);
            if (takesValue(option)) left += " " + std::string(option.value);
            if (left.size() >= kIndent) {
                text += left + "\n" + std::string(kIndent, ' ');
            } else {
                left.resize(kIndent, ' ');
                text += left;
            }
            text += wrapped(option.help, kWidth, kIndent) + "\n";
        }
    }
    text +=
        "\n  -?, --help                      this text\n"
        "  -v, --version                   the version\n\n"
        "Latencies count from the moment at which a message was due: at a fixed rate a stalled\n"
        "broker is charged for every message that it kept waiting.\n\n"
        "Exit codes\n"
        "  0  measured; the checks found nothing\n"
        "  1  the broker was not reachable, refused us or ended a connection or channel\n"
        "  2  the command line is wrong\n"
        "  3  messages were lost, duplicated, reordered or damaged\n";
    return text;
}

}  // namespace warren::perf
