#pragma once

#include "tests/support/broker_harness.h"
#include "tests/unit/broker/model/slow_broker.h"

#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warren::test {

/// An event as a client sees it.
struct SeenEvent {
    ChannelKey channel{};
    std::string stream{};  ///< as Told::stream
    std::string text{};
    bool isConfirm = false;
    broker::Confirm confirm{};
};

/// What a broker holds, in lines that are the same for the real one and the slow one.
struct BrokerLines {
    std::vector<std::string> lines;
    /// The tags of what each channel holds; the real broker's only.
    std::map<ChannelKey, std::vector<DeliveryTag>> tags;
};
BrokerLines linesOf(const SlowBroker& broker);
/// What differs, for people; empty: nothing.
std::string difference(const std::vector<std::string>& wanted,
                       const std::vector<std::string>& found);

/// Looks at the real broker and at what it sends.
class BrokerView {
public:
    explicit BrokerView(BrokerHarness& harness) : m_harness(harness) {}

    using Clients = std::vector<CommandClient*>;
    BrokerLines look(const Clients& clients);
    /// The events of all clients since the last call; in order for each channel.
    std::vector<SeenEvent> takeEvents(const Clients& clients);
    /// The clients are gone.
    void forgetClients() { m_consumerTags.clear(); }

private:
    const SeenLetter& letterOf(const broker::MessagePtr& message);
    std::string lineOf(const broker::Queue& queue);
    std::string outgoingText(const broker::MessagePtr& message, bool isRedelivered);
    SeenEvent seen(std::size_t client, const broker::Event& event);

    BrokerHarness& m_harness;
    std::map<std::tuple<std::size_t, ChannelNumber, broker::ConsumerSlot>, std::string>
        m_consumerTags;
    // Holds the messages, so that no other one comes to lie where they are.
    std::unordered_map<const broker::Message*, std::pair<broker::MessagePtr, SeenLetter>> m_letters;
};

}  // namespace warren::test
