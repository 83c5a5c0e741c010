#pragma once

#include "core/base/result.h"
#include "core/management/management_command.h"
#include "core/node/node_config.h"

/// The limits of memory and disk that somebody asks for, judged.
namespace warren::node {

/// @error Invalid  none or both of the limits are given, or a number is out of its range
Result<MemoryWatermark, management::CommandResult> watermarkOf(
    const management::SetMemoryWatermark& command);
/// @error Invalid  likewise
Result<DiskFreeLimit, management::CommandResult> diskLimitOf(
    const management::SetDiskFreeLimit& command);

}  // namespace warren::node
