#include "core/node/access_commands.h"

#include "core/node/management_executor.h"
#include "core/node/password_hash.h"
#include "core/node/snapshot_builder.h"
#include "core/node/user_store.h"
#include "core/node/value_conversion.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <optional>
#include <string>

namespace warren::node {
namespace {

using namespace management;
using test::CommandClient;
using ::testing::ElementsAre;

const QString kAnn = QStringLiteral("ann");
const QString kSlash = QStringLiteral("/");
const QString kOther = QStringLiteral("other");

class AccessCommandsTest : public ::testing::Test {
protected:
    CommandResult execute(const ManagementCommand& command)
    {
        CommandResult result = executor.execute(command);
        harness.settle();
        return result;
    }
    void done(const ManagementCommand& command)
    {
        const CommandResult result = execute(command);
        EXPECT_TRUE(result.isDone()) << utf8Of(result.text);
    }
    std::string refusal(const ManagementCommand& command, CommandStatus status)
    {
        const CommandResult result = execute(command);
        EXPECT_EQ(result.status, status) << utf8Of(result.text);
        return utf8Of(result.text);
    }
    /// "yes: …" or "no: …"
    std::string verdict(const CheckAccess& command)
    {
        const CommandResult result = execute(command);
        const auto* value = std::get_if<AccessVerdict>(&result.value);
        if (value == nullptr) return utf8Of(result.text);
        return (value->isAllowed ? "yes: " : "no: ") + utf8Of(value->reason);
    }
    SnapshotPtr build(Topics topics)
    {
        return builder.build(harness.broker().state(), WatchScope{.topics = topics}, {},
                             harness.now());
    }
    const broker::UserDefinition& ann()
    {
        return *harness.broker().state().catalogue.findUser("ann");
    }

    test::BrokerHarness harness;
    CommandClient& client = harness.connect();
    ManagementExecutor executor{
        harness.broker(),
        {.find = [](const std::string&) -> std::optional<ConnectionId> { return std::nullopt; },
         .name = [](ConnectionId) { return QString{}; }}};
    SnapshotBuilder builder;
    UserStore users{harness.broker().state().catalogue, {"guest"}};
};

// ------------------------------------------------------------------------------------------- users

TEST_F(AccessCommandsTest, AUserMayHaveAPassword)
{
    done(PutUser{.name = kAnn, .password = QStringLiteral("secret")});
    EXPECT_TRUE(users.accepts("ann", "secret", true));
    EXPECT_EQ(ann().passwordHash.size(), 48u) << "36 bytes as base64, for other brokers";
    EXPECT_TRUE(ann().slowHash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << ann().slowHash;

    const std::string before = ann().passwordHash;
    done(PutUser{
        .name = kAnn, .tags = {QStringLiteral(" monitoring "), QString{}}, .maxChannels = 3});
    EXPECT_EQ(ann().passwordHash, before) << "nothing was said of the password";
    EXPECT_THAT(ann().tags, ElementsAre("monitoring"));
    EXPECT_EQ(ann().maxChannels, 3);

    done(PutUser{.name = kAnn, .password = QStringLiteral("other")});
    EXPECT_FALSE(users.accepts("ann", "secret", true));
    EXPECT_TRUE(users.accepts("ann", "other", true));

    done(PutUser{.name = kAnn, .removesPassword = true});
    EXPECT_FALSE(users.accepts("ann", "other", true));
    EXPECT_FALSE(users.accepts("ann", "", true));
}

TEST_F(AccessCommandsTest, AUserMayComeFromAnotherBroker)
{
    done(PutUser{.name = kAnn, .password = QStringLiteral("secret")});
    const QString sha512 = QStringLiteral(
        "kI3GCqLeq+RPh+tmevNv1E2rfypBk80/R/dB+zpzFLed/bkOSLJ/"
        "qUnFSegy70p8hmrN5SDv/fH86zkYKYxizaNMtwU=");
    done(PutUser{.name = kAnn,
                 .passwordHash = sha512,
                 .hashingAlgorithm = QStringLiteral("rabbit_password_hashing_sha512")});
    EXPECT_EQ(ann().passwordHash, utf8Of(sha512));
    EXPECT_TRUE(users.accepts("ann", "xyz", true));
    EXPECT_FALSE(users.accepts("ann", "secret", true));
}

TEST_F(AccessCommandsTest, AUserIsRefusedWhatMakesNoSense)
{
    constexpr auto kInvalid = CommandStatus::Invalid;
    EXPECT_EQ(refusal(PutUser{.name = {}}, kInvalid), "a user needs a name");
    EXPECT_EQ(refusal(PutUser{.name = QString(300, QLatin1Char('x'))}, kInvalid),
              "the name of a user has more than 255 bytes");
    EXPECT_EQ(refusal(PutUser{.name = kAnn, .password = QString{}}, kInvalid),
              "the password is empty");
    EXPECT_EQ(refusal(PutUser{.name = kAnn,
                              .password = QStringLiteral("p"),
                              .passwordHash = QStringLiteral("h")},
                      kInvalid),
              "either a password or a hash, not both");
    EXPECT_EQ(refusal(PutUser{.name = kAnn, .passwordHash = QStringLiteral("!!!")}, kInvalid),
              "the password hash is not base64");
    EXPECT_EQ(refusal(PutUser{.name = kAnn, .passwordHash = QStringLiteral("AAAA")}, kInvalid),
              "the password hash has 3 bytes instead of 36");
    EXPECT_EQ(refusal(PutUser{.name = kAnn,
                              .passwordHash = QStringLiteral("AAAA"),
                              .hashingAlgorithm = QStringLiteral("rot13")},
                      kInvalid),
              "unknown hashing algorithm");
    EXPECT_EQ(harness.broker().state().catalogue.findUser("ann"), nullptr);
    EXPECT_EQ(refusal(RemoveUser{kAnn}, CommandStatus::NotFound), "no user 'ann'");
}

// ------------------------------------------------------------------------------------------ vhosts

TEST_F(AccessCommandsTest, AVhostIsPutChangedAndRemoved)
{
    done(PutVhost{.name = kOther, .description = QStringLiteral("d"), .isProtected = true});
    EXPECT_EQ(refusal(RemoveVhost{kOther}, CommandStatus::Conflict),
              "vhost 'other' is protected from deletion");
    done(PutVhost{.name = kOther,
                  .tags = {QStringLiteral("a")},
                  .defaultQueueType = QStringLiteral("quorum"),
                  .maxConnections = 4});
    const VhostRow row = build(TopicVhosts)->vhosts.back();
    EXPECT_EQ(row.name, kOther);
    EXPECT_EQ(row.description, QString{});
    EXPECT_EQ(row.tags, QStringList{QStringLiteral("a")});
    EXPECT_EQ(row.defaultQueueType, QStringLiteral("quorum"));
    EXPECT_EQ(row.maxConnections, 4);
    EXPECT_FALSE(row.isProtected);
    done(RemoveVhost{kOther});
    EXPECT_EQ(refusal(RemoveVhost{kOther}, CommandStatus::NotFound), "no vhost 'other'");
    EXPECT_EQ(refusal(PutVhost{.name = {}}, CommandStatus::Invalid), "a vhost needs a name");
    EXPECT_EQ(refusal(PutVhost{.name = kOther, .defaultQueueType = QStringLiteral("stream")},
                      CommandStatus::Invalid),
              "the default queue type is classic or quorum");
}

// ----------------------------------------------------------------------------------------- rights

TEST_F(AccessCommandsTest, RightsArePutAndRemoved)
{
    const PermissionRow permission{kSlash, kAnn, QStringLiteral("^c"), QStringLiteral("^w"),
                                   QStringLiteral("^r")};
    EXPECT_EQ(refusal(PutPermission{permission}, CommandStatus::NotFound), "no user 'ann'");
    done(PutUser{.name = kAnn});
    done(PutPermission{permission});
    PermissionRow wrong = permission;
    wrong.read = QStringLiteral("[");
    EXPECT_TRUE(QString::fromStdString(refusal(PutPermission{wrong}, CommandStatus::Invalid))
                    .startsWith(QStringLiteral("invalid regexp '['")));
    const TopicPermissionRow topic{kSlash, kAnn, QStringLiteral("x"), QStringLiteral("^w"),
                                   QStringLiteral("^r")};
    done(PutTopicPermission{topic});
    const SnapshotPtr snapshot = build(TopicPermissions);
    ASSERT_EQ(snapshot->permissions.size(), 2);
    EXPECT_EQ(snapshot->permissions.front(), permission);
    EXPECT_EQ(snapshot->topicPermissions, QList<TopicPermissionRow>{topic});

    done(RemoveTopicPermission{kSlash, kAnn, QStringLiteral("x")});
    done(RemovePermission{kSlash, kAnn});
    EXPECT_EQ(execute(RemoveTopicPermission{kSlash, kAnn, QStringLiteral("x")}).status,
              CommandStatus::NotFound);
    EXPECT_EQ(execute(RemovePermission{kSlash, kAnn}).status, CommandStatus::NotFound);
}

TEST_F(AccessCommandsTest, SaysWhichPatternDecides)
{
    using Right = CheckAccess::Right;
    done(PutUser{.name = kAnn});
    CheckAccess check{.user = kAnn,
                      .vhost = kSlash,
                      .isExchange = true,
                      .name = QStringLiteral("w-topic"),
                      .right = Right::Write};
    EXPECT_EQ(verdict(check), "no: 'ann' has no permissions in vhost '/'");
    done(PutPermission{{kSlash, kAnn, {}, QStringLiteral("^w-|^amq\\.default$"), {}}});
    EXPECT_EQ(verdict(check), "yes: the write permission '^w-|^amq\\.default$' matches the name");
    check.right = Right::Read;
    EXPECT_EQ(verdict(check), "no: the read permission '' does not match the name");
    check.right = Right::Write;
    check.name = QString{};
    EXPECT_EQ(verdict(check), "yes: the write permission '^w-|^amq\\.default$' matches the name");

    client.send(1, broker::DeclareExchange{.name = "w-topic", .type = "topic"});
    client.send(1, broker::DeclareExchange{.name = "w-direct", .type = "direct"});
    for (const QString& name : {QStringLiteral("w-topic"), QStringLiteral("w-direct")}) {
        done(PutTopicPermission{{kSlash, kAnn, name, QStringLiteral("^{username}$"), {}}});
    }
    check.name = QStringLiteral("w-topic");
    check.routingKey = QStringLiteral("bob");
    EXPECT_EQ(verdict(check),
              "no: the write permission '^w-|^amq\\.default$' matches the name, "
              "and the topic permission '^ann$' does not match the routing key");
    check.routingKey = kAnn;
    EXPECT_EQ(verdict(check),
              "yes: the write permission '^w-|^amq\\.default$' matches the name, "
              "and the topic permission '^ann$' matches the routing key");
    check.name = QStringLiteral("w-direct");
    check.routingKey = QStringLiteral("bob");
    EXPECT_EQ(verdict(check), "yes: the write permission '^w-|^amq\\.default$' matches the name");

    check.vhost = kOther;
    EXPECT_EQ(verdict(check), "no vhost 'other'");
    check.vhost = kSlash;
    check.user = QStringLiteral("bob");
    EXPECT_EQ(verdict(check), "no user 'bob'");
}

// ------------------------------------------------------------------------------------------- rows

TEST_F(AccessCommandsTest, ShowsUsersAndWhereTheyMayGo)
{
    done(PutUser{.name = kAnn, .password = QStringLiteral("p"), .maxConnections = 2});
    done(PutVhost{.name = kOther});
    for (const QString& vhost : {kSlash, kOther})
        done(PutPermission{{vhost, kAnn, {}, {}, {}}});
    harness.connect({.vhost = "other", .user = "ann"}, 0);
    const SnapshotPtr snapshot = build(TopicUsers | TopicVhosts);
    ASSERT_EQ(snapshot->users.size(), 2);
    const UserRow& ann = snapshot->users.front();
    EXPECT_EQ(ann.name, kAnn);
    EXPECT_EQ(ann.vhosts, (QStringList{kSlash, kOther}));
    EXPECT_TRUE(ann.hasPassword);
    EXPECT_EQ(ann.maxConnections, 2);
    EXPECT_EQ(ann.connectionCount, 1u);
    ASSERT_EQ(snapshot->vhosts.size(), 2);
    EXPECT_EQ(snapshot->vhosts.front().users, (QStringList{kAnn, QStringLiteral("guest")}));
    EXPECT_EQ(snapshot->vhosts.back().users, QStringList{kAnn});
    EXPECT_EQ(snapshot->vhosts.back().connectionCount, 1u);
}

TEST_F(AccessCommandsTest, ShowsWhyChannelsWereClosedThoughTheirConnectionsAreGone)
{
    const ConnectionId id{1000};
    harness.broker().addConnection(id, "127.0.0.1:40000 -> 127.0.0.1:5672");
    harness.broker().apply(id, {0, broker::OpenConnection{.vhost = "/", .user = "guest"}});
    harness.broker().apply(id, {3, broker::OpenChannel{}});
    harness.broker().apply(id, {3, broker::Get{.queue = "nowhere"}});
    harness.broker().apply(id, {0, broker::LoseConnection{}});
    const auto closes = build(TopicClosedChannels)->closedChannels;
    ASSERT_EQ(closes.size(), 1);
    EXPECT_EQ(closes.front().connection, QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672"));
    EXPECT_EQ(closes.front().channel, 3);
    EXPECT_EQ(closes.front().vhost, kSlash);
    EXPECT_EQ(closes.front().user, QStringLiteral("guest"));
    EXPECT_EQ(closes.front().code, 404);
    EXPECT_EQ(closes.front().text, QStringLiteral("NOT_FOUND - no queue 'nowhere' in vhost '/'"));
}

}  // namespace
}  // namespace warren::node
