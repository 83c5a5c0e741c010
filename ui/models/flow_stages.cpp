#include "ui/models/flow_stages.h"

#include "ui/format.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <optional>

namespace warren::ui {

using management::ConnectionRow;
using management::ConnectionState;
using management::FlowStage;
using management::FlowStageRow;
using management::Overview;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("FlowStages", text); }

constexpr std::array kFlowStages{FlowStage::Publisher, FlowStage::Session, FlowStage::Queue,
                                 FlowStage::Store};

QString explanationOf(FlowStage stage)
{
    switch (stage) {
    case FlowStage::Publisher:
        return tr("The client sends as fast as it is read. An alarm of memory or disk blocks it.");
    case FlowStage::Session:
        return tr(
            "Its connection. It is not read while the client leaves too many answers "
            "unread.");
    case FlowStage::Queue:
        return tr(
            "Messages in memory. Publishers wait while messages come faster than they can "
            "leave.");
    case FlowStage::Store:
        return tr(
            "The disk. Publishers wait while too many of their messages are not durable "
            "yet.");
    }
    return {};
}

/// "24 MiB of 64 MiB".
QString waitingText(std::uint64_t bytes, std::uint64_t bytesMax)
{
    return bytesMax == 0 ? format::bytes(bytes)
                         : tr("%1 of %2").arg(format::bytes(bytes), format::bytes(bytesMax));
}

QString noteOf(FlowStage stage)
{
    switch (stage) {
    case FlowStage::Publisher: return tr("come in");
    case FlowStage::Session: return tr("unread answers");
    case FlowStage::Queue: return tr("bodies in memory");
    case FlowStage::Store: return tr("not durable yet");
    }
    return {};
}

FlowStageWords wordsOf(FlowStage stage)
{
    return {.name = flowStageName(stage),
            .explanation = explanationOf(stage),
            .state = tr("flows"),
            .note = noteOf(stage)};
}

}  // namespace

QString flowStageName(FlowStage stage)
{
    switch (stage) {
    case FlowStage::Publisher: return tr("Publisher");
    case FlowStage::Session: return tr("Session");
    case FlowStage::Queue: return tr("Queue");
    case FlowStage::Store: return tr("Store");
    }
    return {};
}

QList<FlowStageWords> flowStages(const Overview& overview)
{
    QList<FlowStageWords> stages;
    for (const FlowStage stage : kFlowStages) {
        FlowStageWords words = wordsOf(stage);
        const auto row = std::ranges::find(overview.flow, stage, &FlowStageRow::stage);
        if (row != overview.flow.end()) {
            words.waitingBytes = row->waitingBytes;
            words.waitingBytesMax = row->waitingBytesMax;
            words.isHolding = row->heldCount > 0;
            words.isBottleneck = words.isHolding && stage == overview.bottleneck;
            if (words.isHolding) {
                words.state = stage == FlowStage::Publisher
                                  ? tr("%1 blocked").arg(format::count(row->heldCount))
                                  : tr("holds %1").arg(format::count(row->heldCount));
            }
        }
        words.amount = stage == FlowStage::Publisher
                           ? format::rateWithUnit(overview.rates.publish)
                           : waitingText(words.waitingBytes, words.waitingBytesMax);
        stages.append(words);
    }
    return stages;
}

QList<FlowStageWords> flowStages(const ConnectionRow& connection)
{
    const management::CreditRow& credit = connection.credit;
    QList<FlowStageWords> stages;
    for (const FlowStage stage : kFlowStages) {
        FlowStageWords words = wordsOf(stage);
        words.isHolding = credit.heldBy == stage;
        words.isBottleneck = words.isHolding;
        if (words.isHolding) words.state.clear();
        switch (stage) {
        case FlowStage::Publisher:
            words.amount = format::bytesRate(connection.receivedBytesRate);
            break;
        case FlowStage::Session:
            words.waitingBytes = credit.unsentBytes;
            words.waitingBytesMax = credit.unsentBytesMax;
            words.amount = waitingText(words.waitingBytes, words.waitingBytesMax);
            break;
        case FlowStage::Queue: words.note = tr("shared by all"); break;
        case FlowStage::Store:
            words.waitingBytes = credit.storeBytes;
            words.waitingBytesMax = credit.storeBytesMax;
            if (credit.storeBytesMax == 0) {
                // Without a limit of its own a connection has no account at the store.
                words.note = tr("shared by all");
            } else {
                words.amount = waitingText(words.waitingBytes, words.waitingBytesMax);
            }
            break;
        }
        stages.append(words);
    }
    return stages;
}

QString bottleneckText(const Overview& overview)
{
    const auto row = std::ranges::find(overview.flow, overview.bottleneck, &FlowStageRow::stage);
    if (row == overview.flow.end() || row->heldCount == 0) {
        return tr("Nobody is held back: every connection is read as fast as it sends.");
    }
    const std::uint32_t count = row->heldCount;
    switch (row->stage) {
    case FlowStage::Publisher:
        return format::counted(count,
                               tr("Bottleneck: an alarm of memory or disk blocks 1 connection."),
                               tr("Bottleneck: an alarm of memory or disk blocks %1 connections."));
    case FlowStage::Session:
        return format::counted(
            count, tr("Bottleneck: the session. 1 connection leaves its answers unread."),
            tr("Bottleneck: the sessions. %1 connections leave their answers unread."));
    case FlowStage::Queue:
        return format::counted(
            count, tr("Bottleneck: the queues. 1 connection publishes faster than messages leave."),
            tr("Bottleneck: the queues. %1 connections publish faster than messages leave."));
    case FlowStage::Store:
        return format::counted(count, tr("Bottleneck: the store. 1 connection waits for the disk."),
                               tr("Bottleneck: the store. %1 connections wait for the disk."));
    }
    return {};
}

QString holdText(const ConnectionRow& connection)
{
    const QString reason =
        connection.blockedReason.isEmpty() ? tr("an alarm is on") : connection.blockedReason;
    if (connection.state == ConnectionState::Blocked) return tr("Blocked: %1").arg(reason);
    if (connection.state == ConnectionState::Blocking) {
        return tr("Will be blocked when it publishes: %1").arg(reason);
    }
    if (const auto stage = connection.credit.heldBy) {
        switch (*stage) {
        case FlowStage::Publisher: return tr("Blocked: %1").arg(reason);
        case FlowStage::Session: return tr("Session: it leaves its answers unread");
        case FlowStage::Queue: return tr("Queue: it publishes faster than messages leave");
        case FlowStage::Store: return tr("Store: its messages wait for the disk");
        }
    }
    if (connection.state == ConnectionState::Flow) return tr("Was held back a moment ago");
    return {};
}

QDateTime stateSince(const ConnectionRow& connection)
{
    if (connection.stateHistory.isEmpty()) return {};
    const management::ConnectionStateChange& last = connection.stateHistory.last();
    return last.state == connection.state ? last.since : QDateTime();
}

}  // namespace warren::ui
