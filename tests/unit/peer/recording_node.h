#pragma once

#include "core/peer/node_links.h"
#include "tests/support/event_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::test {

inline cluster::NodeName nodeName(std::string_view text) { return *cluster::NodeName::parse(text); }

inline peer::PeerIdentity identityOf(std::string_view name, std::uint64_t instance = 1)
{
    return {nodeName(name), {}, instance};
}

inline peer::Cookie cookieOf(std::string_view text) { return *peer::Cookie::fromText(text); }

/// Dials often. Losses take long, for slow machines: tests of losses say how long.
inline peer::LinkOptions quickOptions()
{
    using std::chrono::milliseconds;
    return {.heartbeat = milliseconds(20),
            .lossTimeout = std::chrono::seconds(20),
            .backoffMin = milliseconds(1),
            .backoffMax = milliseconds(10),
            .handshakeTimeout = std::chrono::seconds(20)};
}

/// NodeLinks that write down what they are told.
class RecordingNode {
public:
    explicit RecordingNode(std::string_view name, std::string_view cookie = "SECRET",
                           peer::LinkOptions options = quickOptions(), std::uint64_t instance = 1)
        : m_links(std::make_unique<peer::NodeLinks>(identityOf(name, instance), cookieOf(cookie),
                                                    options, callbacks()))
    {
    }

    /// @param port  0: any
    RecordingNode& listening(std::uint16_t port = 0)
    {
        const auto endpoint = m_links->listen("127.0.0.1", port);
        EXPECT_TRUE(endpoint) << endpoint.error();
        if (endpoint) m_port = endpoint->port;
        return *this;
    }
    void dial(const RecordingNode& other) { links().setPeer(other.name(), other.address()); }

    peer::NodeLinks& links() const { return *m_links; }
    const cluster::NodeName& name() const { return m_links->self().name; }
    std::string address() const { return "127.0.0.1:" + std::to_string(m_port); }
    std::uint16_t port() const { return m_port; }

    /// "up b@h", "down b@h", "gone b@h", "heard b@h 1", "silent b@h", in the order of the
    /// callbacks; "gone" only once in a row.
    std::vector<std::string> events;
    std::string lastReason;  ///< of a linkDown
    std::vector<std::string> frames;
    std::vector<std::string> warnings;
    peer::LinkCallbacks also;  ///< called after what is written down

    std::ptrdiff_t countOf(const std::string& event) const
    {
        return std::count(events.begin(), events.end(), event);
    }
    bool has(const std::string& event) const { return countOf(event) > 0; }

private:
    peer::LinkCallbacks callbacks()
    {
        return {.linkUp =
                    [this](const peer::PeerIdentity& peer) {
                        events.push_back("up " + peer.name.text());
                        if (also.linkUp) also.linkUp(peer);
                    },
                .linkDown =
                    [this](const cluster::NodeName& peer, const std::string& reason) {
                        events.push_back("down " + peer.text());
                        lastReason = reason;
                        if (also.linkDown) also.linkDown(peer, reason);
                    },
                .gone =
                    [this](const cluster::NodeName& peer) {
                        const std::string event = "gone " + peer.text();
                        if (events.empty() || events.back() != event) events.push_back(event);
                        if (also.gone) also.gone(peer);
                    },
                .heard =
                    [this](const peer::PeerIdentity& peer) {
                        events.push_back("heard " + peer.name.text() + ' ' +
                                         std::to_string(peer.instance));
                        if (also.heard) also.heard(peer);
                    },
                .silent =
                    [this](const cluster::NodeName& peer) {
                        events.push_back("silent " + peer.text());
                        if (also.silent) also.silent(peer);
                    },
                .received =
                    [this](const peer::PeerIdentity& from, ByteView frame) {
                        frames.emplace_back(textOf(frame));
                        if (also.received) also.received(from, frame);
                    },
                .warned = [this](const std::string& sentence) { warnings.push_back(sentence); }};
    }

    std::unique_ptr<peer::NodeLinks> m_links;
    std::uint16_t m_port = 0;
};

/// Lets everything happen that is on its way on this machine: two other nodes find each other
/// meanwhile, twice.
[[nodiscard]] inline bool runAWhile()
{
    for (int round = 0; round < 2; ++round) {
        RecordingNode one("one@h");
        RecordingNode other("other@h");
        other.listening();
        one.dial(other);
        if (!runUntil([&] { return one.has("up other@h") && other.has("heard one@h 1"); })) {
            return false;
        }
    }
    return true;
}

}  // namespace warren::test
