#include "core/broker/recent_history.h"

#include "core/amqp/properties.h"
#include "core/broker/message_copy.h"

namespace warren::broker {

namespace {

bool mayBeKept(const Message& message)
{
    const auto view = amqp::PropertiesView::parse(message.properties());
    if (!view || !view->hasHeaders()) return true;
    const amqp::FieldTable headers = headersOf(message);
    const amqp::FieldValue* noStore = headers.find("x-recent-history-no-store");
    const bool* isUnwanted = noStore == nullptr ? nullptr : noStore->as<bool>();
    return isUnwanted == nullptr || !*isUnwanted;
}

}  // namespace

RecentHistory::RecentHistory(const amqp::FieldTable& exchangeArguments)
{
    const amqp::FieldValue* length = exchangeArguments.find("x-recent-history-length");
    const auto count = length == nullptr ? std::nullopt : amqp::integerOf(*length);
    if (count && *count > 0) m_messageCountMax = static_cast<std::size_t>(*count);
}

void RecentHistory::keep(const MessagePtr& message)
{
    if (!m_messages.empty() && m_messages.back() == message) return;
    if (!mayBeKept(*message)) return;
    if (m_messages.size() == m_messageCountMax) m_messages.pop_front();
    m_messages.push_back(message);
}

std::size_t RecentHistory::memoryBytes() const
{
    std::size_t bytes = 0;
    for (const MessagePtr& message : m_messages)
        bytes += message->memoryBytes() + sizeof(MessagePtr);
    return bytes;
}

}  // namespace warren::broker
