#include "core/session/command_decoder.h"

#include "core/amqp/method_codec.h"
#include "core/amqp/methods.h"

#include <string>
#include <utility>
#include <variant>

namespace warren::session {

using amqp::AmqpError;
using amqp::MethodId;
using amqp::ReplyCode;
using broker::CommandBody;

namespace {

using Decoded = Result<CommandBody, AmqpError>;

AmqpError notImplemented(std::string text, MethodId method)
{
    return {ReplyCode::NotImplemented, std::move(text), method};
}

/// One overload per method that a client may send on a channel.
struct Converter {
    Decoded operator()(amqp::ChannelClose&) const { return CommandBody{broker::CloseChannel{}}; }
    Decoded operator()(amqp::ChannelCloseOk&) const
    {
        return CommandBody{broker::ConfirmChannelClosed{}};
    }
    Decoded operator()(amqp::ChannelFlow& method) const
    {
        return CommandBody{broker::SetFlow{method.active}};
    }
    Decoded operator()(amqp::AccessRequest&) const { return CommandBody{broker::RequestAccess{}}; }

    Decoded operator()(amqp::ExchangeDeclare& method) const
    {
        return CommandBody{broker::DeclareExchange{.name = method.exchange,
                                                   .type = method.type,
                                                   .isPassive = method.passive,
                                                   .isDurable = method.durable,
                                                   .isAutoDelete = method.autoDelete,
                                                   .isInternal = method.internal,
                                                   .noWait = method.noWait,
                                                   .arguments = std::move(method.arguments)}};
    }
    Decoded operator()(amqp::ExchangeDelete& method) const
    {
        return CommandBody{broker::DeleteExchange{
            .name = method.exchange, .onlyIfUnused = method.ifUnused, .noWait = method.noWait}};
    }
    Decoded operator()(amqp::ExchangeBind& method) const
    {
        return CommandBody{broker::BindExchange{.destination = method.destination,
                                                .source = method.source,
                                                .routingKey = method.routingKey,
                                                .noWait = method.noWait,
                                                .arguments = std::move(method.arguments)}};
    }
    Decoded operator()(amqp::ExchangeUnbind& method) const
    {
        return CommandBody{broker::UnbindExchange{.destination = method.destination,
                                                  .source = method.source,
                                                  .routingKey = method.routingKey,
                                                  .noWait = method.noWait,
                                                  .arguments = std::move(method.arguments)}};
    }

    Decoded operator()(amqp::QueueDeclare& method) const
    {
        return CommandBody{broker::DeclareQueue{.name = method.queue,
                                                .isPassive = method.passive,
                                                .isDurable = method.durable,
                                                .isExclusive = method.exclusive,
                                                .isAutoDelete = method.autoDelete,
                                                .noWait = method.noWait,
                                                .arguments = std::move(method.arguments)}};
    }
    Decoded operator()(amqp::QueueDelete& method) const
    {
        return CommandBody{broker::DeleteQueue{.name = method.queue,
                                               .onlyIfUnused = method.ifUnused,
                                               .onlyIfEmpty = method.ifEmpty,
                                               .noWait = method.noWait}};
    }
    Decoded operator()(amqp::QueueBind& method) const
    {
        return CommandBody{broker::BindQueue{.queue = method.queue,
                                             .exchange = method.exchange,
                                             .routingKey = method.routingKey,
                                             .noWait = method.noWait,
                                             .arguments = std::move(method.arguments)}};
    }
    Decoded operator()(amqp::QueueUnbind& method) const
    {
        return CommandBody{broker::UnbindQueue{.queue = method.queue,
                                               .exchange = method.exchange,
                                               .routingKey = method.routingKey,
                                               .arguments = std::move(method.arguments)}};
    }
    Decoded operator()(amqp::QueuePurge& method) const
    {
        return CommandBody{broker::PurgeQueue{.name = method.queue, .noWait = method.noWait}};
    }

    Decoded operator()(amqp::BasicQos& method) const
    {
        if (method.prefetchSize != 0) {
            return notImplemented("prefetch_size!=0 (" + std::to_string(method.prefetchSize) + ")",
                                  amqp::BasicQos::kId);
        }
        return CommandBody{
            broker::SetPrefetch{.count = method.prefetchCount, .isGlobal = method.global}};
    }
    Decoded operator()(amqp::BasicConsume& method) const
    {
        return CommandBody{broker::Consume{.queue = method.queue,
                                           .tag = method.consumerTag,
                                           .noAck = method.noAck,
                                           .isExclusive = method.exclusive,
                                           .noWait = method.noWait,
                                           .arguments = std::move(method.arguments)}};
    }
    Decoded operator()(amqp::BasicCancel& method) const
    {
        return CommandBody{broker::Cancel{.tag = method.consumerTag, .noWait = method.noWait}};
    }
    Decoded operator()(amqp::BasicGet& method) const
    {
        return CommandBody{broker::Get{.queue = method.queue, .noAck = method.noAck}};
    }
    Decoded operator()(amqp::BasicAck& method) const
    {
        return CommandBody{broker::Ack{.tag = method.deliveryTag, .isMultiple = method.multiple}};
    }
    Decoded operator()(amqp::BasicNack& method) const
    {
        return CommandBody{broker::Reject{.tag = method.deliveryTag,
                                          .isMultiple = method.multiple,
                                          .requeues = method.requeue,
                                          .method = amqp::BasicNack::kId}};
    }
    Decoded operator()(amqp::BasicReject& method) const
    {
        return CommandBody{broker::Reject{.tag = method.deliveryTag,
                                          .isMultiple = false,
                                          .requeues = method.requeue,
                                          .method = amqp::BasicReject::kId}};
    }
    Decoded operator()(amqp::BasicRecover& method) const
    {
        return recover(method.requeue, true, amqp::BasicRecover::kId);
    }
    Decoded operator()(amqp::BasicRecoverAsync& method) const
    {
        return recover(method.requeue, false, amqp::BasicRecoverAsync::kId);
    }

    Decoded operator()(amqp::ConfirmSelect& method) const
    {
        return CommandBody{broker::SelectConfirms{.noWait = method.noWait}};
    }
    Decoded operator()(amqp::TxSelect&) const { return CommandBody{broker::SelectTransactions{}}; }
    Decoded operator()(amqp::TxCommit&) const { return CommandBody{broker::CommitTransaction{}}; }
    Decoded operator()(amqp::TxRollback&) const
    {
        return CommandBody{broker::RollbackTransaction{}};
    }

    /// Every other method: a server never gets it, or not on a channel.
    template <typename Other>
    Decoded operator()(Other&) const
    {
        return AmqpError{ReplyCode::CommandInvalid, "unimplemented method", Other::kId};
    }

private:
    static Decoded recover(bool requeues, bool wantsReply, MethodId method)
    {
        if (!requeues) return notImplemented("requeue=false", method);
        return CommandBody{broker::Recover{.wantsReply = wantsReply, .method = method}};
    }
};

}  // namespace

Decoded decodeCommand(ByteView payload)
{
    // The most frequent one, without the detour over the variant of all methods.
    if (amqp::peekMethodId(payload) == amqp::BasicAck::kId) {
        auto ack = amqp::decodeArguments<amqp::BasicAck>(amqp::argumentsOf(payload));
        if (!ack) return ack.error();
        return Converter{}(*ack);
    }
    auto method = amqp::decodeMethod(payload);
    if (!method) return method.error();
    return std::visit(Converter{}, *method);
}

}  // namespace warren::session
