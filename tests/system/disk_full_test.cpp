#include "tests/support/wire_client.h"
#include "tests/system/system_support.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

// The disk takes no more while messages are confirmed: the node confirms nothing that is not on it,
// says so and ends; what was confirmed is there when there is room again.

namespace warren::test {

namespace {

constexpr std::size_t kBodyBytes = 50'000;
constexpr int kStorageFailed = 8;

/// Publishes until the node ends. @returns how many messages it confirmed
std::uint64_t publishUntilItFails(NodeProcess& node)
{
    constexpr std::uint64_t kUnconfirmedMax = 20;
    constexpr std::uint64_t kCountMax = 5000;  // 250 MB: more than there is room for
    WireClient client(node.amqpPort());
    client.openChannel(1);
    client.selectConfirms(1);
    client.declareDurableQueue(1, "q");
    std::uint64_t confirmed = 0;
    for (std::uint64_t number = 1; number <= kCountMax; ++number) {
        client.publish(1, {.routingKey = "q"}, persistent(), bytesFrom(number, kBodyBytes));
        while (number - confirmed > kUnconfirmedMax) {
            const auto event = client.next();
            if (!event || event->is<amqp::ConnectionClose>()) return confirmed;
            EXPECT_FALSE(event->is<amqp::BasicNack>()) << "a refusal would be no lie, but is new";
            if (event->is<amqp::BasicAck>()) {
                confirmed = event->as<amqp::BasicAck>().deliveryTag;
            }
        }
    }
    ADD_FAILURE() << "the disk took everything";
    return confirmed;
}

void expectAllThere(NodeProcess& node, std::uint64_t confirmed)
{
    WireClient client(node.amqpPort());
    client.openChannel(1);
    ASSERT_GE(client.messageCount(1, "q"), confirmed);
    for (std::uint64_t number = 1; number <= confirmed; ++number) {
        const auto message = client.get(1, "q");
        ASSERT_TRUE(message);
        ASSERT_TRUE(message->body == bytesFrom(number, kBodyBytes)) << number;
    }
}

/// Lets this process and its children see a file system of their own at `folder`, of `bytes`.
/// @returns whether that is permitted here
bool mountSmallDisk(const std::filesystem::path& folder, const char* options)
{
    if (::unshare(CLONE_NEWNS) != 0) return false;
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
           ::mount("none", folder.c_str(), "tmpfs", 0, options) == 0;
}

class DiskFull : public ::testing::Test {
protected:
    /// With the alarm for little free space switched off: it would stop publishers long before.
    std::vector<std::string> arguments(const std::filesystem::path& data) const
    {
        const std::filesystem::path config = m_folder / "rabbitmq.conf";
        writeFile(config, "disk_free_limit.absolute = 0\n");
        return {"--data", data.string(), "--config", config.string()};
    }
    static void expectStorageFailed(NodeProcess& node)
    {
        EXPECT_EQ(node.awaitEnd(), kStorageFailed);
        EXPECT_NE(node.errorText().find("nothing is confirmed any more"), std::string::npos)
            << node.errorText();
    }

    TemporaryFolder m_folder;
};

}  // namespace

TEST_F(DiskFull, EndsTheNodeAndLosesNothingConfirmed)
{
    const std::filesystem::path disk = m_folder / "disk";
    std::filesystem::create_directory(disk);
    if (!mountSmallDisk(disk, "size=24m")) {
        GTEST_SKIP() << "no file system can be mounted here; the next test does without";
    }
    std::uint64_t confirmed = 0;
    {
        auto node = startNode(arguments(disk / "data"));
        confirmed = publishUntilItFails(*node);
        expectStorageFailed(*node);
    }
    EXPECT_GT(confirmed, 50u);
    {
        // Still full: it may start or say why it cannot, but nothing is lost by trying.
        auto node = launchNode(arguments(disk / "data"));
        if (node->awaitReady()) {
            expectAllThere(*node, 0);
            node->kill();
        } else {
            EXPECT_EQ(node->awaitEnd(), 3) << node->errorText();
        }
    }
    ASSERT_EQ(::mount("none", disk.c_str(), "tmpfs", MS_REMOUNT, "size=200m"), 0);
    auto node = startNode(arguments(disk / "data"));
    expectAllThere(*node, confirmed);
    EXPECT_EQ(stop(*node), 0) << node->errorText();
    EXPECT_EQ(integrityOf(disk / "data"), "ok");
    node.reset();
    ::umount(disk.c_str());
}

TEST_F(DiskFull, FilesThatMayNotGrowAreNoDifference)
{
    std::uint64_t confirmed = 0;
    {
        auto node = startNode(arguments(m_folder / "data"),
                              {"sh", "-c", "trap '' XFSZ; ulimit -f 40000; exec \"$@\"", "sh"});
        confirmed = publishUntilItFails(*node);
        expectStorageFailed(*node);
    }
    EXPECT_GT(confirmed, 50u);
    auto node = startNode(arguments(m_folder / "data"));
    expectAllThere(*node, confirmed);
    EXPECT_EQ(stop(*node), 0) << node->errorText();
    EXPECT_EQ(integrityOf(m_folder / "data"), "ok");
}

}  // namespace warren::test
