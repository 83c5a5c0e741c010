#pragma once

#include "core/management/broker_client.h"

#include <QList>
#include <QObject>
#include <QString>

#include <functional>

namespace warren::ui {

/// Executes many commands, a few at a time, and collects what was refused.
///
/// Thread: GUI. A run cannot be taken back; destroying it only stops the commands that were not
/// sent yet.
class CommandRun final : public QObject {
    Q_OBJECT

public:
    /// Commands that wait for their answers at the same time, at most.
    static constexpr int kInFlightMax = 32;

    /// Refusals kept; of the later ones only the number is known.
    static constexpr int kRefusalsKeptMax = 100;

    struct Refusal {
        int index = 0;
        QString text;
    };

    /// @param client  borrowed; outlives the run
    /// @param make    gives the command at an index below `count`
    CommandRun(management::BrokerClient& client, int count,
               std::function<management::ManagementCommand(int index)> make, QObject* parent);

    /// Sends the first commands. Call once; `finished` may come before it returns.
    void start();

    /// Sends no further command; the answers to those sent are still waited for.
    void stop() { m_end = m_next; }

    int totalCount() const { return m_count; }
    int doneCount() const { return m_doneCount; }
    int refusedCount() const { return m_refusedCount; }
    const QList<Refusal>& refusals() const { return m_refusals; }

signals:
    /// A command was done.
    void commandDone(int index, const warren::management::CommandResult& result);
    /// A command was refused.
    void commandRefused(int index, const warren::management::CommandResult& result);
    /// Every command that was sent has its answer.
    void finished();

private:
    void sendMore();
    void takeAnswer(int index, const management::CommandResult& result);

    management::BrokerClient& m_client;
    const int m_count;
    std::function<management::ManagementCommand(int)> m_make;
    QList<Refusal> m_refusals;
    int m_end;
    int m_next = 0;
    int m_inFlight = 0;
    int m_doneCount = 0;
    int m_refusedCount = 0;
    bool m_isSending = false;
    bool m_isFinished = false;
};

}  // namespace warren::ui
