#include "core/broker/relay_request.h"

#include <initializer_list>
#include <string_view>
#include <type_traits>

namespace warren::broker {

namespace {

using Kind = OwnedCommand::Kind;

std::uint8_t packed(std::initializer_list<bool> bits)
{
    std::uint8_t flags = 0;
    std::uint8_t mask = 1;
    for (const bool bit : bits) {
        if (bit) flags = static_cast<std::uint8_t>(flags | mask);
        mask = static_cast<std::uint8_t>(mask << 1);
    }
    return flags;
}

std::string owned(std::string_view text) { return std::string{text}; }

struct Owner {
    using Result = std::optional<OwnedCommand>;

    Result operator()(const DeclareExchange& c) const
    {
        return OwnedCommand{
            .kind = Kind::DeclareExchange,
            .first = owned(c.name),
            .second = owned(c.type),
            .flags = packed({c.isPassive, c.isDurable, c.isAutoDelete, c.isInternal}),
            .arguments = c.arguments};
    }
    Result operator()(const DeleteExchange& c) const
    {
        return OwnedCommand{.kind = Kind::DeleteExchange,
                            .first = owned(c.name),
                            .flags = packed({c.onlyIfUnused})};
    }
    Result operator()(const BindExchange& c) const
    {
        return exchangeBinding(Kind::BindExchange, c);
    }
    Result operator()(const UnbindExchange& c) const
    {
        return exchangeBinding(Kind::UnbindExchange, c);
    }
    Result operator()(const DeclareQueue& c) const
    {
        return OwnedCommand{
            .kind = Kind::DeclareQueue,
            .first = owned(c.name),
            .flags = packed({c.isPassive, c.isDurable, c.isExclusive, c.isAutoDelete}),
            .arguments = c.arguments};
    }
    Result operator()(const DeleteQueue& c) const
    {
        return OwnedCommand{.kind = Kind::DeleteQueue,
                            .first = owned(c.name),
                            .flags = packed({c.onlyIfUnused, c.onlyIfEmpty})};
    }
    Result operator()(const BindQueue& c) const { return queueBinding(Kind::BindQueue, c); }
    Result operator()(const UnbindQueue& c) const { return queueBinding(Kind::UnbindQueue, c); }
    Result operator()(const PurgeQueue& c) const
    {
        return OwnedCommand{.kind = Kind::PurgeQueue, .first = owned(c.name)};
    }
    Result operator()(const Consume& c) const
    {
        return OwnedCommand{.kind = Kind::Consume,
                            .first = owned(c.tag),
                            .second = owned(c.queue),
                            .flags = packed({c.noAck, c.isExclusive}),
                            .arguments = c.arguments};
    }
    Result operator()(const Cancel& c) const
    {
        return OwnedCommand{.kind = Kind::Cancel, .first = owned(c.tag)};
    }
    Result operator()(const Get& c) const
    {
        return OwnedCommand{.kind = Kind::Get, .first = owned(c.queue), .flags = packed({c.noAck})};
    }
    Result operator()(const Recover&) const { return OwnedCommand{.kind = Kind::Recover}; }
    Result operator()(const SetPrefetch& c) const
    {
        return OwnedCommand{
            .kind = Kind::SetPrefetch, .flags = packed({c.isGlobal}), .number = c.count};
    }
    Result operator()(const SetFlow& c) const
    {
        return OwnedCommand{.kind = Kind::SetFlow, .flags = packed({c.isActive})};
    }
    template <typename Other>
    Result operator()(const Other&) const
    {
        return std::nullopt;
    }

private:
    template <typename Binding>
    static OwnedCommand exchangeBinding(Kind kind, const Binding& c)
    {
        return {.kind = kind,
                .first = owned(c.destination),
                .second = owned(c.source),
                .routingKey = owned(c.routingKey),
                .arguments = c.arguments};
    }
    template <typename Binding>
    static OwnedCommand queueBinding(Kind kind, const Binding& c)
    {
        return {.kind = kind,
                .first = owned(c.queue),
                .second = owned(c.exchange),
                .routingKey = owned(c.routingKey),
                .arguments = c.arguments};
    }
};

}  // namespace

std::optional<OwnedCommand> OwnedCommand::of(const CommandBody& body)
{
    return std::visit(Owner{}, body);
}

CommandBody OwnedCommand::body() const
{
    const auto has = [this](int bit) { return (flags >> bit & 1) != 0; };
    switch (kind) {
    case Kind::DeclareExchange:
        return broker::DeclareExchange{.name = first,
                                       .type = second,
                                       .isPassive = has(0),
                                       .isDurable = has(1),
                                       .isAutoDelete = has(2),
                                       .isInternal = has(3),
                                       .arguments = arguments};
    case Kind::DeleteExchange: return broker::DeleteExchange{.name = first, .onlyIfUnused = has(0)};
    case Kind::BindExchange:
        return broker::BindExchange{.destination = first,
                                    .source = second,
                                    .routingKey = routingKey,
                                    .arguments = arguments};
    case Kind::UnbindExchange:
        return broker::UnbindExchange{.destination = first,
                                      .source = second,
                                      .routingKey = routingKey,
                                      .arguments = arguments};
    case Kind::DeclareQueue:
        return broker::DeclareQueue{.name = first,
                                    .isPassive = has(0),
                                    .isDurable = has(1),
                                    .isExclusive = has(2),
                                    .isAutoDelete = has(3),
                                    .arguments = arguments};
    case Kind::DeleteQueue:
        return broker::DeleteQueue{.name = first, .onlyIfUnused = has(0), .onlyIfEmpty = has(1)};
    case Kind::BindQueue:
        return broker::BindQueue{
            .queue = first, .exchange = second, .routingKey = routingKey, .arguments = arguments};
    case Kind::UnbindQueue:
        return broker::UnbindQueue{
            .queue = first, .exchange = second, .routingKey = routingKey, .arguments = arguments};
    case Kind::PurgeQueue: return broker::PurgeQueue{.name = first};
    case Kind::Consume:
        return broker::Consume{.queue = second,
                               .tag = first,
                               .noAck = has(0),
                               .isExclusive = has(1),
                               .arguments = arguments};
    case Kind::Cancel: return broker::Cancel{.tag = first};
    case Kind::Get: return broker::Get{.queue = first, .noAck = has(0)};
    case Kind::Recover: return broker::Recover{};
    case Kind::SetPrefetch: return broker::SetPrefetch{.count = number, .isGlobal = has(0)};
    case Kind::SetFlow: return broker::SetFlow{.isActive = has(0)};
    }
    return broker::RequestAccess{};
}

}  // namespace warren::broker
