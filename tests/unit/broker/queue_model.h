#pragma once

#include "core/base/ids.h"
#include "core/base/prng.h"
#include "tests/support/broker_harness.h"

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace warren::test {

/// Random clients on a broker, beside a slow and obvious model of what its queues must hold: one
/// ordered list per queue. Each step does one thing to both and compares them; crashes lose what
/// the store has not committed.
///
/// What it checks: order and redelivered flag of every delivery, prefetch, that nobody waits who
/// could be served, that each publish is confirmed once, and that after a crash nothing confirmed
/// is missing and nothing comes twice unmarked. The same seed does the same, event by event.
class QueueModel {
public:
    explicit QueueModel(std::uint64_t seed);

    /// Does one random thing, and compares. Fails with Google Test's means.
    void step();
    /// Everything that clients were told, for comparison with another run.
    const std::string& transcript() const { return m_transcript; }
    /// How often what happened; a test that never crashed has tested little.
    const std::map<std::string, int>& counts() const { return m_counts; }

private:
    struct Message {
        int id = 0;
        bool isPersistent = false;
        bool isRedelivered = false;
    };
    /// A queue from its declaration to its deletion.
    struct Queue {
        std::string name;
        bool isDurable = false;
        bool isBound = false;  // to amq.fanout
        QueueId id{};
        std::map<std::uint64_t, Message> ready{};  // by place
        std::uint64_t lastPlace = 0;
    };
    struct Consumer {
        std::uint64_t queue = 0;
        std::uint32_t prefetch = 0;
        bool noAck = false;
    };
    struct Held {
        std::uint64_t queue = 0;
        std::uint64_t place = 0;
        Message message{};
        std::string consumer{};  // empty: got
        bool isVisible = false;  // the client knows of it
        bool isInTransaction = false;
    };
    struct Publication {
        int id = 0;
        bool isPersistent = false;
        std::vector<std::uint64_t> queues;
    };
    struct Settlement {
        DeliveryTag tag = 0;
        bool requeues = false;
        bool drops = false;
    };
    struct Channel {
        broker::ChannelMode mode = broker::ChannelMode::Plain;
        std::uint32_t prefetch = 0;
        std::uint32_t globalPrefetch = 0;
        bool isFlowActive = true;
        std::map<std::string, Consumer> consumers;
        std::map<DeliveryTag, Held> unacked;
        DeliveryTag lastPublish = 0;
        std::map<DeliveryTag, Publication> unconfirmed;
        std::vector<Publication> publications;            // of the open transaction
        std::vector<Settlement> settlements;              // likewise
        std::deque<std::vector<Publication>> committing;  // sent, and not answered yet
    };
    struct Client {
        CommandClient* client = nullptr;
        std::map<ChannelNumber, Channel> channels;
        ChannelNumber lastChannel = 0;
    };
    using MessageKey = std::pair<std::uint64_t, int>;  // queue and id

    // Random choices; nullptr if there is nothing to choose from.
    std::size_t pick(std::size_t count) { return static_cast<std::size_t>(m_prng.below(count)); }
    bool chance(std::uint64_t percent) { return m_prng.below(100) < percent; }
    Client& anyClient();
    Queue* anyQueue();
    std::pair<Client*, ChannelNumber> anyChannel();

    void connectClient(Client& client);
    void openChannel(Client& client);
    void declareQueue(const std::string& name, bool isDurable);
    void count(const std::string& what) { m_counts[what] += 1; }

    // One thing each.
    void publish(Client& client, ChannelNumber number);
    void consume(Client& client, ChannelNumber number);
    void cancel(Client& client, ChannelNumber number);
    void get(Client& client, ChannelNumber number);
    void settleOne(Client& client, ChannelNumber number);
    void recover(Client& client, ChannelNumber number);
    void setLimits(Client& client, ChannelNumber number);
    void purge(Client& client, ChannelNumber number);
    void deleteQueue(Client& client, ChannelNumber number);
    void endTransaction(Client& client, ChannelNumber number);
    void closeChannel(Client& client, ChannelNumber number);
    void loseClient(Client& client);
    void commitStore();
    void crash();
    void restart();

    // What the operations mean.
    void enqueue(const Publication& publication);
    void putBack(Held held);
    void drop(const Held& held);
    void settle(Channel& channel, const Settlement& settlement);
    void leave(const Channel& channel);
    void noteConfirmed(const Publication& publication);

    // Comparisons.
    void compare();
    void compareChannel(const Client& client, ChannelNumber number, Channel& channel,
                        std::map<std::uint64_t, std::set<int>>& handedOut);
    void compareQueue(std::uint64_t key, Queue& queue, const std::set<int>& handedOut);
    void readEvents(Client& client);
    void readDelivery(Client& client, ChannelNumber number, DeliveryTag tag,
                      const broker::MessagePtr& message, bool isRedelivered);
    void readConfirm(Channel& channel, const broker::Confirm& confirm);
    void checkNobodyWaits();
    void adoptAfterCrash(bool isOrderly);
    void checkSurvivors(std::uint64_t key, const Queue& queue, const broker::Queue& actual,
                        bool isOrderly);
    void adopt(std::uint64_t key, const Queue& queue, const broker::Queue& actual);
    std::uint64_t keyOf(QueueId id) const;

    Prng m_prng;
    BrokerHarness m_harness;
    std::vector<Client> m_clients;
    std::map<std::uint64_t, Queue> m_queues;  // those that exist
    std::uint64_t m_lastQueue = 0;
    int m_lastMessage = 0;
    int m_lastConsumer = 0;
    std::uint64_t m_noAckGetFrom = 0;  // the queue of this step's get without acknowledgement
    std::set<std::uint64_t> m_committedQueues;
    std::set<MessageKey> m_confirmed;         // must survive
    std::set<MessageKey> m_delivered;         // a client has seen it
    std::set<MessageKey> m_removed;           // acknowledged, purged: may come back after a crash
    std::set<MessageKey> m_committedRemoved;  // may not
    std::map<std::string, int> m_counts;
    std::string m_transcript;
};

}  // namespace warren::test
