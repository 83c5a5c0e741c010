#pragma once

#include "core/management/snapshot.h"

#include <QList>
#include <QString>

#include <cstdint>

/// The way of a published message, stage by stage, in words. Pure; thread: any one.
namespace warren::ui {

/// A stage as it is drawn.
struct FlowStageWords {
    QString name{};
    QString explanation{};  ///< what it does, and when it holds back
    QString state{};        ///< in two or three words: "flows", "holds 3"; empty: the mark says it
    QString amount{};       ///< how much waits in it: "24 MiB of 64 MiB"
    QString note{};         ///< what that is: "not durable yet"
    std::uint64_t waitingBytes = 0;
    std::uint64_t waitingBytesMax = 0;  ///< 0: no fixed limit
    bool isHolding = false;
    bool isBottleneck = false;
    bool operator==(const FlowStageWords&) const = default;
};

/// "Publisher", "Session", "Queue", "Store".
QString flowStageName(management::FlowStage stage);

/// Over all connections; all four stages, also before the broker has named them.
QList<FlowStageWords> flowStages(const management::Overview& overview);

/// Of one connection.
QList<FlowStageWords> flowStages(const management::ConnectionRow& connection);

/// Which stage holds whom back, in one sentence.
QString bottleneckText(const management::Overview& overview);

/// Why this connection is held back, or would be; empty: nothing does.
QString holdText(const management::ConnectionRow& connection);

/// Since when it is in its present state; invalid: not known.
QDateTime stateSince(const management::ConnectionRow& connection);

}  // namespace warren::ui
