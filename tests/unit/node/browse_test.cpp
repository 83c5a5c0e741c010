#include "core/node/browse.h"

#include "core/node/value_conversion.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::node {
namespace {

using management::BrowseMessages;
using management::BrowseResult;
using test::BrokerHarness;
using test::CommandClient;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class BrowseTest : public ::testing::Test {
protected:
    BrowseTest() { client.declareQueue(1, "q", true); }

    BrowseResult browsed(std::uint64_t offset = 0, std::uint32_t count = 100,
                         std::uint32_t bodyBytesMax = 4096)
    {
        missing.clear();
        return browse(
            harness.broker().state(), *harness.findQueue("q"),
            BrowseMessages{
                .queue = {}, .offset = offset, .count = count, .bodyBytesMax = bodyBytesMax},
            [](ConnectionId id) { return QStringLiteral("c%1").arg(id.value); }, loaded, missing);
    }
    /// "0 a", with ! when redelivered and the holder when unacked.
    static std::vector<std::string> linesOf(const BrowseResult& result)
    {
        std::vector<std::string> lines;
        for (const management::MessageRow& row : result.messages) {
            std::string line = std::to_string(row.position) + " " + row.body.toStdString();
            if (row.isRedelivered) line += "!";
            if (row.isUnacked) line += " " + utf8Of(row.holder);
            lines.push_back(line);
        }
        return lines;
    }

    LoadedMessages loaded;
    std::vector<broker::BodyRequest> missing;
    BrokerHarness harness;
    CommandClient& client = harness.connect(2);
};

TEST_F(BrowseTest, FindsNothingInAnEmptyQueue)
{
    EXPECT_THAT(browsed().messages, IsEmpty());
    EXPECT_EQ(browsed().totalCount, 0u);
}

TEST_F(BrowseTest, ShowsReadyAndUnackedMessagesInTheirOrder)
{
    for (const char* body : {"a", "b", "c", "d", "e"})
        client.publish(1, "q", body);
    client.setPrefetch(2, 3);
    client.consume(2, "q", "tag");
    client.nack(2, 2, true);  // comes again at once, with another tag
    client.send(2, broker::Cancel{"tag"});
    client.nack(2, 1, true);
    EXPECT_THAT(linesOf(browsed()), ElementsAre("0 a!", "1 b! c1 (2)", "2 c c1 (2)", "3 d", "4 e"));
    EXPECT_EQ(browsed().totalCount, 5u);
}

TEST_F(BrowseTest, NamesTheConsumerThatHoldsAMessage)
{
    client.publish(1, "q", "a");
    client.consume(2, "q", "tag");
    EXPECT_THAT(linesOf(browsed()), ElementsAre("0 a c1 (2) tag"));
}

TEST_F(BrowseTest, ChangesNothing)
{
    client.publish(1, "q", "a");
    (void)browsed();
    EXPECT_THAT(harness.ready("q"), ElementsAre("a"));
    EXPECT_EQ(harness.broker().state().counters.deliver, 0u);
    EXPECT_FALSE(harness.broker().hasWork());
}

TEST_F(BrowseTest, ShowsAWindow)
{
    for (int i = 0; i < 10; ++i)
        client.publish(1, "q", std::to_string(i));
    for (int i = 0; i < 4; ++i)
        client.get(1, "q");
    EXPECT_THAT(linesOf(browsed(3, 3)), ElementsAre("3 3 c1 (1)", "4 4", "5 5"));
    EXPECT_THAT(linesOf(browsed(9, 3)), ElementsAre("9 9"));
    EXPECT_THAT(browsed(10, 3).messages, IsEmpty());
    EXPECT_THAT(browsed(0, 0).messages, IsEmpty());
    EXPECT_THAT(browsed(static_cast<std::uint64_t>(-1), 3).messages, IsEmpty());
    EXPECT_EQ(browsed(3, 3).totalCount, 10u);
}

TEST_F(BrowseTest, ShowsAThousandMessagesAtMost)
{
    for (int i = 0; i < 1200; ++i)
        client.apply(1, broker::Publish{test::messageOf("", "q", "m"), false});
    harness.settle();
    EXPECT_EQ(browsed(0, 5000).messages.size(), 1000);
    EXPECT_EQ(browsed(1100, 5000).messages.size(), 100);
}

TEST_F(BrowseTest, CutsBodiesEachAndInAll)
{
    const std::string large(10 * 1024 * 1024, 'x');
    for (int i = 0; i < 3; ++i)
        client.publish(1, "q", large);
    const BrowseResult cut = browsed(0, 100, 16);
    EXPECT_EQ(cut.messages.front().body.size(), 16);
    EXPECT_EQ(cut.messages.front().bodyBytes, large.size());

    const BrowseResult whole = browsed(0, 100, 0xFFFFFFFF);
    ASSERT_EQ(whole.messages.size(), 3);
    EXPECT_EQ(whole.messages[0].body.size(), 10 * 1024 * 1024);
    EXPECT_EQ(whole.messages[1].body.size(), 6 * 1024 * 1024);
    EXPECT_EQ(whole.messages[2].body.size(), 0);
}

TEST_F(BrowseTest, NamesWhatIsOnDiskOnlyAndShowsItOnceItIsLoaded)
{
    harness.broker().setBodyLimits(0, 0);
    const std::string large(20'000, 'x');
    for (int i = 0; i < 3; ++i) {
        client.send(1, broker::Publish{test::messageOf("", "q", large, true), false});
    }
    harness.advance(std::chrono::seconds{1});
    const BrowseResult first = browsed();
    ASSERT_EQ(first.messages.size(), 3);
    ASSERT_EQ(missing.size(), 3u);
    EXPECT_EQ(first.messages[1].body.size(), 0);
    EXPECT_EQ(first.messages[1].bodyBytes, large.size());

    loaded.emplace(missing[1].position, test::messageOf("", "q", "came back", true));
    EXPECT_EQ(browsed().messages[1].body, QByteArray("came back"));
    EXPECT_EQ(missing.size(), 2u);
}

TEST_F(BrowseTest, ShowsWhereAMessageCameFromAndItsProperties)
{
    client.send(
        1, broker::BindQueue{.queue = "q", .exchange = "amq.direct", .routingKey = "schlüssel"});
    client.send(1,
                broker::Publish{test::messageOf("amq.direct", "schlüssel", "body", true), false});
    const management::MessageRow row = browsed().messages.front();
    EXPECT_EQ(row.exchange, QStringLiteral("amq.direct"));
    EXPECT_EQ(row.routingKey, QStringLiteral("schlüssel"));
    EXPECT_EQ(row.properties.deliveryMode, 2);
    EXPECT_TRUE(row.isPersistent);
}

}  // namespace
}  // namespace warren::node
