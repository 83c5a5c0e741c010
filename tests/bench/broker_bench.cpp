/// What a message costs in the broker alone: published, delivered and acknowledged, without sockets
/// and without a disk. Arguments: messages per turn.

#include "core/broker/broker.h"
#include "tests/support/broker_harness.h"

#include <benchmark/benchmark.h>

#include <cstdint>
#include <span>

namespace warren::broker {
namespace {

constexpr ConnectionId kClient{1};

enum class Kind { Transient, Confirmed, Persistent };

void publishDeliverAck(benchmark::State& state, Kind kind)
{
    const bool isPersistent = kind == Kind::Persistent;
    Broker broker(1);
    broker.ensureVhost("/");
    broker.addConnection(kClient);
    broker.apply(kClient, {0, OpenConnection{.vhost = "/"}});
    broker.apply(kClient, {1, OpenChannel{}});
    broker.apply(kClient, {1, DeclareQueue{.name = "q", .isDurable = isPersistent}});
    if (kind != Kind::Transient) broker.apply(kClient, {1, SelectConfirms{}});
    broker.apply(kClient, {1, Consume{.queue = "q", .tag = "c"}});

    LogPosition lastPosition = 0;
    DeliveryTag lastTag = 0;
    const auto finishTurn = [&] {
        broker.flush();
        for (const StoredOperation& operation : broker.takeOperations()) {
            if (const auto* enqueue = std::get_if<Enqueue>(&operation)) {
                lastPosition = enqueue->position;
            }
        }
        broker.commit(lastPosition);
        broker.flush();
        broker.drainEvents([&](ConnectionId, std::span<Event> events) {
            for (const Event& event : events) {
                if (const auto* delivery = std::get_if<Delivery>(&event.body)) {
                    lastTag = delivery->tag;
                }
            }
        });
        broker.setSendCredit(kClient, Connection::kSendCreditBytes);
    };
    finishTurn();

    const auto messagesPerTurn = state.range(0);
    for ([[maybe_unused]] auto _ : state) {
        for (std::int64_t i = 0; i < messagesPerTurn; ++i) {
            const MessagePtr message = test::messageOf("", "q", "0123456789abcdef", isPersistent);
            broker.apply(kClient, {1, Publish{message, false}});
        }
        finishTurn();
        broker.apply(kClient, {1, Ack{lastTag, true}});
        finishTurn();
    }
    state.SetItemsProcessed(state.iterations() * messagesPerTurn);
}

BENCHMARK_CAPTURE(publishDeliverAck, transient, Kind::Transient)->Arg(1)->Arg(256);
BENCHMARK_CAPTURE(publishDeliverAck, confirmed, Kind::Confirmed)->Arg(1)->Arg(256);
BENCHMARK_CAPTURE(publishDeliverAck, persistent, Kind::Persistent)->Arg(1)->Arg(256);

}  // namespace
}  // namespace warren::broker

BENCHMARK_MAIN();
