#pragma once

#include "core/amqp/field_table.h"

#include <optional>
#include <string>
#include <string_view>

/// What a policy may say: its keys, their values, and RabbitMQ's words for everything else.
/// Source: RabbitMQ 3.10.8, observed.
namespace warren::broker {

/// Why this is no definition of a policy, or of an operator policy, which has fewer keys; nothing
/// if it is fine. Of several faults the first one by key; unknown keys come last.
///
/// Deviation: `consumer-timeout` and `federation-upstream-pattern` are keys here, and what makes
/// RabbitMQ answer with an internal error is refused with a text of the same form.
std::optional<std::string> policyFault(const amqp::FieldTable& definition, bool isOperator);

/// Whether this version acts on the key; others are stored and shown.
bool isHonouredPolicyKey(std::string_view key);

}  // namespace warren::broker
