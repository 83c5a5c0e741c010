#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// What a queue knows of its messages beside their content: how they died before, how long they
// still live, how urgent they are, how often they came back. All of it outlives the process.

namespace warren::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

enum class End { Kill, Stop };

void PrintTo(End end, std::ostream* to) { *to << (end == End::Kill ? "Kill" : "Stop"); }

/// One entry of x-death, as far as it does not depend on the time.
struct Death {
    std::string queue;
    std::string reason;
    std::int64_t count = 0;
    bool operator==(const Death&) const = default;
};

void PrintTo(const Death& death, std::ostream* to)
{
    *to << death.queue << ' ' << death.reason << ' ' << death.count;
}

amqp::FieldTable headersOf(const WireEvent& message)
{
    auto properties = amqp::decodeProperties(bytesOf(message.properties));
    if (!properties) throw WireError("a message has unreadable properties");
    return properties->headers.value_or(amqp::FieldTable{});
}

template <typename T>
T valueOf(const amqp::FieldTable& table, std::string_view key)
{
    const amqp::FieldValue* value = table.find(key);
    const T* typed = value == nullptr ? nullptr : value->as<T>();
    if (typed == nullptr) throw WireError("no such value: " + std::string(key));
    return *typed;
}

amqp::FieldArray deathTablesOf(const WireEvent& message)
{
    const amqp::FieldTable headers = headersOf(message);
    if (headers.find("x-death") == nullptr) return {};
    return valueOf<amqp::FieldArray>(headers, "x-death");
}

std::vector<Death> deathsOf(const WireEvent& message)
{
    std::vector<Death> deaths;
    for (const amqp::FieldValue& entry : deathTablesOf(message)) {
        const auto& table = *entry.as<amqp::FieldTable>();
        deaths.push_back({.queue = valueOf<std::string>(table, "queue"),
                          .reason = valueOf<std::string>(table, "reason"),
                          .count = valueOf<std::int64_t>(table, "count")});
    }
    return deaths;
}

amqp::FieldTable deadLettersTo(const char* queue)
{
    return {{"x-dead-letter-exchange", ""}, {"x-dead-letter-routing-key", queue}};
}

/// A node that is ended and started again, and a client of it.
class LifetimesRestart : public ::testing::TestWithParam<End> {
protected:
    LifetimesRestart() { begin(); }

    /// Ends the node in the way that this test is about.
    void end()
    {
        // What was acked or rejected before is on disk when this is confirmed.
        publish("marker", "");
        m_client.reset();
        if (GetParam() == End::Kill) {
            m_node->kill();
        } else {
            EXPECT_EQ(stop(*m_node), 0);
        }
        m_node.reset();
        EXPECT_EQ(integrityOf(m_folder.path()), "ok");
    }
    void begin()
    {
        m_node = startNodeOn(m_folder.path());
        m_client = std::make_unique<WireClient>(m_node->amqpPort());
        m_client->openChannel(1);
        m_client->selectConfirms(1);
        declare("marker", {});
    }
    void restart()
    {
        end();
        begin();
    }

    void declare(const char* queue, amqp::FieldTable arguments)
    {
        m_client->declareQueue(
            1, {.queue = queue, .durable = true, .arguments = std::move(arguments)});
    }
    /// Waits for the confirm.
    void publish(std::string_view queue, std::string_view body,
                 amqp::Properties properties = persistent())
    {
        m_client->publish(1, {.routingKey = queue}, properties, body);
        m_client->await<amqp::BasicAck>(1);
    }
    WireEvent get(std::string_view queue)
    {
        auto message = m_client->get(1, queue, /*noAck=*/false);
        if (!message) throw WireError("nothing is in " + std::string(queue));
        return std::move(*message);
    }
    /// Waits for a message, and takes it.
    WireEvent awaitMessage(std::string_view queue)
    {
        std::optional<WireEvent> message;
        becomesTrue([&] { return (message = m_client->get(1, queue)).has_value(); });
        if (!message) throw WireError("nothing came to " + std::string(queue));
        return std::move(*message);
    }
    void giveBack(const WireEvent& message, bool isRequeued)
    {
        m_client->send(1, amqp::BasicNack{.deliveryTag = message.as<amqp::BasicGetOk>().deliveryTag,
                                          .requeue = isRequeued});
    }
    std::vector<std::string> takeAll(std::string_view queue)
    {
        std::vector<std::string> bodies;
        while (const auto message = m_client->get(1, queue)) {
            bodies.push_back(message->body);
        }
        return bodies;
    }
    std::uint32_t count(std::string_view queue) { return m_client->messageCount(1, queue); }

    TemporaryFolder m_folder;
    std::unique_ptr<NodeProcess> m_node;
    std::unique_ptr<WireClient> m_client;
};

using Strings = std::vector<std::string>;

}  // namespace

TEST_P(LifetimesRestart, KeepsLimitsAndHowMessagesDied)
{
    amqp::FieldTable limited = deadLettersTo("dead");
    limited.set("x-max-length", 2);
    declare("dead", {});
    declare("source", limited);
    for (const char* body : {"1", "2", "3", "4"}) {
        publish("source", body);
    }
    ASSERT_EQ(count("dead"), 2u);

    end();
    const std::time_t ended = std::time(nullptr);
    begin();

    // Another argument would be refused: it is the same queue, and it has the same limit.
    declare("source", limited);
    publish("source", "5");
    EXPECT_EQ(takeAll("source"), (Strings{"4", "5"}));
    for (const char* body : {"1", "2", "3"}) {
        const WireEvent message = awaitMessage("dead");
        EXPECT_EQ(message.body, body);
        EXPECT_EQ(deathsOf(message), (std::vector<Death>{{"source", "maxlen", 1}}));
        const amqp::FieldTable headers = headersOf(message);
        EXPECT_EQ(valueOf<std::string>(headers, "x-first-death-queue"), "source");
        EXPECT_EQ(valueOf<std::string>(headers, "x-first-death-reason"), "maxlen");
        const auto tables = deathTablesOf(message);
        const auto& death = *tables.front().as<amqp::FieldTable>();
        EXPECT_EQ(valueOf<amqp::FieldArray>(death, "routing-keys"), amqp::FieldArray{"source"});
        const auto diedAt = valueOf<amqp::Timestamp>(death, "time").seconds;
        if (message.body != "3") {
            EXPECT_LE(diedAt, static_cast<std::uint64_t>(ended));
        }
    }
}

TEST_P(LifetimesRestart, GoesOnCountingRetries)
{
    amqp::FieldTable waiting = deadLettersTo("work");
    waiting.set("x-message-ttl", 1);
    declare("work", deadLettersTo("retry"));
    declare("retry", waiting);
    publish("work", "stubborn");
    const auto failOnce = [&] {
        giveBack(get("work"), /*isRequeued=*/false);
        EXPECT_TRUE(becomesTrue([&] { return count("work") == 1; }));
    };
    failOnce();
    failOnce();

    restart();

    failOnce();
    EXPECT_EQ(deathsOf(get("work")),
              (std::vector<Death>{{"retry", "expired", 3}, {"work", "rejected", 3}}));
}

TEST_P(LifetimesRestart, LetsTimeGoOnWhileTheNodeIsDown)
{
    constexpr auto kLife = 2'000ms;
    declare("due", {});
    declare("waiting", deadLettersTo("due"));
    declare("staying", {{"x-message-ttl", 600'000}});
    amqp::Properties expiring = persistent();
    expiring.expiration = std::to_string(kLife.count());
    publish("staying", "long");
    publish("waiting", "short", expiring);
    const auto expiresAt = Clock::now() + kLife;
    EXPECT_EQ(count("due"), 0u);

    end();
    std::this_thread::sleep_until(expiresAt);  // this is what it is about: nobody is there
    begin();

    const auto begun = Clock::now();
    const WireEvent message = awaitMessage("due");
    EXPECT_LT(Clock::now() - begun, kLife - 500ms) << "it was given a new life";
    EXPECT_EQ(message.body, "short");
    EXPECT_EQ(deathsOf(message), (std::vector<Death>{{"waiting", "expired", 1}}));
    EXPECT_EQ(count("waiting"), 0u);
    EXPECT_EQ(takeAll("staying"), Strings{"long"});
}

TEST_P(LifetimesRestart, LetsMessagesLiveToTheirOldEndWhenTheNodeIsBackBefore)
{
    constexpr auto kLife = 3'000ms;
    declare("due", {});
    declare("waiting", deadLettersTo("due"));
    amqp::Properties expiring = persistent();
    expiring.expiration = std::to_string(kLife.count());
    const auto before = Clock::now();
    publish("waiting", "short", expiring);

    restart();

    awaitMessage("due");
    EXPECT_GE(Clock::now() - before, kLife - 5ms);  // the clocks of both differ a little
}

TEST_P(LifetimesRestart, KeepsTheOrderOfPriorities)
{
    declare("urgent", {{"x-max-priority", 5}});
    const auto publishWith = [&](const char* body, std::uint8_t priority) {
        amqp::Properties properties = persistent();
        properties.priority = priority;
        publish("urgent", body, properties);
    };
    for (const auto& [body, priority] :
         {std::pair{"1", 1}, {"5a", 5}, {"3", 3}, {"9", 9}, {"0", 0}}) {
        publishWith(body, static_cast<std::uint8_t>(priority));
    }
    giveBack(get("urgent"), /*isRequeued=*/true);

    restart();

    publishWith("5c", 5);
    EXPECT_EQ(takeAll("urgent"), (Strings{"5a", "9", "5c", "3", "1", "0"}));
}

TEST_P(LifetimesRestart, GoesOnCountingDeliveries)
{
    amqp::FieldTable limited = deadLettersTo("dead");
    limited.set("x-queue-type", "quorum");
    limited.set("x-delivery-limit", 2);
    declare("dead", {});
    declare("limited", limited);
    publish("limited", "poison");
    giveBack(get("limited"), /*isRequeued=*/true);
    giveBack(get("limited"), /*isRequeued=*/true);

    restart();

    giveBack(get("limited"), /*isRequeued=*/true);
    EXPECT_EQ(deathsOf(awaitMessage("dead")),
              (std::vector<Death>{{"limited", "delivery_limit", 1}}));
    EXPECT_EQ(count("limited"), 0u);
}

INSTANTIATE_TEST_SUITE_P(Ends, LifetimesRestart, ::testing::Values(End::Kill, End::Stop),
                         ::testing::PrintToStringParamName());

}  // namespace warren::test
