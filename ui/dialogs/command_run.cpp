#include "ui/dialogs/command_run.h"

#include <utility>

namespace warren::ui {

CommandRun::CommandRun(management::BrokerClient& client, int count,
                       std::function<management::ManagementCommand(int)> make, QObject* parent)
    : QObject(parent), m_client(client), m_count(count), m_make(std::move(make)), m_end(count)
{
}

void CommandRun::start() { sendMore(); }

void CommandRun::sendMore()
{
    // An answer may be there at once and ask for more: a loop, not a recursion as deep as the run.
    if (m_isSending) return;
    m_isSending = true;
    while (m_next < m_end && m_inFlight < kInFlightMax) {
        const int index = m_next;
        m_next += 1;
        m_inFlight += 1;
        m_client.execute(m_make(index)).then(this, [this, index](management::CommandResult result) {
            takeAnswer(index, result);
        });
    }
    m_isSending = false;
    if (m_inFlight > 0 || m_next < m_end || m_isFinished) return;
    m_isFinished = true;
    emit finished();
}

void CommandRun::takeAnswer(int index, const management::CommandResult& result)
{
    m_inFlight -= 1;
    if (result.isDone()) {
        m_doneCount += 1;
        emit commandDone(index, result);
    } else {
        m_refusedCount += 1;
        if (m_refusals.size() < kRefusalsKeptMax) m_refusals.append({index, result.text});
        emit commandRefused(index, result);
    }
    sendMore();
}

}  // namespace warren::ui
