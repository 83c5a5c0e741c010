#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

// Users and their rights, as clients of a whole node meet them.

namespace warren::test {

namespace {

class AccessOverTcp : public ::testing::Test {
protected:
    /// A node on the same data folder each time, whose file names this default user.
    std::unique_ptr<NodeProcess> start(std::string_view user, std::string_view configure)
    {
        writeFile(m_folder / "rabbitmq.conf", "default_user = " + std::string(user) +
                                                  "\ndefault_pass = secret\n"
                                                  "default_permissions.configure = " +
                                                  std::string(configure) +
                                                  "\ndefault_permissions.write = ^w-\n"
                                                  "default_permissions.read = ^r-\n");
        return startNode({"--data", (m_folder / "data").string(), "--config",
                          (m_folder / "rabbitmq.conf").string()});
    }
    static WireLogin login(std::string_view user)
    {
        return {.user = std::string(user), .password = "secret"};
    }

    static std::string refusal(WireClient& client, ChannelNumber channel)
    {
        const WireEvent closed = client.await<amqp::ChannelClose>(channel);
        const auto method = closed.as<amqp::ChannelClose>();
        client.send(channel, amqp::ChannelCloseOk{});
        return std::to_string(method.replyCode) + " " + std::string(method.replyText);
    }

private:
    TemporaryFolder m_folder;
};

}  // namespace

TEST_F(AccessOverTcp, ARestrictedUserIsRefusedAndStaysSoAfterARestart)
{
    const std::string declared =
        "403 ACCESS_REFUSED - access to queue 'n-q' in vhost '/' refused for user 'ann'";
    {
        auto node = start("ann", "^c-");
        WireClient client(node->amqpPort(), login("ann"));
        client.openChannel(1);
        client.declareDurableQueue(1, "c-q");
        client.send(1, amqp::QueueDeclare{.queue = "n-q"});
        EXPECT_EQ(refusal(client, 1), declared);
        client.openChannel(2);
        client.publish(2, {.exchange = "amq.topic", .routingKey = "k"}, amqp::Properties{}, "m");
        EXPECT_EQ(refusal(client, 2),
                  "403 ACCESS_REFUSED - access to exchange 'amq.topic' in "
                  "vhost '/' refused for user 'ann'");
        client.openChannel(3);
        client.send(3, amqp::BasicGet{.queue = "nothing-there"});
        EXPECT_EQ(refusal(client, 3),
                  "403 ACCESS_REFUSED - access to queue 'nothing-there' in "
                  "vhost '/' refused for user 'ann'");
        EXPECT_EQ(stop(*node), 0);
    }
    // Another default user is of no interest to a node that has users.
    auto node = start("bob", ".*");
    EXPECT_THROW(WireClient(node->amqpPort(), login("bob")), WireError);
    EXPECT_THROW(WireClient(node->amqpPort(), {.user = "ann", .password = "wrong"}), WireError);
    WireClient client(node->amqpPort(), login("ann"));
    client.openChannel(1);
    client.declareDurableQueue(1, "c-q");
    client.send(1, amqp::QueueDeclare{.queue = "n-q"});
    EXPECT_EQ(refusal(client, 1), declared);
    EXPECT_EQ(stop(*node), 0);
    EXPECT_EQ(node->errorText().find("secret"), std::string::npos) << "a password in the log";
}

}  // namespace warren::test
