#include "core/storage/definition_codec.h"

#include "core/amqp/field_table.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace warren::storage {
namespace {

amqp::FieldTable someArguments()
{
    return {{"x-max-length", std::int64_t{5}},
            {"x-queue-type", "classic"},
            {"nested", amqp::FieldTable{{"deep", true}}}};
}

std::optional<broker::CatalogueChange> reread(const DefinitionRow& row)
{
    return changeOf(row.kind, bytesOf(row.key), bytesOf(row.value));
}

TEST(DefinitionCodec, GivesAVhostBack)
{
    const broker::VhostDefinition vhost{"/"};
    const auto change = reread(rowOf(vhost));
    ASSERT_TRUE(change);
    EXPECT_EQ(std::get<broker::PutVhost>(*change).vhost, vhost);
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

TEST(DefinitionCodec, GivesAQueueBackWithoutItsExclusiveOwner)
{
    broker::QueueDefinition queue{.id = {1ull << 40},
                                  .vhost = "v",
                                  .name = std::string(255, 'q'),
                                  .isDurable = true,
                                  .isAutoDelete = true,
                                  .exclusiveOwner = {7},
                                  .arguments = someArguments()};
    const auto change = reread(rowOf(queue));
    ASSERT_TRUE(change);
    queue.exclusiveOwner = {};
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

TEST(DefinitionCodec, PrefixesFindWhatTheyShouldAndNothingElse)
{
    const broker::BindingDefinition binding{.vhost = "v",
                                            .source = "s",
                                            .destination = "d",
                                            .destinationKind = broker::DestinationKind::Queue,
                                            .routingKey = "k",
                                            .arguments = {}};
    const auto key = rowOf(binding).key;
    const auto isIn = [&key](const std::string& prefix) {
        return key >= prefix && key < endOfPrefix(prefix);
    };
    EXPECT_TRUE(isIn(vhostPrefix("v")));
    EXPECT_TRUE(isIn(destinationPrefix("v", broker::DestinationKind::Queue, "d")));
    EXPECT_FALSE(isIn(vhostPrefix("")));
    EXPECT_FALSE(isIn(vhostPrefix("vd")));
    EXPECT_FALSE(isIn(destinationPrefix("v", broker::DestinationKind::Exchange, "d")));
    EXPECT_FALSE(isIn(destinationPrefix("v", broker::DestinationKind::Queue, "")));
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
         {rowOf(broker::VhostDefinition{"v"}), rowOf(exchange), rowOf(queue), rowOf(binding)}) {
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
    auto row = rowOf(broker::ExchangeDefinition{.vhost = "v", .name = "e", .arguments = {}});
    row.value[0] = 7;
    EXPECT_FALSE(reread(row));
    EXPECT_FALSE(changeOf(DefinitionKind{0}, {}, {}));
    EXPECT_FALSE(changeOf(DefinitionKind{5}, {}, {}));
}

}  // namespace
}  // namespace warren::storage
