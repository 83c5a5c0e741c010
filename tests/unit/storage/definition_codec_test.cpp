#include "core/storage/definition_codec.h"

#include "core/amqp/field_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace warren::storage {
namespace {

amqp::FieldTable someArguments()
{
    return {{"x-max-length", std::int64_t{5}},
            {"x-queue-type", "classic"},
            {"nested", amqp::FieldTable{{"deep", true}}}};
}

broker::VhostDefinition someVhost()
{
    return {.name = "v",
            .description = "Orders",
            .tags = {"production", ""},
            .defaultQueueType = "quorum",
            .maxConnections = -1,
            .maxQueues = std::int64_t{1} << 40,
            .isProtected = true,
            .isTracing = false};
}

broker::UserDefinition someUser()
{
    return {.name = "ann",
            .passwordHash = "c2FsdGhhc2g=",
            .hashing = broker::PasswordHashing::Sha512,
            .slowHash = "$scrypt$ln=15$salt$hash",
            .tags = {"administrator", "monitoring"},
            .maxConnections = 0,
            .maxChannels = std::nullopt};
}

broker::PermissionDefinition somePermission()
{
    return {.vhost = "v", .user = "ann", .configure = "^$", .write = "", .read = ".*"};
}

broker::TopicPermissionDefinition someTopicPermission()
{
    return {
        .vhost = "v", .user = "ann", .exchange = "amq.topic", .write = "^a", .read = "^{vhost}"};
}

broker::PolicyDefinition somePolicy()
{
    return {.vhost = "v",
            .name = "limits",
            .isOperator = false,
            .pattern = "^orders",
            .applyTo = broker::PolicyTarget::Queues,
            .priority = -7,
            .definition = {{"max-length", std::int64_t{100}}}};
}

std::optional<broker::CatalogueChange> reread(const DefinitionRow& row)
{
    return changeOf(row.kind, bytesOf(row.key), bytesOf(row.value));
}

TEST(DefinitionCodec, GivesAVhostBack)
{
    for (const broker::VhostDefinition& vhost :
         {broker::VhostDefinition{"/"}, someVhost(), broker::VhostDefinition{}}) {
        const auto change = reread(rowOf(vhost));
        ASSERT_TRUE(change);
        EXPECT_EQ(std::get<broker::PutVhost>(*change).vhost, vhost);
    }
    for (int bits = 0; bits < 4; ++bits) {
        auto vhost = someVhost();
        vhost.isProtected = (bits & 1) != 0;
        vhost.isTracing = (bits & 2) != 0;
        const auto change = reread(rowOf(vhost));
        ASSERT_TRUE(change);
        EXPECT_EQ(std::get<broker::PutVhost>(*change).vhost, vhost);
    }
}

TEST(DefinitionCodec, GivesEveryUserBack)
{
    for (const auto hashing : {broker::PasswordHashing::Sha256, broker::PasswordHashing::Sha512,
                               broker::PasswordHashing::Md5}) {
        auto user = someUser();
        user.hashing = hashing;
        const auto change = reread(rowOf(user));
        ASSERT_TRUE(change);
        EXPECT_EQ(std::get<broker::PutUser>(*change).user, user);
    }
    const broker::UserDefinition plain{.name = "plain"};
    const auto change = reread(rowOf(plain));
    ASSERT_TRUE(change);
    EXPECT_EQ(std::get<broker::PutUser>(*change).user, plain);
}

TEST(DefinitionCodec, GivesPermissionsBack)
{
    const auto change = reread(rowOf(somePermission()));
    ASSERT_TRUE(change);
    EXPECT_EQ(std::get<broker::PutPermission>(*change).permission, somePermission());

    const auto topicChange = reread(rowOf(someTopicPermission()));
    ASSERT_TRUE(topicChange);
    EXPECT_EQ(std::get<broker::PutTopicPermission>(*topicChange).permission, someTopicPermission());
}

TEST(DefinitionCodec, GivesEveryPolicyBack)
{
    for (const bool isOperator : {false, true}) {
        for (const auto target :
             {broker::PolicyTarget::All, broker::PolicyTarget::Queues,
              broker::PolicyTarget::Exchanges, broker::PolicyTarget::ClassicQueues,
              broker::PolicyTarget::QuorumQueues}) {
            auto policy = somePolicy();
            policy.isOperator = isOperator;
            policy.applyTo = target;
            const auto change = reread(rowOf(policy));
            ASSERT_TRUE(change);
            EXPECT_EQ(std::get<broker::PutPolicy>(*change).policy, policy);
        }
    }
    auto operatorPolicy = somePolicy();
    operatorPolicy.isOperator = true;
    EXPECT_NE(rowOf(operatorPolicy).key, rowOf(somePolicy()).key);
}

TEST(DefinitionCodec, GivesEveryExchangeBack)
{
    for (int bits = 0; bits < 8; ++bits) {
        for (const auto type : {broker::ExchangeType::Direct, broker::ExchangeType::Fanout,
                                broker::ExchangeType::Topic, broker::ExchangeType::Headers,
                                broker::ExchangeType::ConsistentHash, broker::ExchangeType::Random,
                                broker::ExchangeType::RecentHistory}) {
            const broker::ExchangeDefinition exchange{.vhost = "v",
                                                      .name = "orders",
                                                      .type = type,
                                                      .isDurable = (bits & 1) != 0,
                                                      .isAutoDelete = (bits & 2) != 0,
                                                      .isInternal = (bits & 4) != 0,
                                                      .arguments = someArguments()};
            const auto change = reread(rowOf(exchange));
            ASSERT_TRUE(change);
            EXPECT_EQ(std::get<broker::PutExchange>(*change).exchange, exchange);
        }
    }
}

TEST(DefinitionCodec, GivesAQueueBackWithItsExclusiveOwner)
{
    const broker::QueueDefinition queue{.id = {1ull << 40},
                                        .vhost = "v",
                                        .name = std::string(255, 'q'),
                                        .isDurable = true,
                                        .isAutoDelete = true,
                                        .exclusiveOwner = {7},
                                        .arguments = someArguments()};
    const auto change = reread(rowOf(queue));
    ASSERT_TRUE(change);
    EXPECT_EQ(std::get<broker::PutQueue>(*change).queue, queue);
}

TEST(DefinitionCodec, BindingsThatDifferInAnyMemberHaveDifferentKeys)
{
    const broker::BindingDefinition binding{.vhost = "v",
                                            .source = "s",
                                            .destination = "d",
                                            .destinationKind = broker::DestinationKind::Exchange,
                                            .routingKey = "k",
                                            .arguments = someArguments()};
    const auto change = reread(rowOf(binding));
    ASSERT_TRUE(change);
    EXPECT_EQ(std::get<broker::PutBinding>(*change).binding, binding);

    std::vector<broker::BindingDefinition> others(6, binding);
    others[0].vhost = "w";
    others[1].source = "t";
    others[2].destination = "e";
    others[3].destinationKind = broker::DestinationKind::Queue;
    others[4].routingKey = "l";
    others[5].arguments = {};
    for (const auto& other : others) {
        EXPECT_NE(rowOf(other).key, rowOf(binding).key);
    }
}

/// Which of these rows a change removes, by their place.
std::vector<std::size_t> removedFrom(const std::vector<DefinitionRow>& rows,
                                     const broker::CatalogueChange& change)
{
    using By = DefinitionSelection::By;
    const DefinitionEdit edit = editOf(change);
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < rows.size(); ++place) {
        const DefinitionRow& row = rows[place];
        for (const auto& one : std::get<std::vector<DefinitionSelection>>(edit)) {
            if (one.kind != row.kind) continue;
            const bool isSelected =
                (one.by == By::Key && one.text == row.key) ||
                (one.by == By::Source && one.text == row.source) ||
                (one.by == By::KeyPrefix && row.key >= one.text && row.key < endOfPrefix(one.text));
            if (isSelected) places.push_back(place);
        }
    }
    return places;
}

TEST(DefinitionCodec, ARemovalTakesAlongWhatItShouldAndNothingElse)
{
    const auto named = [](auto definition, const char* vhost, const char* user) {
        definition.vhost = vhost;
        definition.user = user;
        return rowOf(definition);
    };
    const auto policyOf = [](const char* vhost, bool isOperator) {
        auto policy = somePolicy();
        policy.vhost = vhost;
        policy.isOperator = isOperator;
        return rowOf(policy);
    };
    const auto bindingTo = [](broker::DestinationKind kind, const char* source,
                              const char* destination) {
        return rowOf(broker::BindingDefinition{.vhost = "v",
                                               .source = source,
                                               .destination = destination,
                                               .destinationKind = kind,
                                               .routingKey = "k",
                                               .arguments = {}});
    };
    using Kind = broker::DestinationKind;
    const std::vector<DefinitionRow> rows{
        rowOf(someVhost()),                                            // 0
        rowOf(broker::VhostDefinition{"vann"}),                        // 1
        rowOf(broker::ExchangeDefinition{.vhost = "v", .name = "d"}),  // 2
        rowOf(broker::QueueDefinition{
            .id = {1}, .vhost = "v", .name = "d", .exclusiveOwner = {}}),  // 3
        bindingTo(Kind::Queue, "s", "d"),                                  // 4
        bindingTo(Kind::Exchange, "s", "d"),                               // 5
        bindingTo(Kind::Queue, "d", "dd"),                                 // 6
        rowOf(someUser()),                                                 // 7
        rowOf(broker::UserDefinition{.name = "an"}),                       // 8
        named(somePermission(), "v", "ann"),                               // 9
        named(somePermission(), "v", "an"),                                // 10
        named(somePermission(), "vann", "ann"),                            // 11
        named(someTopicPermission(), "v", "ann"),                          // 12
        named(someTopicPermission(), "vann", "an"),                        // 13
        policyOf("v", false),                                              // 14
        policyOf("v", true),                                               // 15
        policyOf("vann", true),                                            // 16
    };
    using Places = std::vector<std::size_t>;
    EXPECT_EQ(removedFrom(rows, broker::RemoveVhost{"v"}),
              (Places{0, 2, 3, 4, 5, 6, 9, 10, 12, 14, 15}));
    EXPECT_EQ(removedFrom(rows, broker::RemoveVhost{""}), Places{});
    EXPECT_EQ(removedFrom(rows, broker::RemoveExchange{"v", "d"}), (Places{2, 5, 6}));
    EXPECT_EQ(removedFrom(rows, broker::RemoveQueue{{1}, "v", "d"}), (Places{3, 4}));
    EXPECT_EQ(removedFrom(rows, broker::RemoveUser{"ann"}), (Places{7, 9, 11, 12}));
    EXPECT_EQ(removedFrom(rows, broker::RemovePermission{"v", "an"}), Places{10});
    EXPECT_EQ(removedFrom(rows, broker::RemoveTopicPermission{"v", "ann", "amq.topic"}),
              Places{12});
    EXPECT_EQ(removedFrom(rows, broker::RemoveTopicPermission{"v", "ann", "other"}), Places{});
    EXPECT_EQ(removedFrom(rows, broker::RemovePolicy{"v", "limits", true}), Places{15});
    EXPECT_EQ(removedFrom(rows, broker::RemovePolicy{"v", "limits", false}), Places{14});
}

TEST(DefinitionCodec, APutMakesTheRowOfItsDefinition)
{
    const auto rowOfPut = [](const broker::CatalogueChange& change) {
        return std::get<DefinitionRow>(editOf(change));
    };
    EXPECT_EQ(rowOfPut(broker::PutVhost{someVhost()}), rowOf(someVhost()));
    EXPECT_EQ(rowOfPut(broker::PutUser{someUser()}), rowOf(someUser()));
    EXPECT_EQ(rowOfPut(broker::PutPermission{somePermission()}), rowOf(somePermission()));
    EXPECT_EQ(rowOfPut(broker::PutTopicPermission{someTopicPermission()}),
              rowOf(someTopicPermission()));
    EXPECT_EQ(rowOfPut(broker::PutPolicy{somePolicy()}), rowOf(somePolicy()));
}

TEST(DefinitionCodec, TheEndOfAPrefixSkipsBytesThatCannotGrow)
{
    EXPECT_EQ(endOfPrefix("ab"), "ac");
    EXPECT_EQ(endOfPrefix(std::string("a\xFF\xFF")), "b");
    EXPECT_EQ(endOfPrefix(std::string("\x7F")), "\x80");
}

TEST(DefinitionCodec, RefusesRowsThatAreCutOffOrTooLong)
{
    broker::ExchangeDefinition exchange{.vhost = "v", .name = "e", .arguments = someArguments()};
    broker::QueueDefinition queue;
    queue.id = {3};
    queue.vhost = "v";
    queue.name = "q";
    const broker::BindingDefinition binding{
        .vhost = "v", .source = "s", .destination = "d", .routingKey = "k", .arguments = {}};
    for (const auto& row :
         {rowOf(broker::VhostDefinition{"v"}), rowOf(someVhost()), rowOf(exchange), rowOf(queue),
          rowOf(binding), rowOf(someUser()), rowOf(somePermission()), rowOf(someTopicPermission()),
          rowOf(somePolicy())}) {
        for (std::size_t bytes = 0; bytes < row.key.size(); ++bytes) {
            EXPECT_FALSE(changeOf(row.kind, bytesOf(row.key.substr(0, bytes)), bytesOf(row.value)));
        }
        for (std::size_t bytes = 0; bytes < row.value.size(); ++bytes) {
            EXPECT_FALSE(changeOf(row.kind, bytesOf(row.key), bytesOf(row.value.substr(0, bytes))));
        }
        EXPECT_FALSE(changeOf(row.kind, bytesOf(row.key + "x"), bytesOf(row.value)));
        EXPECT_FALSE(changeOf(row.kind, bytesOf(row.key), bytesOf(row.value + "x")));
    }
}

TEST(DefinitionCodec, RefusesUnknownKindsAndTypes)
{
    auto exchange = rowOf(broker::ExchangeDefinition{.vhost = "v", .name = "e", .arguments = {}});
    exchange.value[0] = 7;
    EXPECT_FALSE(reread(exchange));
    EXPECT_FALSE(changeOf(DefinitionKind{0}, {}, {}));
    EXPECT_FALSE(changeOf(DefinitionKind{9}, {}, {}));

    auto user = rowOf(someUser());
    user.value[4 + someUser().passwordHash.size()] = 3;  // hashing
    EXPECT_FALSE(reread(user));
    auto policy = rowOf(somePolicy());
    policy.value[4 + somePolicy().pattern.size()] = 5;  // apply-to
    EXPECT_FALSE(reread(policy));
    policy = rowOf(somePolicy());
    policy.key[4 + 1] = 2;  // is-operator
    EXPECT_FALSE(reread(policy));
}

TEST(DefinitionCodec, AWrongCountOfTagsCostsNothing)
{
    auto row = rowOf(broker::VhostDefinition{"v"});
    for (std::size_t at = 4; at < 8; ++at) {
        row.value[at] = '\xFF';
    }
    EXPECT_FALSE(reread(row));
}

}  // namespace
}  // namespace warren::storage
