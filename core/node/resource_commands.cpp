#include "core/node/resource_commands.h"

#include <cmath>

namespace warren::node {

using management::CommandResult;
using management::CommandStatus;

namespace {

CommandResult invalid(const QString& text) { return {CommandStatus::Invalid, text, {}}; }

/// Written so that what is no number is out of range too.
bool isPart(double ratio) { return ratio >= 0 && ratio <= 1; }

}  // namespace

Result<MemoryWatermark, CommandResult> watermarkOf(const management::SetMemoryWatermark& command)
{
    if (command.relative.has_value() == command.absoluteBytes.has_value()) {
        return invalid(
            QStringLiteral("a memory watermark is either a part of the memory or in bytes"));
    }
    if (command.relative && !isPart(*command.relative)) {
        return invalid(QStringLiteral("the memory watermark must be between 0 and 1"));
    }
    if (command.pagingRatio && !isPart(*command.pagingRatio)) {
        return invalid(QStringLiteral("the paging ratio must be between 0 and 1"));
    }
    MemoryWatermark watermark;
    watermark.relative = command.relative.value_or(watermark.relative);
    watermark.absoluteBytes = command.absoluteBytes;
    return watermark;
}

Result<DiskFreeLimit, CommandResult> diskLimitOf(const management::SetDiskFreeLimit& command)
{
    if (command.relativeToMemory.has_value() == command.absoluteBytes.has_value()) {
        return invalid(
            QStringLiteral("a limit of the disk is either relative to the memory or in bytes"));
    }
    constexpr double kRatioMax = 1e6;  // any disk there is
    const double ratio = command.relativeToMemory.value_or(0);
    if (!(ratio >= 0 && ratio <= kRatioMax)) {
        return invalid(QStringLiteral("the limit of the disk must be 0 or more times the memory"));
    }
    DiskFreeLimit limit;
    limit.absoluteBytes = command.absoluteBytes.value_or(limit.absoluteBytes);
    limit.relativeToMemory = command.relativeToMemory;
    return limit;
}

}  // namespace warren::node
