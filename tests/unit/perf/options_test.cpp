#include "app/perf/options.h"

#include "app/perf/topology.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace warren::perf {
namespace {

using namespace std::chrono_literals;

Options parsed(const std::vector<std::string>& arguments)
{
    auto line = parseCommandLine(arguments);
    if (!line || !std::holds_alternative<Options>(*line)) {
        ADD_FAILURE() << (line ? "a text to print" : line.error());
        return {};
    }
    return std::get<Options>(std::move(*line));
}

/// What is said about a bad command line; empty if it is fine.
std::string complaint(const std::vector<std::string>& arguments)
{
    const auto line = parseCommandLine(arguments);
    return line ? "" : line.error();
}

TEST(PerfOptions, AreOneProducerAndOneConsumerWithoutArguments)
{
    const Options options = parsed({});
    EXPECT_EQ(options.mode, Mode::Load);
    EXPECT_EQ(options.producers, 1u);
    EXPECT_EQ(options.consumers, 1u);
    EXPECT_EQ(options.queues, std::vector<std::string>{"warren-perf"});
    EXPECT_TRUE(options.usesDefaultExchange());
    EXPECT_EQ(options.sizes, std::vector<std::size_t>{16});
    EXPECT_FALSE(options.hasFixedRate());
    EXPECT_EQ(options.uris.front(), Uri{});
}

TEST(PerfOptions, AreWrittenInEachOfTheUsualForms)
{
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--producers", "3"},
                                                      {"--producers=3"},
                                                      {"-x", "3"},
                                                      {"-x3"},
                                                      {"-x=3"}}) {
        EXPECT_EQ(parsed(arguments).producers, 3u) << arguments.front();
    }
    EXPECT_EQ(parsed({"-k=a=b", "-e", "x"}).routingKey, "a=b");
    EXPECT_EQ(parsed({"-ka=b", "-e", "x"}).routingKey, "a=b");
}

TEST(PerfOptions, UnderstandPerfTestsNames)
{
    const Options options = parsed({"-h",   "amqp://u:p%40@broker:1234/v%2Fh",
                                    "-x",   "2",
                                    "-y",   "4",
                                    "-X",   "3",
                                    "-Y",   "5",
                                    "-s",   "16,1024",
                                    "-r",   "250.5",
                                    "-R",   "100",
                                    "-c",   "1000",
                                    "-A",   "10",
                                    "-q",   "200",
                                    "-Q",   "300",
                                    "-f",   "persistent,mandatory",
                                    "-z",   "1.5",
                                    "-C",   "7",
                                    "-D",   "8",
                                    "-qp",  "q-%d",
                                    "-qpf", "2",
                                    "-qpt", "4",
                                    "-i",   "0.5",
                                    "-b",   "10",
                                    "-d",   "name",
                                    "-ad",  "true",
                                    "-M",   "8192",
                                    "-qa",  "x-max-priority=10,x-queue-mode=lazy",
                                    "-mp",  "priority=5,contentType=text/plain,own=1"});
    EXPECT_EQ(
        options.uris.front(),
        (Uri{.host = "broker", .port = 1234, .user = "u", .password = "p@", .virtualHost = "v/h"}));
    EXPECT_EQ(options.producerChannelCount(), 6u);
    EXPECT_EQ(options.consumerChannelCount(), 20u);
    EXPECT_EQ(options.sizes, (std::vector<std::size_t>{16, 1024}));
    EXPECT_DOUBLE_EQ(options.rates.at(0).perSecond, 250.5);
    EXPECT_DOUBLE_EQ(options.consumerRate, 100);
    EXPECT_EQ(options.confirmWindow, 1000u);
    EXPECT_EQ(options.ackEvery, 10u);
    EXPECT_EQ(options.consumerPrefetch, 200u);
    EXPECT_EQ(options.channelPrefetch, 300u);
    EXPECT_TRUE(options.isPersistent);
    EXPECT_TRUE(options.isDurable);
    EXPECT_TRUE(options.isMandatory);
    EXPECT_EQ(options.time, 1500ms);
    EXPECT_EQ(options.producerMessages, 7u);
    EXPECT_EQ(options.consumerMessages, 8u);
    EXPECT_EQ(options.queues, (std::vector<std::string>{"q-2", "q-3", "q-4"}));
    EXPECT_EQ(options.interval, 500ms);
    EXPECT_EQ(options.heartbeatSeconds, 10);
    EXPECT_EQ(options.id, "name");
    EXPECT_TRUE(options.isAutoDelete);
    EXPECT_EQ(options.frameBytesMax, 8192u);
    EXPECT_EQ(options.queueArguments,
              (amqp::FieldTable{{"x-max-priority", std::int64_t{10}}, {"x-queue-mode", "lazy"}}));
    EXPECT_EQ(options.properties.priority, 5);
    EXPECT_EQ(options.properties.contentType, "text/plain");
    EXPECT_EQ(options.properties.headers, (amqp::FieldTable{{"own", std::int64_t{1}}}));
}

TEST(PerfOptions, TakeMinusOneForNoLimit)
{
    const Options options = parsed({"-r", "-1", "-c", "-1", "-R", "-1", "-C", "-1"});
    EXPECT_FALSE(options.hasFixedRate());
    EXPECT_EQ(options.confirmWindow, 0u);
    EXPECT_EQ(options.producerMessages, 0u);
}

TEST(PerfOptions, MakeAQueueForEachConsumerOfAFanOut)
{
    EXPECT_EQ(parsed({"-t", "fanout", "-y", "10"}).queues.size(), 10u);
    EXPECT_EQ(parsed({"-t", "fanout", "-y", "10", "--queues", "2"}).queues.size(), 2u);
    EXPECT_EQ(parsed({"-t", "fanout"}).exchange, "warren-perf.fanout");
}

TEST(PerfOptions, SayWhatIsWrong)
{
    const std::pair<std::vector<std::string>, std::string> cases[] = {
        {{"--nonsense"}, "there is no option --nonsense (see --help)"},
        {{"nonsense"}, "'nonsense' is no option"},
        {{"-"}, "'-' is no option"},
        {{"-x"}, "-x needs a value: N"},
        {{"-x", "many"}, "-x: 'many' is no whole number from 0 to 65536"},
        {{"-x", ""}, "-x: '' is no whole number from 0 to 65536"},
        {{"-x", "-2"}, "-x: '-2' is no whole number from 0 to 65536"},
        {{"-x", "99999999999999999999"},
         "-x: '99999999999999999999' is no whole number from 0 to 65536"},
        {{"--autoack=yes"}, "--autoack takes no value"},
        {{"-s", "12"},
         "-s: '12' is no whole number from 16 to 536870912 (a body begins with 16 bytes that say "
         "which message it is)"},
        {{"-r", "0"}, "-r: '0' is no number from 0.001 up"},
        {{"-r", "nan"}, "-r: 'nan' is no number from 0.001 up"},
        {{"-z", "1e300"}, "-z: '1e300' seconds are more than ten years"},
        {{"-f", "fast"}, "-f: 'fast' is neither persistent nor mandatory"},
        {{"-ad", "yes"}, "-ad: 'yes' is neither true nor false"},
        {{"-qa", "x"}, "-qa: 'x' is no NAME=VALUE"},
        {{"-vr", "10"}, "-vr: '10' is no VALUE:SECONDS"},
        {{"-vr", "0:1"}, "--variable-rate: no rate above 0"},
        {{"-vr", "1:0"}, "-vr: '0' is no number from 0.001 up"},
        {{"-r", "1", "-vr", "1:1"}, "-vr: excludes --rate and --publishing-interval"},
        {{"-h", "amqps://localhost"},
         "-h: 'amqps://localhost' asks for TLS, which warren-perf does not speak: use amqp://"},
        {{"-h", "http://localhost"},
         "-h: 'http://localhost' is no amqp://user:password@host:port/vhost"},
        {{"-h", "localhost:99999"},
         "-h: 'localhost:99999' is no amqp://user:password@host:port/vhost"},
        {{"-x", "0", "-y", "0"}, "neither producers nor consumers: nothing to do"},
        {{"-u", "a,a"}, "a queue is named twice"},
        {{"-u", "a,"}, "-u: a queue without a name"},
        {{"-u", "a", "--queues", "2"}, "--queue, --queues and --queue-pattern exclude each other"},
        {{"-qp", "q-%d"}, "--queue-pattern needs --queue-pattern-to"},
        {{"-qpt", "3"}, "--queue-pattern-from and --queue-pattern-to need --queue-pattern"},
        {{"-qp", "q", "-qpt", "3"},
         "--queue-pattern: 'q' needs one %d (or %03d) for the queue's number"},
        {{"-qp", "%d", "-qpf", "5", "-qpt", "3"},
         "--queue-pattern: the last queue's number is below the first one's"},
        {{"-e", "", "-t", "fanout"}, "--type: the default exchange has no type to choose"},
        {{"--bindings", "3"}, "--bindings needs an exchange: --type"},
        {{"--bindings", "1", "-t", "topic", "--queues", "2"},
         "--bindings: fewer bindings than queues"},
        {{"--bindings", "3", "-t", "fanout"},
         "--bindings: makes no sense for exchanges of type fanout"},
        {{"-K"}, "--random-routing-key needs an exchange: --type or --exchange"},
        {{"-c", "1", "-m", "1"}, "--confirm and --ptxsize exclude each other"},
        {{"-a", "-A", "2"}, "--autoack excludes --multi-ack-every and --nack"},
        {{"-A", "10", "-q", "5"},
         "--multi-ack-every: 10 unacknowledged messages never come with a prefetch of 5"},
        {{"-na"},
         "--nack puts every message back, so that the run needs an end: --time, --cmessages "
         "or --requeue false"},
        {{"-E"},
         "--exclusive: the queues belong to the connection that declares them, so that nobody "
         "could consume from them"},
        {{"--connection-churn", "5", "--idle-connections", "5"},
         "--idle-connections: one such mode at a time"},
        {{"-x", "65536", "-X", "2"}, "--producers: more than 65536 producers"},
    };
    for (const auto& [arguments, text] : cases)
        EXPECT_EQ(complaint(arguments), text);
}

TEST(PerfOptions, PrintHelpAndVersion)
{
    const auto help = parseCommandLine({"-x", "1", "--help"});
    ASSERT_TRUE(help.isOk());
    ASSERT_TRUE(std::holds_alternative<PrintText>(*help));
    const std::string& text = std::get<PrintText>(*help).text;
    for (const char* part : {"--uri URI", "-qpt, --queue-pattern-to N", "Exit codes"})
        EXPECT_NE(text.find(part), std::string::npos) << part;
    EXPECT_TRUE(std::holds_alternative<PrintText>(*parseCommandLine({"--version"})));
}

TEST(PerfUri, HasDefaultsForWhatIsLeftOut)
{
    EXPECT_EQ(*parseUri("amqp://"), Uri{});
    EXPECT_EQ(*parseUri("amqp://localhost"), (Uri{.host = "localhost"}));
    EXPECT_EQ(*parseUri("10.0.0.1:5673"), (Uri{.host = "10.0.0.1", .port = 5673}));
    EXPECT_EQ(*parseUri("amqp://a@h/"), (Uri{.host = "h", .user = "a", .password = ""}));
    EXPECT_EQ(*parseUri("amqp://[::1]:1/x?heartbeat=5"),
              (Uri{.host = "::1", .port = 1, .virtualHost = "x"}));
    EXPECT_EQ(parseUri("amqp://[::1]:1")->address(), "[::1]:1");
}

TEST(PerfUri, RefusesWhatIsBroken)
{
    for (const char* text : {"amqp://h:0", "amqp://h:x", "amqp://%zz", "amqp://h/%2", "amqp://[::1",
                             "amqp://[::1]x", "stomp://h"}) {
        EXPECT_FALSE(parseUri(text).isOk()) << text;
    }
}

}  // namespace
}  // namespace warren::perf
