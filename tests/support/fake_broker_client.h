#pragma once

#include "core/management/broker_client.h"

#include <QList>
#include <QPromise>

#include <chrono>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <utility>
#include <vector>

namespace warren::test {

/// A BrokerClient without a broker: the test sets the snapshots, reads the commands and chooses the
/// answers.
///
/// Without a chosen answer a command is done; a preview then holds what the policy's pattern
/// matches in the last snapshot. Thread: the test's. Answers are there at once unless
/// `holdAnswers` was called.
class FakeBrokerClient final : public management::BrokerClient {
    Q_OBJECT

public:
    explicit FakeBrokerClient(QObject* parent = nullptr);

    management::SnapshotPtr snapshot() const override { return m_snapshot; }
    void watch(const management::WatchScope& scope, std::chrono::milliseconds interval) override;
    QFuture<management::CommandResult> execute(
        const management::ManagementCommand& command) override;

    /// Makes `snapshot` the last one, with the next sequence number, and signals it.
    void setSnapshot(management::Snapshot snapshot);
    void setReachability(management::Reachability state);

    /// The answer to the next command that has none yet; without one the answer is Done.
    void answerNext(management::CommandResult result);
    void refuseNext(management::CommandStatus status, const QString& text);

    /// From now on commands wait until `releaseAnswers`.
    void holdAnswers() { m_isHolding = true; }
    void releaseAnswers();
    /// Answers only the held command at `index`, so that answers overtake each other; the others
    /// go on waiting. @pre `index` is below the number of held commands
    void releaseAnswer(std::size_t index);
    std::size_t heldCount() const { return m_waiting.size(); }

    const QList<management::ManagementCommand>& commands() const { return m_commands; }

    /// The last command if it is a Command, else nullptr.
    template <typename Command>
    const Command* lastCommand() const
    {
        return m_commands.isEmpty() ? nullptr : std::get_if<Command>(&m_commands.last());
    }

    const management::WatchScope& scope() const { return m_scope; }
    std::chrono::milliseconds interval() const { return m_interval; }

private:
    management::CommandResult defaultAnswer(const management::ManagementCommand& command) const;

    struct Waiting {
        QPromise<management::CommandResult> promise;
        management::CommandResult result;
    };

    management::SnapshotPtr m_snapshot;
    QList<management::ManagementCommand> m_commands;
    std::deque<management::CommandResult> m_answers;
    std::vector<Waiting> m_waiting;
    management::WatchScope m_scope;
    std::chrono::milliseconds m_interval{0};
    bool m_isHolding = false;
};

/// All topics, as flags.
inline constexpr management::Topics kAllTopics = 16383;

/// A node that has just been started: no client, no queue, the predeclared exchanges; alone.
management::Snapshot emptySnapshot();

/// A working node: six queues, twelve exchanges, some connections, channels, policies, users with
/// permissions, closes and log lines. It is one of three in a cluster, where one mirror is being
/// filled and one is behind.
management::Snapshot typicalSnapshot();

/// As typicalSnapshot in a cluster that has fallen apart: its second node is unreachable, its third
/// is down, so this one is paused; a queue has lost its master, and another messages.
management::Snapshot brokenClusterSnapshot();

/// The third node of those snapshots, by its name; the second is "warren2@localhost".
inline const QString kThirdNode = QStringLiteral("warren3@localhost");

/// As typicalSnapshot with a second virtual host, "staging", that has limits and is protected.
management::Snapshot administeredSnapshot();

/// As typicalSnapshot with so many queues, connections, channels, policies, users and vhosts.
/// `generation` varies the figures, not the names.
management::Snapshot hugeSnapshot(int rowCount, int generation = 0);

/// As typicalSnapshot with memory and disk alarms and a store that has failed.
management::Snapshot alarmedSnapshot();

/// Queues of vhost "/" by name and ready count, sorted.
management::Snapshot snapshotOf(
    std::initializer_list<std::pair<QString, std::uint64_t>> readyByQueue);

/// The last hundred closes of typical faults, the oldest first.
QList<management::ClosedChannelRow> manyCloses();

/// A plain queue of vhost "/".
management::QueueRow queueRow(const QString& name, std::uint64_t readyCount);

}  // namespace warren::test
