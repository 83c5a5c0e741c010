#pragma once

#include "core/broker/command.h"
#include "core/broker/consuming.h"
#include "core/broker/errors.h"
#include "core/broker/policies.h"
#include "core/broker/state.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warren::broker {

/// Who asks for a declaration: a client connection, or the management side (no connection).
struct Asker {
    ConnectionId connection{};
    std::string_view user{};  ///< whose rights count; empty: the node's own, which has all
    bool isManagement() const { return !connection; }
};

/// What clients and people may declare and delete, with the answers that RabbitMQ gives, and what
/// follows from it (auto-delete, bindings, consumers). Thread: the broker's.
///
/// Functions that change something return the log position to wait for before the answer may leave;
/// 0: none.
class Declarations {
public:
    Declarations(State& state, Consuming& consuming, Policies& policies)
        : m_state(state), m_consuming(consuming), m_policies(policies)
    {
    }

    struct DeclaredQueue {
        std::string name;
        std::uint32_t messageCount = 0;
        std::uint32_t consumerCount = 0;
        LogPosition position = 0;
    };
    struct RemovedMessages {
        std::uint32_t count = 0;
        LogPosition position = 0;
    };

    Result<LogPosition, Refusal> declareExchange(Vhost& vhost, Asker asker,
                                                 const DeclareExchange& command);
    Result<LogPosition, Refusal> deleteExchange(Vhost& vhost, Asker asker,
                                                const DeleteExchange& command);
    Result<DeclaredQueue, Refusal> declareQueue(Vhost& vhost, Asker asker,
                                                const DeclareQueue& command);
    Result<RemovedMessages, Refusal> deleteQueue(Vhost& vhost, Asker asker,
                                                 const DeleteQueue& command);
    Result<RemovedMessages, Refusal> purgeQueue(Vhost& vhost, Asker asker, std::string_view name);

    /// Names are complete here: what an empty name stands for has been filled in.
    Result<LogPosition, Refusal> bind(Asker asker, BindingDefinition binding);
    /// What is not there, or not bound, is unbound. @error AccessRefused, ResourceLocked
    Result<LogPosition, Refusal> unbind(Asker asker, BindingDefinition binding);

    /// Deletes a queue without asking anybody. @returns the log position
    LogPosition removeQueue(Queue& queue);
    /// The cluster has agreed that the queue goes; what follows from it is agreed on too.
    void forgetQueue(Queue& queue);
    bool isStored(const BindingDefinition& binding) const;
    /// Deletes the queues that lost their last consumer during the command.
    void removeDoomed();

private:
    /// Judged before it is looked up what exists. @error AccessRefused
    Verdict judgeRight(Asker asker, const Vhost& vhost, Right right, ResourceKind kind,
                       std::string_view name) const;
    /// Whether messages may go on from `name` to the exchange that this argument names, if any:
    /// that takes reading here and writing there. @error AccessRefused
    Verdict judgeForwarding(Asker asker, const Vhost& vhost, ResourceKind kind,
                            std::string_view name, const amqp::FieldTable& arguments,
                            std::string_view argument) const;
    /// Whether there may be one more queue. @error PreconditionFailed
    static Verdict judgeQueueCount(const Vhost& vhost, std::string_view name);
    Verdict judgeQueueAccess(const Queue& queue, Asker asker) const;
    /// Ids and first declarations are given out by one node at a time.
    bool mayDeclareHere() const { return !m_state.isClustered || !m_state.definitionsLeader; }
    /// @param wanted  the command's arguments, with the vhost's default type
    Verdict judgeEquivalence(const Queue& queue, Asker asker, const DeclareQueue& command,
                             const amqp::FieldTable& wanted) const;
    Result<Queue*, Refusal> findQueue(Vhost& vhost, Asker asker, std::string_view name) const;
    DeclaredQueue describe(const Queue& queue) const;
    /// What a declare of the direct reply-to name answers.
    Result<DeclaredQueue, Refusal> describeReplies(const Vhost& vhost,
                                                   const std::string& name) const;
    /// Whether this binding may be made or removed: that takes writing to its destination and
    /// reading from its source. Says nothing about what exists. @error AccessRefused
    Verdict judgeBindingRights(Asker asker, const BindingDefinition& binding) const;
    /// The ends of a binding, judged. @error NotFound, ResourceLocked
    Verdict judgeBinding(Asker asker, const BindingDefinition& binding) const;
    /// Its consumers end, wherever it is served, and it goes. @returns the log position
    LogPosition removeAlone(Queue& queue);
    /// Removes the auto-delete exchanges that have lost their last binding with these, and those
    /// that follow from it. @returns the log position
    LogPosition removeOrphans(Vhost& vhost, std::vector<BindingDefinition> removed);
    LogPosition removeExchange(Vhost& vhost, const Exchange& exchange);

    State& m_state;
    Consuming& m_consuming;
    Policies& m_policies;
};

}  // namespace warren::broker
