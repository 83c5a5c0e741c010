#include "core/broker/broker.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <span>
#include <string>
#include <vector>

namespace {

std::size_t allocationCount = 0;

void* allocated(std::size_t bytes, std::size_t alignment)
{
    allocationCount += 1;
    const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, whole > 0 ? whole : alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace

// Not inlined, or GCC takes the pairing of malloc and free inside for a mistake of the caller.
[[gnu::noinline]] void* operator new(std::size_t bytes)
{
    return allocated(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment)
{
    return allocated(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept
{
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept
{
    std::free(memory);
}

namespace warren::broker {
namespace {

constexpr int kMessagesPerTurn = 256;

/// One client that publishes to itself: a turn is a batch of publishes, a flush, and the
/// acknowledgement of what came.
class Loop {
public:
    Loop(bool isDurable, bool usesConfirms, const std::string& exchange = {})
        : m_message(test::messageOf(exchange, "q", "body", isDurable))
    {
        m_broker.ensureVhost("/");
        // With rights that have to be matched, not those of the node itself.
        const std::string pattern = "^(q|amq\\.default|amq\\.headers)$";
        Administration& people = m_broker.administration();
        EXPECT_TRUE(people.putUser({.name = "ann"}).isOk());
        EXPECT_TRUE(people.putPermission({"/", "ann", pattern, pattern, pattern}).isOk());
        m_broker.addConnection(kClient);
        m_broker.apply(kClient, {0, OpenConnection{.vhost = "/", .user = "ann"}});
        m_broker.apply(kClient, {1, OpenChannel{}});
        m_broker.apply(kClient, {1, DeclareQueue{.name = "q", .isDurable = isDurable}});
        m_broker.apply(kClient, {1, BindQueue{.queue = "q", .exchange = "amq.headers"}});
        if (usesConfirms) m_broker.apply(kClient, {1, SelectConfirms{}});
        m_broker.apply(kClient, {1, Consume{.queue = "q", .tag = "c"}});
        finishTurn();
    }

    void turn()
    {
        for (int i = 0; i < kMessagesPerTurn; ++i)
            m_broker.apply(kClient, {1, Publish{m_message, false}});
        finishTurn();
        m_broker.apply(kClient, {1, Ack{m_lastTag, true}});
        finishTurn();
    }
    int deliveredCount() const { return m_deliveredCount; }

private:
    static constexpr ConnectionId kClient{1};

    void finishTurn()
    {
        m_broker.flush();
        for (const StoredOperation& operation : m_broker.takeOperations()) {
            if (const auto* enqueue = std::get_if<Enqueue>(&operation)) {
                m_lastPosition = enqueue->position;
            }
        }
        m_broker.commit(m_lastPosition);
        m_broker.flush();
        m_broker.drainEvents([this](ConnectionId, std::span<Event> events) {
            for (const Event& event : events) {
                const auto* delivery = std::get_if<Delivery>(&event.body);
                if (delivery == nullptr) continue;
                m_lastTag = delivery->tag;
                m_deliveredCount += 1;
            }
        });
        m_broker.setSendCredit(kClient, Connection::kSendCreditBytes);
    }

    Broker m_broker{1};
    MessagePtr m_message;
    LogPosition m_lastPosition = 0;
    DeliveryTag m_lastTag = 0;
    int m_deliveredCount = 0;
};

/// What a turn may allocate, however many messages it has: lists that are handed over anew.
constexpr std::size_t kAllocationsPerTurn = 24;

std::size_t allocationsPerTurn(bool isDurable, bool usesConfirms, const std::string& exchange = {})
{
    constexpr int kTurns = 100;
    Loop loop(isDurable, usesConfirms, exchange);
    for (int i = 0; i < kTurns; ++i)
        loop.turn();
    const std::size_t before = allocationCount;
    for (int i = 0; i < kTurns; ++i)
        loop.turn();
    EXPECT_EQ(loop.deliveredCount(), 2 * kTurns * kMessagesPerTurn);
    return (allocationCount - before) / kTurns;
}

TEST(BrokerAllocations, DoNotGrowWithTransientMessages)
{
    EXPECT_LE(allocationsPerTurn(false, false), kAllocationsPerTurn);
}

TEST(BrokerAllocations, DoNotGrowWithRoutesThatAreNotKept)
{
    EXPECT_LE(allocationsPerTurn(false, false, "amq.headers"), kAllocationsPerTurn);
}

TEST(BrokerAllocations, DoNotGrowWithConfirms)
{
    EXPECT_LE(allocationsPerTurn(false, true), kAllocationsPerTurn);
}

TEST(BrokerAllocations, DoNotGrowWithPersistentMessages)
{
    EXPECT_LE(allocationsPerTurn(true, true), kAllocationsPerTurn);
}

}  // namespace
}  // namespace warren::broker
