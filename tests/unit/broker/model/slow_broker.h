#pragma once

#include "tests/unit/broker/model/choices.h"
#include "tests/unit/broker/model/slow_state.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::test {

/// What queues have to do, written down as plainly as possible: lists that are searched from their
/// beginning, nothing kept that could be counted. Slow, and obvious.
///
/// Each request does what it says and carries on the messages that died of it; then `settle` lets
/// happen what follows. In what order queues do that is free, and so comes from Choices. A copy of
/// it is a snapshot.
class SlowBroker {
public:
    explicit SlowBroker(std::int64_t nowMs) : m_now(nowMs) {}

    // ---- requests; channels, consumers and queues that they name are there

    void connect(std::size_t client);
    void openChannel(ChannelKey key, broker::ChannelMode mode);
    void closeChannel(ChannelKey key);
    void lose(std::size_t client);
    void declare(ChannelKey key, const QueuePlan& plan);
    void deleteQueue(ChannelKey key, const std::string& name);
    void purge(ChannelKey key, const std::string& name);
    void publish(ChannelKey key, const LetterPtr& letter, bool isMandatory);
    void consume(ChannelKey key, const std::string& queue, const std::string& tag, int priority,
                 bool noAck);
    void cancel(ChannelKey key, const std::string& tag);
    void get(ChannelKey key, const std::string& queue, bool noAck);
    /// @param isMultiple  everything up to the tag
    void settle(ChannelKey key, DeliveryTag tag, bool isMultiple, Settling how);
    void recover(ChannelKey key);
    void setPrefetch(ChannelKey key, std::size_t count, bool isGlobal);
    void setFlow(ChannelKey key, bool isActive);
    void setReads(std::size_t client, bool reads);
    void commit(ChannelKey key);
    void rollback(ChannelKey key);
    void passTime(std::int64_t ms);

    /// Whatever follows by itself: deliveries, expiry, overflow, and the deaths that they cause.
    void settle(Choices& choices);

    /// The state on the disk: durable queues with their stored messages, held ones among them in
    /// their old places; no clients.
    SlowBroker durablePart() const;
    /// An orderly stop and a new start.
    void restart(Choices& choices);

    // ---- what there is

    const std::vector<SlowQueue>& queues() const { return m_queues; }
    const std::vector<SlowChannel>& channels() const { return m_channels; }
    const SlowQueue* findQueue(const std::string& name) const;
    const SlowQueue* findQueue(std::uint64_t incarnation) const;
    const SlowChannel* findChannel(ChannelKey key) const;
    const SlowConnection& connection(std::size_t client) const { return m_connections.at(client); }
    std::int64_t now() const { return m_now; }
    /// Every copy that the queue has, ready or held, in the order of sequences.
    std::vector<Copy> contentsOf(const SlowQueue& queue) const;
    std::size_t heldCount(const SlowQueue& queue) const;
    /// When something happens by itself; nullopt: never.
    std::optional<std::int64_t> nextDeadline() const;

    // ---- for whoever compares it with the real one

    void forgetTold();
    const std::vector<Told>& told() const { return m_told; }
    const std::vector<ToldConfirm>& toldConfirms() const { return m_toldConfirms; }
    /// Of the copies that died since forgetTold and had a dead-letter exchange: what became of
    /// each.
    const std::map<CopyId, std::vector<CopyId>>& heirs() const { return m_heirs; }
    /// Their reasons.
    const std::vector<std::string>& deaths() const { return m_deaths; }
    /// Every copy since forgetTold, whatever became of it, with the queue that it joined.
    const std::vector<std::pair<std::uint64_t, Copy>>& born() const { return m_born; }
    void noteTag(ChannelKey key, std::size_t heldAt, DeliveryTag tag);
    void noteVisible(ChannelKey key, CopyId copy);
    /// Has these queues instead, as they were found on the disk, and never gives an id again that
    /// the later one gave.
    void adopt(std::vector<SlowQueue> queues, const SlowBroker& later);

private:
    struct Outcome {
        bool isRefused = false;
        bool isStored = false;
        CopyId copy = 0;
    };
    struct Dying {
        std::uint64_t queue = 0;
        Copy copy{};
        std::string reason{};
    };

    SlowQueue* queueAt(const std::string& name);
    SlowQueue* queueAt(std::uint64_t incarnation);
    SlowChannel& channelAt(ChannelKey key);
    SlowConsumer* consumerAt(const std::string& tag);
    void tell(ChannelKey key, std::string text) { m_told.push_back({key, {}, std::move(text)}); }

    std::vector<std::uint64_t> route(const Letter& letter) const;
    Outcome enqueue(const SlowPublication& publication);
    Outcome enqueue(SlowQueue& queue, const LetterPtr& letter);
    CopyId append(SlowQueue& queue, const LetterPtr& letter);
    static void insert(SlowQueue& queue, Copy copy);

    SlowConsumer* nextConsumer(SlowQueue& queue) const;
    bool canTake(const SlowConsumer& consumer);
    void handOut(SlowQueue& queue);
    void deliver(SlowQueue& queue, SlowConsumer& consumer);
    void removeConsumer(const std::string& tag);
    void activate(SlowQueue& queue);
    void wake(const std::function<bool(const SlowConsumer&)>& isMeant);
    void unpark(SlowQueue& queue, SlowConsumer& consumer);

    void settleOne(SlowChannel& channel, DeliveryTag tag, Settling how);
    SlowHeld release(SlowChannel& channel, std::size_t at);
    void putBack(SlowHeld held);
    void leave(ChannelKey key);

    bool dropExpired(SlowQueue& queue, std::int64_t at);
    void dropOverflow(SlowQueue& queue);
    /// What came back may be too much, or too late.
    void trimRefilled();
    void die(const SlowQueue& queue, Copy copy, std::string reason);
    void carryOnTheDead();
    bool hasWork(const SlowQueue& queue) const;
    void serve(SlowQueue& queue);

    std::int64_t m_now;
    std::vector<SlowQueue> m_queues;      // in the order of their declaration
    std::vector<SlowChannel> m_channels;  // by client, then number
    std::map<std::size_t, SlowConnection> m_connections;
    std::vector<Dying> m_dying;
    std::vector<std::uint64_t> m_refilled;  // queues to which something came back
    CopyId m_lastCopy = 0;
    std::uint64_t m_lastIncarnation = 0;
    std::uint64_t m_lastConnection = 0;
    std::uint64_t m_turns = 0;
    std::uint64_t m_servedCount = 0;
    std::vector<Told> m_told;
    std::vector<ToldConfirm> m_toldConfirms;
    std::map<CopyId, std::vector<CopyId>> m_heirs;
    std::vector<std::string> m_deaths;
    std::vector<std::pair<std::uint64_t, Copy>> m_born;
};

// Plain facts about queues and letters.
int priorityIn(const QueuePlan& plan, const Letter& letter);
bool isOver(const QueuePlan& plan, std::size_t count, std::size_t bytes);
std::size_t readyBytes(const SlowQueue& queue);
/// Whether a message with this history would go round for ever if this queue took it.
bool isCycle(const Letter& letter, const std::string& queue);
/// As a client sees a copy that goes out of this queue.
std::string outgoingText(const QueuePlan& plan, const Copy& copy);

}  // namespace warren::test
