#pragma once

#include "core/base/ids.h"
#include "core/broker/binding_table.h"
#include "core/broker/definition.h"
#include "core/broker/exchange.h"
#include "core/broker/queue.h"
#include "core/broker/text_key.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warren::broker {

/// One virtual host: a name space of exchanges, queues and bindings.
struct Vhost {
    VhostDefinition definition;
    TextMap<std::unique_ptr<Exchange>> exchanges;
    TextMap<Queue*> queues;  ///< owned by the catalogue
    BindingTable bindings;
    std::map<std::string, PolicyDefinition, std::less<>> policies;          ///< by name
    std::map<std::string, PolicyDefinition, std::less<>> operatorPolicies;  ///< by name

    Exchange* findExchange(std::string_view name) const;
    Queue* findQueue(std::string_view name) const;
    std::vector<const Exchange*> exchangesByName() const;
    std::vector<const Queue*> queuesByName() const;
};

/// Everything that is declared. It changes only through `apply`, one definition at a time; what a
/// client may declare, and what follows from it, is decided elsewhere (declarations.h).
/// Thread: the broker's.
class Catalogue {
public:
    /// Carries out one change. A new vhost gets its predeclared exchanges (the default one,
    /// amq.direct, amq.fanout, amq.topic, amq.headers, amq.match and amq.rabbitmq.trace).
    /// @pre what the change refers to is there (its vhost, the ends of a binding); removing what is
    /// not there does nothing
    void apply(const CatalogueChange& change);

    Vhost* findVhost(std::string_view name) const;
    Queue* findQueue(QueueId id) const;
    Exchange* findExchange(ExchangeId id) const;
    std::vector<const Vhost*> vhostsByName() const;

    using Users = std::map<std::string, UserDefinition, std::less<>>;
    const Users& users() const { return m_users; }
    const UserDefinition* findUser(std::string_view name) const;
    /// Orders keys of texts; a look-up by views makes no string.
    struct KeyLess {
        using is_transparent = void;
        using Two = std::tuple<std::string_view, std::string_view>;
        using Three = std::tuple<std::string_view, std::string_view, std::string_view>;
        bool operator()(const Two& a, const Two& b) const { return a < b; }
        bool operator()(const Three& a, const Three& b) const { return a < b; }
    };
    /// By vhost and user.
    using Permissions =
        std::map<std::pair<std::string, std::string>, PermissionDefinition, KeyLess>;
    const Permissions& permissions() const { return m_permissions; }
    const PermissionDefinition* findPermission(std::string_view vhost, std::string_view user) const;
    /// By vhost, user and exchange.
    using TopicPermissions = std::map<std::tuple<std::string, std::string, std::string>,
                                      TopicPermissionDefinition, KeyLess>;
    const TopicPermissions& topicPermissions() const { return m_topicPermissions; }

    /// Of the messages of all queues.
    BodyMemory& memory() { return m_memory; }
    const BodyMemory& memory() const { return m_memory; }

    std::size_t queueCount() const { return m_queues.size(); }
    std::size_t exchangeCount() const { return m_exchanges.size(); }

    /// Rises with every change: what was looked up under one generation stays right during it.
    std::uint64_t generation() const { return m_generation; }

private:
    void carryOut(const PutVhost& change);
    void carryOut(const PutExchange& change);
    void carryOut(const PutQueue& change);
    void carryOut(const PutBinding& change);
    void carryOut(const PutUser& change);
    void carryOut(const PutPermission& change);
    void carryOut(const PutTopicPermission& change);
    void carryOut(const PutPolicy& change);
    void carryOut(const RemoveUser& change);
    void carryOut(const RemovePermission& change);
    void carryOut(const RemoveTopicPermission& change);
    void carryOut(const RemovePolicy& change);
    void carryOut(const RemoveVhost& change);
    void carryOut(const RemoveExchange& change);
    void carryOut(const RemoveQueue& change);
    void carryOut(const RemoveBinding& change);
    void removeBindings(Vhost& vhost, const std::vector<BindingDefinition>& bindings);
    Destination destinationOf(const Vhost& vhost, const BindingDefinition& binding) const;

    BodyMemory m_memory;  // the queues use it to their end
    TextMap<std::unique_ptr<Vhost>> m_vhosts;
    std::unordered_map<QueueId, std::unique_ptr<Queue>> m_queues;
    std::unordered_map<ExchangeId, Exchange*> m_exchanges;
    Users m_users;
    Permissions m_permissions;
    TopicPermissions m_topicPermissions;
    std::uint64_t m_generation = 1;
    std::uint64_t m_lastExchangeId = 0;
};

}  // namespace warren::broker
