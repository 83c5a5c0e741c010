#include "ui/models/badge.h"

#include "ui/format.h"
#include "ui/models/exchange_model.h"
#include "ui/models/known_arguments.h"
#include "ui/models/message_model.h"
#include "ui/models/policy_words.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::ExchangeRow;
using management::QueueRow;

TEST(QueueFeatures, ComeInTheOrderThatRabbitMqShowsThem)
{
    QueueRow queue;
    queue.isDurable = true;
    queue.isAutoDelete = true;
    queue.isExclusive = true;
    queue.arguments = {{QStringLiteral("x-max-priority"), 10LL},
                       {QStringLiteral("x-message-ttl"), 1000LL},
                       {QStringLiteral("x-dead-letter-exchange"), QStringLiteral("dlx")}};

    EXPECT_EQ(badgesText(queueFeatures(queue)), QStringLiteral("D AD Excl TTL DLX Pri"));
}

TEST(QueueFeatures, MarkWhatIsStoredAndNotActedOn)
{
    QueueRow queue;
    queue.arguments = {{QStringLiteral("x-message-ttl"), 1000LL},
                       {QStringLiteral("x-max-length"), 5LL}};
    queue.notHonoured = {QStringLiteral("x-message-ttl")};

    const Badges badges = queueFeatures(queue);

    ASSERT_EQ(badges.size(), 2);
    EXPECT_TRUE(badges.at(0).isInert);
    EXPECT_TRUE(badges.at(0).toolTip.contains(QStringLiteral("x-message-ttl: 1000")));
    EXPECT_EQ(badges.at(0).text, QStringLiteral("⚠ TTL"));
    EXPECT_TRUE(badges.at(0).toolTip.contains(QStringLiteral("does not act on it")));
    EXPECT_FALSE(badges.at(1).isInert);
    EXPECT_FALSE(badges.at(1).toolTip.contains(QStringLiteral("does not act on it")));
}

TEST(QueueFeatures, CutTheNamesOfUnknownArgumentsAndNameThemWholeInTheToolTip)
{
    QueueRow queue;
    const QString name = QStringLiteral("x-an-argument-nobody-knows");
    queue.arguments = {{name, true}};

    const Badges badges = queueFeatures(queue);

    ASSERT_EQ(badges.size(), 1);
    EXPECT_EQ(badges.first().text, QStringLiteral("x-an-argument…"));
    EXPECT_TRUE(badges.first().toolTip.startsWith(name + QStringLiteral(": true")));
}

TEST(QueueFeatures, TellWhatAPolicyGivesFromWhatWasDeclared)
{
    QueueRow queue;
    queue.type = QStringLiteral("quorum");
    queue.arguments = {{QStringLiteral("x-queue-type"), QStringLiteral("quorum")},
                       {QStringLiteral("x-max-length"), 5LL}};
    queue.policy = QStringLiteral("keep");
    queue.operatorPolicy = QStringLiteral("cap");
    queue.effectivePolicy = {{QStringLiteral("message-ttl"), 1000LL},
                             {QStringLiteral("max-length"), 3LL},
                             {QStringLiteral("ha-mode"), QStringLiteral("all")},
                             {QStringLiteral("ha-sync-mode"), QStringLiteral("automatic")}};

    const Badges badges = queueFeatures(queue);

    EXPECT_EQ(badgesText(badges), QStringLiteral("Q HA TTL Lim"));
    EXPECT_TRUE(badges.at(1).isFromPolicy);
    EXPECT_TRUE(badges.at(2).isFromPolicy);
    EXPECT_TRUE(badges.at(2).toolTip.contains(QStringLiteral("policy “keep”")));
    EXPECT_FALSE(badges.at(3).isFromPolicy) << "the queue was declared with it";
    EXPECT_TRUE(badges.at(3).toolTip.contains(QStringLiteral("says 3 too")));
}

TEST(QueueFeatures, MarkKeysOfPoliciesThatAreNotActedOn)
{
    QueueRow queue;
    queue.policy = QStringLiteral("mirror");
    queue.effectivePolicy = {{QStringLiteral("ha-mode"), QStringLiteral("all")},
                             {QStringLiteral("queue-mode"), QStringLiteral("lazy")},
                             {QStringLiteral("max-length"), 3LL}};
    queue.notHonoured = {QStringLiteral("ha-mode"), QStringLiteral("queue-mode")};

    const Badges badges = queueFeatures(queue);

    EXPECT_EQ(badgesText(badges), QStringLiteral("⚠ HA Lim ⚠ Mode"));
    EXPECT_TRUE(badges.at(0).isInert);
    EXPECT_FALSE(badges.at(1).isInert);
    EXPECT_TRUE(badges.at(2).toolTip.contains(QStringLiteral("does not act on it")));
}

TEST(PolicyWords, WriteAmountsSoThatAPersonReadsThem)
{
    EXPECT_EQ(settingValueText(QStringLiteral("message-ttl"), 60'000LL),
              QStringLiteral("60000 ms (1 min)"));
    EXPECT_EQ(settingValueText(QStringLiteral("max-length-bytes"), 1'048'576LL),
              QStringLiteral("1048576 (%1)").arg(format::bytes(1'048'576)));
    EXPECT_EQ(settingValueText(QStringLiteral("max-length-bytes"), -1LL), QStringLiteral("-1"));
    EXPECT_EQ(settingValueText(QStringLiteral("overflow"), QStringLiteral("drop-head")),
              QStringLiteral("drop-head"));
}

TEST(ExchangeFeatures, ShowDurableAutoDeleteInternalAndAlternate)
{
    ExchangeRow exchange;
    exchange.isDurable = true;
    exchange.isAutoDelete = true;
    exchange.isInternal = true;
    exchange.arguments = {{QStringLiteral("alternate-exchange"), QStringLiteral("other")}};

    EXPECT_EQ(badgesText(exchangeFeatures(exchange)), QStringLiteral("D AD I AE"));
}

TEST(States, AreSaidInWords)
{
    using management::QueueState;
    EXPECT_EQ(queueStateBadge(QueueState::Running).text, QStringLiteral("running"));
    EXPECT_EQ(queueStateBadge(QueueState::Idle).text, QStringLiteral("idle"));
    EXPECT_EQ(queueStateBadge(QueueState::Blocked).text, QStringLiteral("blocked"));
}

TEST(MessageStates, SayWhoHoldsAnUnackedMessage)
{
    management::MessageRow message;
    EXPECT_EQ(messageStateBadge(message).text, QStringLiteral("ready"));
    message.isUnacked = true;
    message.holder = QStringLiteral("127.0.0.1:40001 (1) ctag1");
    EXPECT_EQ(messageStateBadge(message).text, QStringLiteral("unacked"));
    EXPECT_TRUE(messageStateBadge(message).toolTip.contains(message.holder));
}

TEST(ReservedExchanges, AreTheDefaultOneAndThoseOfTheBroker)
{
    EXPECT_TRUE(isReservedExchange(QString()));
    EXPECT_TRUE(isReservedExchange(QStringLiteral("amq.direct")));
    EXPECT_FALSE(isReservedExchange(QStringLiteral("amqp")));
    EXPECT_FALSE(isReservedExchange(QStringLiteral("orders")));
}

TEST(KnownArguments, SuggestValuesOfTheirOwnType)
{
    for (const auto known : {knownQueueArguments(), knownExchangeArguments()}) {
        for (const KnownArgument& argument : known) {
            EXPECT_EQ(argumentTypeOf(knownArgumentSuggestion(argument)), argument.type)
                << argument.name;
            EXPECT_FALSE(knownArgumentLabel(argument).isEmpty()) << argument.name;
            EXPECT_FALSE(knownArgumentExplanation(argument).isEmpty()) << argument.name;
            EXPECT_EQ(findKnownArgument(known, QLatin1String(argument.name)), &argument);
        }
    }
    for (const auto groups : {policyKeyGroups(), operatorPolicyKeyGroups()}) {
        for (const KnownArgumentGroup& group : groups) {
            EXPECT_FALSE(knownArgumentGroupTitle(group).isEmpty());
            for (const KnownArgument& key : group.arguments) {
                EXPECT_EQ(argumentTypeOf(knownArgumentSuggestion(key)), key.type) << key.name;
                EXPECT_NE(findPolicyKey(QLatin1String(key.name)), nullptr) << key.name;
                EXPECT_FALSE(QLatin1String(key.name).startsWith(QLatin1String("x-")));
            }
        }
    }
    EXPECT_EQ(choicesOf(QStringLiteral("overflow")).size(), 3);
    EXPECT_TRUE(choicesOf(QStringLiteral("max-length")).isEmpty());
}

}  // namespace
}  // namespace warren::ui
