#pragma once

#include "tests/support/broker_harness.h"
#include "tests/unit/broker/model/broker_view.h"
#include "tests/unit/broker/model/slow_broker.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace warren::test {

/// The real broker and the slow one, asked for the same and compared after each step: what queues
/// and channels hold and count, what clients are told and in which order, which publishes are
/// confirmed and how, and what is on the disk after a crash.
///
/// The real one may tell clients later, since it waits for its store, but never anything else; and
/// once the store has committed everything, nothing may be missing.
class Lockstep {
public:
    /// What the model does when it is asked something. Kept for a while, so it captures values.
    using Request = std::function<void(SlowBroker&)>;

    Lockstep(bool commitsAtOnce, std::uint64_t seed);

    /// The first thing that was wrong; after that nothing is done any more.
    const std::string& fault() const { return m_fault; }
    /// After the requests so far.
    const SlowBroker& model() const { return m_model; }
    BrokerHarness& harness() { return m_harness; }
    CommandClient& client(std::size_t number) { return *m_clients[number]; }

    /// A connection for this client, in the place of an earlier one. The model is told by whoever
    /// calls.
    void connect(std::size_t number);
    void apply(ChannelKey key, broker::CommandBody body);
    /// Lets both do the same, and what follows from it, and compares.
    /// @param what  for people; its first word is counted
    void perform(const std::string& what, const std::function<void()>& real,
                 const Request& request);
    /// The same, but nothing follows before the next request: a broker gets several at once.
    void request(const std::string& what, const std::function<void()>& real,
                 const Request& request);

    std::size_t pendingGroupCount() const { return m_harness.store().pendingGroupCount(); }
    void commitGroups(std::size_t countMax);
    /// The clients are gone after it, as after a restart.
    /// @param groupCount, operationCount  as MemoryStore::crash has them
    void crash(std::size_t groupCount, std::size_t operationCount);
    void restart();

    /// Channels that clients were told had failed, since the last call.
    std::vector<ChannelKey> takeFailedChannels() { return std::exchange(m_failedChannels, {}); }

    /// What was done, one line per step.
    const std::vector<std::string>& log() const { return m_log; }
    /// Everything that clients were told, for comparison with another run.
    const std::string& transcript() const { return m_transcript; }
    /// How often what happened.
    const std::map<std::string, int>& counts() const { return m_counts; }

private:
    /// What the model does in a step: requests, and everything that follows.
    using Step = std::function<void(SlowBroker&, Choices&)>;
    struct Past {
        std::uint64_t groupCount = 0;  // that the store had got then
        SlowBroker broker;
    };
    struct Due {
        bool isRefused = false;
        std::uint64_t groupCount = 0;  // that have to be committed before
    };
    using StreamKey = std::pair<ChannelKey, std::string>;
    using Streams = std::map<StreamKey, std::deque<Told>>;

    /// The model catches up with what the real one shows, by whatever choices explain it.
    void follow(const SlowBroker& from, const Step& step);
    void startAgain(const SlowBroker& from, const Step& step);
    /// What was asked and not settled never happened.
    void forgetUnsettled();
    void accept(SlowBroker&& next, const BrokerLines& seen, const std::vector<SeenEvent>& events);
    void consumeEvent(const SeenEvent& event);
    void consumeConfirm(const SeenEvent& event);
    void forgetClosedChannels();
    void forgetChannel(ChannelKey key);
    /// Whether there are deliveries of which nothing can be seen yet, not even who got them.
    bool hasHidden(const SlowBroker& next, const std::vector<SeenEvent>& events) const;
    std::string compare(const SlowBroker& next, const BrokerLines& seen,
                        const std::vector<SeenEvent>& events) const;
    std::string compareEvents(const SlowBroker& next, const std::vector<SeenEvent>& events) const;
    std::string compareConfirms(const SlowBroker& next, const std::vector<SeenEvent>& events) const;
    /// The n-th thing that is told in this stream from now on, or nullptr.
    const Told* awaited(const SlowBroker& next, const StreamKey& key, std::size_t n) const;
    /// Whether the client still listens to this channel.
    bool isListening(const SlowBroker& next, ChannelKey key) const;
    /// The group that has to be committed before a publish of this step is confirmed.
    std::uint64_t groupOf(const ToldConfirm& confirm) const;
    void checkNothingIsMissing();
    void checkDeadline();
    void noteSnapshot();
    void note(const std::string& what);
    void count(const std::string& what) { m_counts[what] += 1; }
    void fail(const std::string& what) { m_fault += what; }

    const bool m_commitsAtOnce;
    BrokerHarness m_harness;
    BrokerView m_view;
    BrokerView::Clients m_clients;
    SlowBroker m_model;
    // Requests since the last time that everything was settled, and the model before them.
    std::vector<Request> m_unsettled;
    std::optional<SlowBroker> m_settledModel;

    Streams m_awaited;  // told by the model, not seen yet
    std::map<ChannelKey, std::map<DeliveryTag, Due>> m_awaitedConfirms;  // likewise
    std::set<CopyId> m_seen;  // a client was delivered them
    std::vector<ChannelKey> m_failedChannels;
    std::deque<Past> m_past;  // since the last commit of everything
    std::uint64_t m_committedCount = 0;

    std::string m_fault;
    std::vector<std::string> m_log;
    std::string m_transcript;
    std::map<std::string, int> m_counts;
};

}  // namespace warren::test
