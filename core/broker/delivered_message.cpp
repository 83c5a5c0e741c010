#include "core/broker/delivered_message.h"

#include "core/amqp/field_table.h"
#include "core/broker/message_copy.h"
#include "core/broker/sender_selection.h"

#include <utility>

namespace warren::broker {

bool countsDeliveries(const Queue& queue)
{
    return queue.settings().type == QueueType::Quorum || queue.settings().deliveryLimit;
}

std::optional<std::uint32_t> shownDeliveryCount(const Queue& queue, const QueueEntry& entry)
{
    if (entry.deliveryCount == 0 || !countsDeliveries(queue)) return std::nullopt;
    return entry.deliveryCount;
}

std::optional<std::uint32_t> shownToGet(const Queue& queue, const QueueEntry& entry)
{
    if (queue.settings().type == QueueType::Quorum) return entry.deliveryCount;
    return shownDeliveryCount(queue, entry);
}

MessagePtr asDelivered(const MessagePtr& message, std::optional<std::uint32_t> deliveryCount)
{
    MessagePtr visible = withoutBlindKeys(message);
    if (!deliveryCount) return visible;
    amqp::FieldTable headers = headersOf(*visible);
    headers.set("x-delivery-count", std::int64_t{*deliveryCount});
    return withHeaders(*visible, std::move(headers));
}

}  // namespace warren::broker
