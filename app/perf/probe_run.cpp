#include "app/perf/clock.h"
#include "app/perf/connection.h"
#include "app/perf/load_run.h"
#include "app/perf/other_loads.h"

#include <optional>
#include <thread>
#include <utility>

namespace warren::perf {
namespace {

constexpr ChannelNumber kChannel = 1;
constexpr auto kRetryInterval = std::chrono::milliseconds{2};

/// Notes when the first message was there, whole.
class FirstDelivery final : public ChannelHandler {
public:
    Status<Failure> onMethod(amqp::MethodId, ByteView) override { return {}; }
    Status<Failure> onContentHeader(std::uint64_t bodyBytes) override
    {
        m_bytesLeft = bodyBytes;
        return note();
    }
    Status<Failure> onBody(ByteView part) override
    {
        m_bytesLeft -= std::min<std::uint64_t>(part.size(), m_bytesLeft);
        return note();
    }
    std::optional<Instant> at{};

private:
    Status<Failure> note()
    {
        if (m_bytesLeft == 0 && !at) at = monotonicNow();
        return {};
    }
    std::uint64_t m_bytesLeft = 0;
};

Status<Failure> awaitDelivery(Connection& connection, const std::string& queue, Instant deadline,
                              FirstDelivery& first)
{
    if (auto done = connection.openChannel(kChannel); !done) return done;
    auto limited = connection.call<amqp::BasicQosOk>(kChannel, amqp::BasicQos{.prefetchCount = 1});
    if (!limited) return std::move(limited.error());
    connection.setHandler(kChannel, &first);
    auto consumes =
        connection.call<amqp::BasicConsumeOk>(kChannel, amqp::BasicConsume{.queue = queue});
    if (!consumes) return std::move(consumes.error());
    while (!first.at) {
        if (monotonicNow() >= deadline) {
            return Failure{FailureKind::Unreachable, "queue '" + queue + "' delivers nothing"};
        }
        if (auto done = connection.awaitInput(deadline); !done) return done;
    }
    return {};
}

}  // namespace

OtherResult runProbe(const Options& options, const volatile std::sig_atomic_t& interrupts,
                     const LineSink&)
{
    OtherResult result;
    const Instant begin = options.since.value_or(monotonicNow());
    const Instant deadline = monotonicNow() + options.patience;
    std::optional<Instant> connectedAt;
    FirstDelivery first;
    std::uint64_t attempts = 0;
    Status<Failure> done;
    while (true) {
        attempts += 1;
        Connection connection(settingsOf(options, "probe"));
        done = connection.open(options.uris.front());
        if (done) {
            if (!connectedAt) connectedAt = monotonicNow();
            if (!options.probeQueue.empty()) {
                done = awaitDelivery(connection, options.probeQueue, deadline, first);
            }
        }
        connection.close();  // the message goes back to its queue
        if (done || interrupts > 0 || monotonicNow() >= deadline) break;
        std::this_thread::sleep_for(kRetryInterval);
    }
    if (!done) result.failure = done.error();
    Figures& figures = result.figures;
    figures.text("mode", "mode", "probe");
    figures.whole("attempts", "attempts", attempts);
    if (connectedAt) {
        figures.real("connected_seconds", "seconds to connect", secondsOf(*connectedAt - begin), 6);
    }
    if (first.at) {
        figures.real("delivered_seconds", "seconds to a delivery", secondsOf(*first.at - begin), 6);
    }
    return result;
}

}  // namespace warren::perf
