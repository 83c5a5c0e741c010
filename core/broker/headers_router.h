#pragma once

#include "core/amqp/field_table.h"
#include "core/broker/router.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warren::broker {

/// A message goes where the arguments of the binding match its headers.
///
/// The argument x-match says what has to match: `all` (also when there is none) or `any` of the
/// arguments that don't begin with "x-", `all-with-x` or `any-with-x` of those that do as well;
/// x-match itself never. An argument without a value (type void) matches any value of that header.
/// No argument left to match: `all` takes every message, `any` none.
/// Values match as in RabbitMQ: numbers by value whatever their type, timestamps among them;
/// strings and byte arrays by their bytes; what is in a table or an array only if the types agree.
/// Cost: one decoding of the headers, then O(headers + arguments) per binding.
/// Spec: AMQP 0-9-1 §3.1.3.4; RabbitMQ's "with-x" and "no value" rules.
class HeadersRouter final : public Router {
public:
    void add(const RouterBinding& binding) override;
    void remove(const RouterBinding& binding) override;
    void removeDestination(const Destination& destination) override;
    bool isEmpty() const override { return m_bindings.empty(); }
    void route(std::string_view routingKey, ByteView encodedProperties, Prng& random,
               std::vector<Destination>& out) const override;
    bool dependsOnKeyOnly() const override { return false; }
    bool looksAtEveryKey() const override { return false; }

private:
    struct Binding {
        RouterBinding binding;
        bool matchesAny = false;                         // any of `wanted`, else all of them
        std::vector<amqp::FieldTableEntry> wanted = {};  // sorted by key
    };

    static Binding prepare(const RouterBinding& binding);
    bool matches(const Binding& binding) const;

    /// Ordered, since it is iterated over: the same bindings route in the same order.
    std::map<Destination, std::vector<Binding>> m_bindings;

    // Scratch of route: the message's headers, sorted by key.
    mutable std::vector<const amqp::FieldTableEntry*> m_headers;
};

/// Why a headers exchange refuses a binding with these arguments, in RabbitMQ's words; nothing if
/// it takes them. The reply code is 406.
std::optional<std::string> headersBindingError(const amqp::FieldTable& arguments);

}  // namespace warren::broker
