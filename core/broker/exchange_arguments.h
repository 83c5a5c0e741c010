#pragma once

#include "core/broker/definition.h"
#include "core/broker/errors.h"

#include <optional>
#include <string>
#include <string_view>

/// What may stand in the arguments of an exchange and in the bindings from it, by its type.
/// Source: RabbitMQ 3.10.8 with its plugins, observed.
namespace warren::broker {

/// @param entity  exchangeText, for the reply text
/// @error PreconditionFailed
Verdict judgeExchangeArguments(ExchangeType type, const amqp::FieldTable& arguments,
                               std::string_view entity);

/// Why an exchange of this type refuses the binding, in RabbitMQ's words; nothing if it takes it.
/// The reply code is 406.
std::optional<std::string> bindingError(ExchangeType type, const BindingDefinition& binding);

/// Whether an argument of such an exchange does anything; what doesn't is only stored and shown.
bool isHonoured(ExchangeType type, std::string_view argument);

}  // namespace warren::broker
