#include "core/broker/queue_settings.h"

#include <algorithm>

namespace warren::broker {

std::uint8_t priorityMaxOf(const QueueDefinition& queue)
{
    const amqp::FieldValue* value = queue.arguments.find("x-max-priority");
    const auto number = value == nullptr ? std::nullopt : amqp::integerOf(*value);
    return static_cast<std::uint8_t>(std::clamp<std::int64_t>(number.value_or(0), 0, 255));
}

QueueSettings effectiveSettings(const QueueDefinition& queue, const PolicyDefinition*,
                                const PolicyDefinition*)
{
    QueueSettings settings;
    settings.priorityMax = priorityMaxOf(queue);
    return settings;
}

std::vector<ExplainedSetting> explainSettings(const QueueDefinition&, const PolicyDefinition*,
                                              const PolicyDefinition*)
{
    return {};
}

}  // namespace warren::broker
