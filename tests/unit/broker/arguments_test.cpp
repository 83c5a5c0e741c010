#include "core/broker/arguments.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <gmock/gmock.h>
#include <string>
#include <vector>

namespace warren::broker {
namespace {

using amqp::FieldTable;
using amqp::FieldValue;
using ::testing::ElementsAre;

QueueDefinition queueWith(FieldTable arguments)
{
    return {.id = QueueId{1},
            .vhost = "/",
            .name = "q",
            .isDurable = true,
            .isAutoDelete = false,
            .exclusiveOwner = {},
            .arguments = std::move(arguments)};
}

/// "ok", or the refusal without what all of them begin with.
std::string verdictText(const Verdict& verdict)
{
    if (verdict.isOk()) return "ok";
    EXPECT_EQ(verdict.error().code, amqp::ReplyCode::PreconditionFailed);
    const std::string entity = " for queue 'q' in vhost '/'";
    std::string text = verdict.error().text;
    const std::size_t at = text.find(entity);
    return at == std::string::npos ? text : text.erase(at, entity.size());
}

std::string judge(FieldTable arguments)
{
    return verdictText(judgeQueueArguments(queueWith(std::move(arguments))));
}

std::string judgeQuorum(FieldTable arguments)
{
    arguments.append("x-queue-type", "quorum");
    return judge(std::move(arguments));
}

struct Case {
    const char* name;
    FieldValue value;
    const char* text;
};

// Every text here was observed with RabbitMQ 3.10.8, except where it says so.

TEST(QueueArguments, AreCheckedByTypeAndRange)
{
    constexpr std::int64_t kTenYears = 315'360'000'000;
    const std::vector<Case> cases = {
        {"x-expires", std::int32_t{1}, "ok"},
        {"x-expires", kTenYears, "ok"},
        {"x-expires", std::int32_t{0}, "invalid arg 'x-expires': {value_zero,0}"},
        {"x-expires", std::int32_t{-1}, "invalid arg 'x-expires': {value_negative,-1}"},
        {"x-expires", kTenYears + 1, "invalid arg 'x-expires': {value_too_large,315360000001}"},
        {"x-expires", "5", "invalid arg 'x-expires': \"expected integer, got longstr\""},
        {"x-expires", true, "invalid arg 'x-expires': \"expected integer, got bool\""},
        {"x-expires", amqp::Void{}, "invalid arg 'x-expires': \"expected integer, got void\""},
        {"x-message-ttl", std::int32_t{0}, "ok"},
        {"x-message-ttl", std::uint8_t{7}, "ok"},
        {"x-message-ttl", kTenYears, "ok"},
        {"x-message-ttl", std::int64_t{-1}, "invalid arg 'x-message-ttl': {value_negative,-1}"},
        {"x-message-ttl", kTenYears + 1,
         "invalid arg 'x-message-ttl': {value_too_large,315360000001}"},
        {"x-message-ttl", 1.5, "invalid arg 'x-message-ttl': \"expected integer, got double\""},
        {"x-message-ttl", amqp::Timestamp{5},
         "invalid arg 'x-message-ttl': \"expected integer, got timestamp\""},
        {"x-dead-letter-exchange", "", "ok"},
        {"x-dead-letter-exchange", "dlx", "ok"},
        {"x-dead-letter-exchange", std::int32_t{5},
         "invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'"},
        {"x-dead-letter-routing-key", "k",
         "invalid arg 'x-dead-letter-routing-key': routing_key_but_no_dlx_defined"},
        {"x-dead-letter-routing-key", std::int32_t{5},
         "invalid arg 'x-dead-letter-routing-key': {unacceptable_type,signedint}"},
        {"x-max-length", std::int32_t{0}, "ok"},
        {"x-max-length", std::int64_t{1} << 40, "ok"},
        {"x-max-length", std::int32_t{-5}, "invalid arg 'x-max-length': {value_negative,-5}"},
        {"x-max-length", "x", "invalid arg 'x-max-length': \"expected integer, got longstr\""},
        {"x-max-length-bytes", std::int32_t{0}, "ok"},
        {"x-max-length-bytes", std::int32_t{-1},
         "invalid arg 'x-max-length-bytes': {value_negative,-1}"},
        {"x-max-length-bytes", FieldTable{},
         "invalid arg 'x-max-length-bytes': \"expected integer, got table\""},
        {"x-max-priority", std::int32_t{0}, "ok"},
        {"x-max-priority", std::int32_t{255}, "ok"},
        {"x-max-priority", std::int32_t{256},
         "invalid arg 'x-max-priority': {max_value_exceeded,256}"},
        {"x-max-priority", std::int32_t{-1}, "invalid arg 'x-max-priority': {value_negative,-1}"},
        {"x-max-priority", amqp::FieldArray{},
         "invalid arg 'x-max-priority': \"expected integer, got array\""},
        {"x-overflow", "drop-head", "ok"},
        {"x-overflow", "reject-publish", "ok"},
        {"x-overflow", "reject-publish-dlx", "ok"},
        {"x-overflow", "", "invalid arg 'x-overflow': invalid_overflow"},
        {"x-overflow", std::int64_t{1}, "invalid arg 'x-overflow': {unacceptable_type,long}"},
        {"x-queue-mode", "lazy", "ok"},
        {"x-queue-mode", "default", "ok"},
        {"x-queue-mode", "zz", "invalid arg 'x-queue-mode': \"unsupported queue mode 'zz'\""},
        {"x-queue-mode", "\"", "invalid arg 'x-queue-mode': \"unsupported queue mode '\\\"'\""},
        {"x-queue-mode", true, "invalid arg 'x-queue-mode': {unacceptable_type,bool}"},
        {"x-queue-version", std::int32_t{1}, "ok"},
        {"x-queue-version", std::int32_t{2}, "ok"},
        {"x-queue-version", std::int32_t{3},
         "invalid arg 'x-queue-version': \"unsupported queue version '3'\""},
        {"x-queue-version", std::int32_t{-1}, "invalid arg 'x-queue-version': {value_negative,-1}"},
        {"x-queue-version", "2",
         "invalid arg 'x-queue-version': \"expected integer, got longstr\""},
        {"x-single-active-consumer", true, "ok"},
        {"x-single-active-consumer", "true",
         "invalid arg 'x-single-active-consumer': {unacceptable_type,longstr}"},
        {"x-queue-type", "classic", "ok"},
        {"x-queue-type", "zz", "invalid arg 'x-queue-type': \"unsupported queue type 'zz'\""},
        {"x-queue-type", std::int32_t{5},
         "invalid arg 'x-queue-type': {unacceptable_type,signedint}"},
        {"x-queue-master-locator", "min-masters", "ok"},
        {"x-queue-master-locator", "client-local", "ok"},
        {"x-queue-master-locator", "random", "ok"},
        {"x-max-age", "1D", "invalid arg 'x-max-age' of queue type rabbit_classic_queue"},
        {"x-dead-letter-strategy", "at-most-once",
         "invalid arg 'x-dead-letter-strategy' of queue type rabbit_classic_queue"},
        {"x-max-in-memory-length", std::int32_t{1},
         "invalid arg 'x-max-in-memory-length' of queue type rabbit_classic_queue"},
        {"x-quorum-initial-group-size", std::int32_t{1},
         "invalid arg 'x-quorum-initial-group-size' of queue type rabbit_classic_queue"},
        {"x-queue-leader-locator", "balanced",
         "invalid arg 'x-queue-leader-locator' of queue type rabbit_classic_queue"},
        {"x-nobody-knows", FieldTable{{"a", 1}}, "ok"},
        // Ours alone.
        {"x-dead-letter-exchange", std::string(255, 'x'), "ok"},
        {"x-dead-letter-exchange", std::string(256, 'x'),
         "invalid arg 'x-dead-letter-exchange': \"longer than 255 bytes\""},
        {"x-dead-letter-routing-key", std::string(256, 'x'),
         "invalid arg 'x-dead-letter-routing-key': \"longer than 255 bytes\""},
        {"x-queue-type", "stream",
         "invalid arg 'x-queue-type': \"unsupported queue type 'stream'\""},
        {"x-queue-master-locator", "zz",
         "invalid arg 'x-queue-master-locator': invalid_queue_locator_arg"},
        {"x-queue-master-locator", std::int32_t{5},
         "invalid arg 'x-queue-master-locator': {unacceptable_type,signedint}"},
        {"x-delivery-limit", std::int32_t{0}, "ok"},
        {"x-delivery-limit", std::int32_t{-1}, "ok"},
        {"x-delivery-limit", "3",
         "invalid arg 'x-delivery-limit': \"expected integer, got longstr\""},
        {"x-consumer-timeout", std::int32_t{1000}, "ok"},
        {"x-consumer-timeout", std::int32_t{-1},
         "invalid arg 'x-consumer-timeout': {value_negative,-1}"},
        {"x-exact-ttl", true, "ok"},
        {"x-exact-ttl", "yes", "invalid arg 'x-exact-ttl': {unacceptable_type,longstr}"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(judge({{one.name, one.value}}), one.text)
            << one.name << " = " << amqp::fieldValueText(one.value);
    }
    EXPECT_EQ(judge({{"x-dead-letter-exchange", ""}, {"x-dead-letter-routing-key", "k"}}), "ok");
}

TEST(QueueArguments, OfQuorumQueuesAreOthers)
{
    const std::vector<Case> cases = {
        {"x-max-priority", std::int32_t{1},
         "invalid arg 'x-max-priority' of queue type rabbit_quorum_queue"},
        {"x-queue-mode", "lazy", "invalid arg 'x-queue-mode' of queue type rabbit_quorum_queue"},
        {"x-queue-version", std::int32_t{1},
         "invalid arg 'x-queue-version' of queue type rabbit_quorum_queue"},
        {"x-queue-master-locator", "random",
         "invalid arg 'x-queue-master-locator' of queue type rabbit_quorum_queue"},
        {"x-max-age", "1D", "invalid arg 'x-max-age' of queue type rabbit_quorum_queue"},
        {"x-initial-cluster-size", std::int32_t{1},
         "invalid arg 'x-initial-cluster-size' of queue type rabbit_quorum_queue"},
        {"x-queue-leader-locator", "client-local", "ok"},
        {"x-queue-leader-locator", "balanced", "ok"},
        {"x-queue-leader-locator", "random", "ok"},
        {"x-queue-leader-locator", "least-leaders", "ok"},
        {"x-queue-leader-locator", "min-masters",
         "invalid arg 'x-queue-leader-locator': invalid_queue_locator_arg"},
        {"x-queue-leader-locator", true,
         "invalid arg 'x-queue-leader-locator': {unacceptable_type,bool}"},
        {"x-dead-letter-strategy", "at-least-once", "ok"},
        {"x-dead-letter-strategy", "x",
         "invalid arg 'x-dead-letter-strategy': invalid_dlx_strategy"},
        {"x-max-in-memory-length", std::int32_t{-1},
         "invalid arg 'x-max-in-memory-length': {value_negative,-1}"},
        {"x-max-in-memory-bytes", std::int32_t{0}, "ok"},
        {"x-quorum-initial-group-size", std::int32_t{0},
         "invalid arg 'x-quorum-initial-group-size': {value_zero,0}"},
        {"x-quorum-initial-group-size", std::int32_t{3}, "ok"},
        {"x-overflow", "reject-publish-dlx", "ok"},
        {"x-delivery-limit", std::int32_t{3}, "ok"},
        {"x-single-active-consumer", true, "ok"},
        {"x-nobody-knows", std::int32_t{1}, "ok"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(judgeQuorum({{one.name, one.value}}), one.text)
            << one.name << " = " << amqp::fieldValueText(one.value);
    }
}

TEST(QueueArguments, AQuorumQueueIsDurableAndForEverybody)
{
    QueueDefinition queue = queueWith({{"x-queue-type", "quorum"}});
    EXPECT_EQ(verdictText(judgeQueueArguments(queue)), "ok");
    queue.isDurable = false;
    EXPECT_EQ(verdictText(judgeQueueArguments(queue)), "invalid property 'non-durable'");
    queue.exclusiveOwner = ConnectionId{1};
    EXPECT_EQ(verdictText(judgeQueueArguments(queue)), "invalid property 'exclusive-owner'");
    queue.isAutoDelete = true;
    EXPECT_EQ(verdictText(judgeQueueArguments(queue)), "invalid property 'auto-delete'");
    queue.arguments.append("x-max-priority", std::int32_t{1});
    EXPECT_EQ(verdictText(judgeQueueArguments(queue)),
              "invalid arg 'x-max-priority' of queue type rabbit_quorum_queue");
    queue.arguments.append("x-max-length", std::int32_t{-1});
    EXPECT_EQ(verdictText(judgeQueueArguments(queue)),
              "invalid arg 'x-max-length': {value_negative,-1}");
}

TEST(QueueArguments, AreCheckedInRabbitMqsOrder)
{
    FieldTable arguments{{"x-max-age", "1D"}};
    const auto add = [&](const char* name, FieldValue value, const char* text) {
        arguments.append(name, std::move(value));
        EXPECT_EQ(judge(arguments), text);
    };
    // The later one is always the one that is found first.
    add("x-single-active-consumer", 1,
        "invalid arg 'x-single-active-consumer': "
        "{unacceptable_type,signedint}");
    add("x-queue-version", 9, "invalid arg 'x-queue-version': \"unsupported queue version '9'\"");
    add("x-queue-mode", "z", "invalid arg 'x-queue-mode': \"unsupported queue mode 'z'\"");
    add("x-overflow", "z", "invalid arg 'x-overflow': invalid_overflow");
    add("x-max-priority", -1, "invalid arg 'x-max-priority': {value_negative,-1}");
    add("x-max-length-bytes", -1, "invalid arg 'x-max-length-bytes': {value_negative,-1}");
    add("x-max-length", -1, "invalid arg 'x-max-length': {value_negative,-1}");
    add("x-dead-letter-routing-key", "k",
        "invalid arg 'x-dead-letter-routing-key': routing_key_but_no_dlx_defined");
    add("x-message-ttl", -1, "invalid arg 'x-message-ttl': {value_negative,-1}");
    add("x-expires", 0, "invalid arg 'x-expires': {value_zero,0}");
    add("x-queue-type", "zz", "invalid arg 'x-queue-type': \"unsupported queue type 'zz'\"");
    add("x-dead-letter-exchange", 5,
        "invalid type 'signedint' for arg 'x-dead-letter-exchange' in queue 'q' in vhost '/'");
}

TEST(QueueArguments, OfOtherTypesAreNamedInTheOrderGiven)
{
    EXPECT_EQ(judgeQuorum({{"x-queue-mode", "lazy"}, {"x-max-priority", 1}}),
              "invalid arg 'x-queue-mode' of queue type rabbit_quorum_queue");
    EXPECT_EQ(judgeQuorum({{"x-max-priority", 1}, {"x-queue-mode", "lazy"}}),
              "invalid arg 'x-max-priority' of queue type rabbit_quorum_queue");
}

TEST(QueueArguments, WhatHasNoEffectIsNamed)
{
    EXPECT_THAT(argumentsNotHonoured(queueWith({{"x-zz", 1},
                                                {"x-max-length", 1},
                                                {"x-queue-mode", "lazy"},
                                                {"x-exact-ttl", true},
                                                {"mine", 1}})),
                ElementsAre("x-zz", "x-queue-mode", "mine"));
}

std::string judgeConsumer(FieldTable arguments, FieldTable queueArguments = {})
{
    return verdictText(judgeConsumeArguments(queueWith(std::move(queueArguments)), arguments));
}

TEST(ConsumeArguments, AreChecked)
{
    EXPECT_EQ(judgeConsumer({}), "ok");
    EXPECT_EQ(judgeConsumer({{"x-priority", -1}}), "ok");
    EXPECT_EQ(judgeConsumer({{"x-priority", std::int64_t{1} << 40}}), "ok");
    EXPECT_EQ(judgeConsumer({{"x-priority", "x"}}),
              "invalid arg 'x-priority': \"expected integer, got longstr\"");
    EXPECT_EQ(judgeConsumer({{"x-cancel-on-ha-failover", true}}), "ok");
    EXPECT_EQ(judgeConsumer({{"x-cancel-on-ha-failover", 1}, {"x-stream-offset", "first"}}),
              "invalid arg 'x-cancel-on-ha-failover': {unacceptable_type,signedint}");
    EXPECT_EQ(judgeConsumer({{"x-cancel-on-ha-failover", 1}, {"x-priority", "a"}}),
              "invalid arg 'x-priority': \"expected integer, got longstr\"");
    EXPECT_EQ(judgeConsumer({{"x-stream-offset", "first"}}),
              "invalid arg 'x-stream-offset' of queue type rabbit_classic_queue");
    EXPECT_EQ(judgeConsumer({{"x-cancel-on-ha-failover", true}}, {{"x-queue-type", "quorum"}}),
              "invalid arg 'x-cancel-on-ha-failover' of queue type rabbit_quorum_queue");
    EXPECT_EQ(judgeConsumer({{"x-nobody-knows", 1}, {"x-credit", 1}}), "ok");
    EXPECT_EQ(judgeConsumer({{"x-consumer-timeout", -1}}),
              "invalid arg 'x-consumer-timeout': {value_negative,-1}");
}

TEST(ConsumeArguments, AreRead)
{
    EXPECT_EQ(consumerPriorityOf({}), 0);
    EXPECT_EQ(consumerPriorityOf({{"x-priority", std::int8_t{-3}}}), -3);
    EXPECT_EQ(consumerPriorityOf({{"x-priority", std::int64_t{1} << 40}}), 2'147'483'647);
    EXPECT_EQ(consumerPriorityOf({{"x-priority", -(std::int64_t{1} << 40)}}), -2'147'483'648);
    EXPECT_EQ(consumerTimeoutOf({}), std::nullopt);
    EXPECT_EQ(consumerTimeoutOf({{"x-consumer-timeout", 5}}), std::chrono::milliseconds{5});
    EXPECT_EQ(consumerTimeoutOf({{"x-consumer-timeout", "5"}}), std::nullopt);
}

}  // namespace
}  // namespace warren::broker
