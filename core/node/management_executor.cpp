#include "core/node/management_executor.h"

#include "core/amqp/properties.h"
#include "core/node/access_commands.h"
#include "core/node/browse.h"
#include "core/node/policy_commands.h"
#include "core/node/value_conversion.h"

#include <utility>

namespace warren::node {

using amqp::ReplyCode;
using management::CommandResult;
using management::CommandStatus;

namespace {

constexpr broker::Asker kManagement{};

CommandStatus statusOf(ReplyCode code)
{
    switch (code) {
    case ReplyCode::NotFound: return CommandStatus::NotFound;
    case ReplyCode::AccessRefused: return CommandStatus::AccessRefused;
    case ReplyCode::ResourceLocked:
    case ReplyCode::PreconditionFailed: return CommandStatus::Conflict;
    default: return CommandStatus::Invalid;
    }
}

CommandResult refused(const broker::Refusal& refusal)
{
    return {statusOf(refusal.code), textOf(std::string_view{refusal.text}), {}};
}

CommandResult refused(CommandStatus status, const QString& text) { return {status, text, {}}; }

CommandResult noVhost(const QString& name)
{
    return refused(CommandStatus::NotFound, QStringLiteral("no vhost '%1'").arg(name));
}

CommandResult tooLong(const char* what)
{
    return refused(CommandStatus::Invalid,
                   QStringLiteral("the %1 is longer than 255 bytes").arg(QLatin1String(what)));
}

bool isShort(const std::string& text) { return text.size() <= amqp::kShortStringBytesMax; }

/// The done result of whatever went well, or the refusal.
template <typename Value>
CommandResult resultOf(const Result<Value, broker::Refusal>& result)
{
    return result ? CommandResult{} : refused(result.error());
}

broker::BindingDefinition definitionOf(const management::BindingRow& row)
{
    return {utf8Of(row.vhost),
            utf8Of(row.source),
            utf8Of(row.destination),
            row.destinationKind == management::DestinationKind::Queue
                ? broker::DestinationKind::Queue
                : broker::DestinationKind::Exchange,
            utf8Of(row.routingKey),
            fieldTableOf(row.arguments)};
}

bool areShort(const amqp::Properties& properties)
{
    for (const auto* text :
         {&properties.contentType, &properties.contentEncoding, &properties.correlationId,
          &properties.replyTo, &properties.expiration, &properties.messageId, &properties.type,
          &properties.userId, &properties.appId}) {
        if (*text && !isShort(**text)) return false;
    }
    return true;
}

}  // namespace

ManagementExecutor::ManagementExecutor(broker::Broker& broker, Directory directory)
    : m_broker(broker), m_directory(std::move(directory))
{
}

CommandResult ManagementExecutor::execute(const management::ManagementCommand& command)
{
    return std::visit(
        [this](const auto& one) {
            if constexpr (requires { carryOut(m_broker, one); }) {
                return carryOut(m_broker, one);
            } else {
                return on(one);
            }
        },
        command);
}

CommandResult ManagementExecutor::on(const management::PutPolicy& command)
{
    return node::execute(m_broker, command);
}

CommandResult ManagementExecutor::on(const management::RemovePolicy& command)
{
    return node::execute(m_broker, command);
}

CommandResult ManagementExecutor::on(const management::PreviewPolicy& command)
{
    return node::execute(m_broker, command);
}

CommandResult ManagementExecutor::on(const management::DeclareQueue& command)
{
    broker::Vhost* vhost = m_broker.findVhost(utf8Of(command.key.vhost));
    if (vhost == nullptr) return noVhost(command.key.vhost);
    const std::string name = utf8Of(command.key.name);
    if (!isShort(name)) return tooLong("name");
    const auto result =
        m_broker.declarations().declareQueue(*vhost, kManagement,
                                             {.name = name,
                                              .isPassive = false,
                                              .isDurable = command.isDurable,
                                              .isExclusive = false,
                                              .isAutoDelete = command.isAutoDelete,
                                              .noWait = false,
                                              .arguments = fieldTableOf(command.arguments)});
    if (!result) return refused(result.error());
    return {
        CommandStatus::Done, {}, management::DeclareResult{textOf(std::string_view{result->name})}};
}

CommandResult ManagementExecutor::on(const management::DeleteQueue& command)
{
    broker::Vhost* vhost = m_broker.findVhost(utf8Of(command.key.vhost));
    if (vhost == nullptr) return noVhost(command.key.vhost);
    const std::string name = utf8Of(command.key.name);
    // For a client a missing queue counts as deleted; a person wants to hear of it.
    if (vhost->findQueue(name) == nullptr) {
        return refused(broker::noQueue(vhost->definition.name, name));
    }
    return resultOf(m_broker.declarations().deleteQueue(*vhost, kManagement,
                                                        {.name = name,
                                                         .onlyIfUnused = command.onlyIfUnused,
                                                         .onlyIfEmpty = command.onlyIfEmpty,
                                                         .noWait = false}));
}

CommandResult ManagementExecutor::on(const management::PurgeQueue& command)
{
    broker::Vhost* vhost = m_broker.findVhost(utf8Of(command.key.vhost));
    if (vhost == nullptr) return noVhost(command.key.vhost);
    const auto result =
        m_broker.declarations().purgeQueue(*vhost, kManagement, utf8Of(command.key.name));
    if (!result) return refused(result.error());
    return {CommandStatus::Done, {}, management::PurgeResult{result->count}};
}

CommandResult ManagementExecutor::on(const management::DeclareExchange& command)
{
    broker::Vhost* vhost = m_broker.findVhost(utf8Of(command.key.vhost));
    if (vhost == nullptr) return noVhost(command.key.vhost);
    const std::string name = utf8Of(command.key.name);
    const std::string type = utf8Of(command.type);
    if (!isShort(name)) return tooLong("name");
    return resultOf(
        m_broker.declarations().declareExchange(*vhost, kManagement,
                                                {.name = name,
                                                 .type = type,
                                                 .isPassive = false,
                                                 .isDurable = command.isDurable,
                                                 .isAutoDelete = command.isAutoDelete,
                                                 .isInternal = command.isInternal,
                                                 .noWait = false,
                                                 .arguments = fieldTableOf(command.arguments)}));
}

CommandResult ManagementExecutor::on(const management::DeleteExchange& command)
{
    broker::Vhost* vhost = m_broker.findVhost(utf8Of(command.key.vhost));
    if (vhost == nullptr) return noVhost(command.key.vhost);
    const std::string name = utf8Of(command.key.name);
    if (vhost->findExchange(name) == nullptr) {
        return refused(broker::noExchange(vhost->definition.name, name));
    }
    return resultOf(m_broker.declarations().deleteExchange(
        *vhost, kManagement,
        {.name = name, .onlyIfUnused = command.onlyIfUnused, .noWait = false}));
}

CommandResult ManagementExecutor::on(const management::AddBinding& command)
{
    if (m_broker.findVhost(utf8Of(command.binding.vhost)) == nullptr) {
        return noVhost(command.binding.vhost);
    }
    broker::BindingDefinition binding = definitionOf(command.binding);
    if (!isShort(binding.routingKey)) return tooLong("routing key");
    return resultOf(m_broker.declarations().bind(kManagement, std::move(binding)));
}

CommandResult ManagementExecutor::on(const management::RemoveBinding& command)
{
    const broker::Vhost* vhost = m_broker.findVhost(utf8Of(command.binding.vhost));
    if (vhost == nullptr) return noVhost(command.binding.vhost);
    // The window's values have lost the exact wire types: the binding that looks the same is meant.
    const broker::BindingDefinition wanted = definitionOf(command.binding);
    for (const broker::BindingDefinition& binding : vhost->bindings.from(wanted.source)) {
        const bool isSame = binding.destination == wanted.destination &&
                            binding.destinationKind == wanted.destinationKind &&
                            binding.routingKey == wanted.routingKey &&
                            argumentsOf(binding.arguments) == command.binding.arguments;
        if (isSame) return resultOf(m_broker.declarations().unbind(kManagement, binding));
    }
    return refused(CommandStatus::NotFound, QStringLiteral("no such binding"));
}

CommandResult ManagementExecutor::on(const management::PublishMessage& command)
{
    broker::Vhost* vhost = m_broker.findVhost(utf8Of(command.vhost));
    if (vhost == nullptr) return noVhost(command.vhost);
    const std::string exchange = utf8Of(command.exchange);
    const std::string routingKey = utf8Of(command.routingKey);
    const amqp::Properties properties = propertiesOf(command.properties);
    if (!isShort(exchange)) return tooLong("exchange");
    if (!isShort(routingKey)) return tooLong("routing key");
    if (!areShort(properties)) return tooLong("text of a property");
    Buffer encoded;
    amqp::appendProperties(encoded, properties);
    const broker::MessagePtr message = broker::makeMessage(
        exchange, routingKey, encoded.view(),
        properties.deliveryMode == amqp::kDeliveryModePersistent,
        bytesOf({command.body.constData(), static_cast<std::size_t>(command.body.size())}));
    const auto result = m_broker.publishing().publish(*vhost, message);
    if (!result) return refused(result.error());
    return {CommandStatus::Done, {}, management::PublishResult{*result}};
}

CommandResult ManagementExecutor::browse(const management::BrowseMessages& command,
                                         const LoadedMessages& loaded,
                                         std::vector<broker::BodyRequest>& missing)
{
    const std::string vhostName = utf8Of(command.queue.vhost);
    const broker::Vhost* vhost = m_broker.findVhost(vhostName);
    if (vhost == nullptr) return noVhost(command.queue.vhost);
    const std::string name = utf8Of(command.queue.name);
    const broker::Queue* queue = vhost->findQueue(name);
    if (queue == nullptr) return refused(broker::noQueue(vhostName, name));
    return {CommandStatus::Done,
            {},
            node::browse(m_broker.state(), *queue, command, m_directory.name, loaded, missing)};
}

CommandResult ManagementExecutor::on(const management::BrowseMessages& command)
{
    std::vector<broker::BodyRequest> missing;
    return browse(command, {}, missing);
}

CommandResult ManagementExecutor::on(const management::CloseConnection& command)
{
    const auto id = m_directory.find(utf8Of(command.name));
    const QString reason =
        command.reason.isEmpty() ? QStringLiteral("Closed via management") : command.reason;
    if (!id || !m_broker.closeConnection(*id, {ReplyCode::ConnectionForced, utf8Of(reason), {}})) {
        return refused(CommandStatus::NotFound,
                       QStringLiteral("no connection '%1'").arg(command.name));
    }
    return {};
}

CommandResult ManagementExecutor::on(const management::CloseChannel& command)
{
    const auto id = m_directory.find(utf8Of(command.connection));
    const QString reason =
        command.reason.isEmpty() ? QStringLiteral("Closed via management") : command.reason;
    const amqp::AmqpError error{ReplyCode::ConnectionForced, utf8Of(reason), {}};
    if (!id || !m_broker.closeChannel(*id, command.number, error)) {
        return refused(
            CommandStatus::NotFound,
            QStringLiteral("no channel %1 on '%2'").arg(command.number).arg(command.connection));
    }
    return {};
}

}  // namespace warren::node
