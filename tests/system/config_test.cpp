#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

// A node with a rabbitmq.conf.

namespace warren::test {

namespace {

class Config : public ::testing::Test {
protected:
    std::unique_ptr<NodeProcess> launch(std::string_view content)
    {
        writeFile(m_folder / "rabbitmq.conf", content);
        return launchNode({"--ephemeral", "--config", file()});
    }
    std::string file() const { return (m_folder / "rabbitmq.conf").string(); }

    void expectRefused(std::string_view content, const std::string& place, std::string_view reason)
    {
        auto node = launch(content);
        EXPECT_FALSE(node->awaitReady());
        EXPECT_EQ(node->awaitEnd(), 2);
        const std::string text = node->errorText();
        EXPECT_NE(text.find(file() + place), std::string::npos) << text;
        EXPECT_NE(text.find(reason), std::string::npos) << text;
        EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    }

private:
    TemporaryFolder m_folder;
};

}  // namespace

TEST_F(Config, IsWhatTheNodeGoesBy)
{
    auto node = launch(R"(
        # who may come, and what is offered
        default_user = alice
        default_pass = 'with # and spaces'
        heartbeat = 17
        frame_max = 8192
        channel_max = 5
        cluster_name = desk
    )");
    ASSERT_TRUE(node->awaitReady()) << node->errorText();

    EXPECT_THROW(WireClient(node->amqpPort(), {.user = "guest", .password = "guest"}), WireError);
    const WireClient client(
        node->amqpPort(),
        {.user = "alice", .password = "with # and spaces", .channelMax = 5, .frameBytesMax = 8192});
    EXPECT_EQ(client.offered().channelMax, 5);
    EXPECT_EQ(client.offered().frameMax, 8192u);
    EXPECT_EQ(client.offered().heartbeat, 17);
}

TEST_F(Config, NamesSettingsThatMeanNothingHereButNotTheirValues)
{
    auto node = launch("management.tcp.port = 15672\nldap.password = swordfish\n");
    ASSERT_TRUE(node->awaitReady()) << node->errorText();
    EXPECT_EQ(stop(*node), 0);
    const std::string text = node->errorText();
    EXPECT_NE(text.find("management.tcp.port"), std::string::npos) << text;
    EXPECT_NE(text.find("ldap.password"), std::string::npos) << text;
    EXPECT_EQ(text.find("swordfish"), std::string::npos) << text;
    EXPECT_EQ(text.find("15672"), std::string::npos) << text;
}

TEST_F(Config, IsRefusedWithFileLineAndReason)
{
    expectRefused("heartbeat = 60\nthis is no setting\n", ":2", "expected key = value");
    expectRefused("\n\nheartbeat = soon\n", ":3", "heartbeat");
    expectRefused("listeners.tcp.1 = 70000\n", ":1", "listeners.tcp.1");
}

TEST_F(Config, ThatIsMissingIsRefused)
{
    auto node = launchNode({"--ephemeral", "--config", "/nonexistent/rabbitmq.conf"});
    EXPECT_FALSE(node->awaitReady());
    EXPECT_EQ(node->awaitEnd(), 2);
    EXPECT_NE(node->errorText().find("/nonexistent/rabbitmq.conf"), std::string::npos);
}

}  // namespace warren::test
