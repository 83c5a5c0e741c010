#pragma once

#include "core/amqp/properties.h"
#include "tests/support/broker_harness.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace warren::test {

/// Properties of a message that a test publishes.
struct How {
    std::optional<std::string> expiration{};
    std::optional<std::uint8_t> priority{};
    std::optional<std::string> replyTo{};
    std::optional<amqp::FieldTable> headers{};
    bool isPersistent = false;
};

/// A broker with one client, for tests of what queues do by their arguments.
class QueueScene : public ::testing::Test {
protected:
    static broker::MessagePtr message(std::string_view exchange, std::string_view routingKey,
                                      std::string_view body, const How& how)
    {
        amqp::Properties properties;
        properties.expiration = how.expiration;
        properties.priority = how.priority;
        properties.replyTo = how.replyTo;
        properties.headers = how.headers;
        if (how.isPersistent) properties.deliveryMode = amqp::kDeliveryModePersistent;
        Buffer encoded;
        amqp::appendProperties(encoded, properties);
        return broker::makeMessage(exchange, routingKey, encoded.view(), how.isPersistent,
                                   bytesOf(body));
    }

    void declare(std::string_view name, amqp::FieldTable arguments = {}, bool isDurable = false)
    {
        client.send(1, broker::DeclareQueue{.name = name,
                                            .isDurable = isDurable,
                                            .noWait = true,
                                            .arguments = std::move(arguments)});
    }
    void declareDurable(std::string_view name, amqp::FieldTable arguments = {})
    {
        declare(name, std::move(arguments), true);
    }
    void publish(std::string_view queue, std::string_view body, const How& how = {})
    {
        publishTo("", queue, body, how);
    }
    void publishTo(std::string_view exchange, std::string_view routingKey, std::string_view body,
                   const How& how = {})
    {
        client.send(1, broker::Publish{message(exchange, routingKey, body, how), false});
    }
    /// The headers of the message that a get of the queue gives; it is gone then.
    amqp::FieldTable headersOfNext(std::string_view queue)
    {
        client.drop();
        client.get(1, queue, true);
        for (const broker::Event& event : client.takeEvents()) {
            const auto* got = std::get_if<broker::GetOk>(&event.body);
            if (got == nullptr) continue;
            const auto properties = amqp::decodeProperties(got->message->properties());
            if (properties && properties->headers) return *properties->headers;
        }
        return {};
    }

    BrokerHarness harness;
    CommandClient& client = harness.connect(3);
};

}  // namespace warren::test
