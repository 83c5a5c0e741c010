#pragma once

#include <QStringView>

#include <compare>

namespace warren::ui {

/// Compares names as people read them: without regard to case, and runs of digits by their value,
/// so that "queue 9" comes before "queue 10". Names that differ only in case or in leading zeros
/// are told apart by their code units, so the order is total. Pure; no allocation.
std::strong_ordering naturalOrder(QStringView left, QStringView right);

}  // namespace warren::ui
