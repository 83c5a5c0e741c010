#include "core/broker/errors.h"

#include <initializer_list>

namespace warren::broker {

using amqp::ReplyCode;

namespace {

std::string joined(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

}  // namespace

std::string queueText(std::string_view vhost, std::string_view name)
{
    return joined({"queue '", name, "' in vhost '", vhost, "'"});
}

std::string exchangeText(std::string_view vhost, std::string_view name)
{
    return joined({"exchange '", name, "' in vhost '", vhost, "'"});
}

Refusal noQueue(std::string_view vhost, std::string_view name)
{
    return {ReplyCode::NotFound, "no " + queueText(vhost, name), {}};
}

Refusal noExchange(std::string_view vhost, std::string_view name)
{
    return {ReplyCode::NotFound, "no " + exchangeText(vhost, name), {}};
}

Refusal defaultExchangeRefused()
{
    return {ReplyCode::AccessRefused, "operation not permitted on the default exchange", {}};
}

Refusal queueElsewhere(std::string_view vhost, std::string_view name)
{
    return {amqp::ReplyCode::NotFound,
            "home node of " + queueText(vhost, name) + " is down or inaccessible",
            {}};
}

Refusal definitionsElsewhere()
{
    return {amqp::ReplyCode::ResourceLocked,
            "this cannot be declared here at the moment: another node leads the cluster's "
            "agreement, or it has no majority",
            {}};
}

Refusal queueLocked(std::string_view vhost, std::string_view name)
{
    return {ReplyCode::ResourceLocked,
            joined({"cannot obtain exclusive access to locked ", queueText(vhost, name),
                    ". It could be originally declared on another connection or the exclusive "
                    "property value does not match that of the original declaration."}),
            {}};
}

Refusal reservedName(std::string_view what, std::string_view name)
{
    return {ReplyCode::AccessRefused,
            joined({what, " name '", name, "' contains reserved prefix 'amq.*'"}),
            {}};
}

Refusal inequivalent(std::string_view argument, std::string_view entity, std::string_view received,
                     std::string_view current)
{
    return {ReplyCode::PreconditionFailed,
            joined({"inequivalent arg '", argument, "' for ", entity, ": received ", received,
                    " but current is ", current}),
            {}};
}

Refusal inequivalent(std::string_view argument, std::string_view entity, bool received,
                     bool current)
{
    const auto word = [](bool value) -> std::string_view { return value ? "'true'" : "'false'"; };
    return inequivalent(argument, entity, word(received), word(current));
}

Refusal unknownDeliveryTag(DeliveryTag tag)
{
    return {ReplyCode::PreconditionFailed, "unknown delivery tag " + std::to_string(tag), {}};
}

}  // namespace warren::broker
