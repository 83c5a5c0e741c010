#pragma once

#include "core/management/broker_client.h"
#include "core/node/node.h"
#include "tests/support/event_loop.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace warren::node {

/// A node in this process that keeps nothing, on any free port, and its client.
class LocalNode : public testing::Test {
protected:
    void SetUp() override
    {
        NodeConfig config = defaultNodeConfig();
        config.isEphemeral = true;
        config.listeners.front().port = 0;
        config.logLevel = LogLevel::Error;
        m_node = std::make_unique<Node>(config, std::vector<IgnoredSetting>{});
        QObject::connect(
            m_node.get(), &Node::started, m_node.get(),
            [this](const NodeStarted& started) { m_port = started.endpoints.front().port; });
        m_node->start();
        ASSERT_TRUE(test::runUntil([this] { return m_port != 0; }));
    }

    management::BrokerClient& client() { return m_node->client(); }

    /// The answer to a command.
    management::CommandResult execute(const management::ManagementCommand& command)
    {
        const auto future = client().execute(command);
        if (!test::runUntil([&] { return future.isFinished(); })) {
            ADD_FAILURE() << "no answer to a command";
            return {management::CommandStatus::Unreachable, {}, {}};
        }
        return future.result();
    }

    /// The next snapshot of this scope.
    management::SnapshotPtr snapshotOf(const management::WatchScope& scope)
    {
        const auto before = client().snapshot()->sequence;
        client().watch(scope, std::chrono::milliseconds{250});
        EXPECT_TRUE(test::runUntil([&] {
            const auto now = client().snapshot();
            return now->sequence > before &&
                   now->topics == (scope.topics | management::TopicOverview);
        }));
        return client().snapshot();
    }

    std::unique_ptr<Node> m_node;
    std::uint16_t m_port = 0;
};

}  // namespace warren::node
