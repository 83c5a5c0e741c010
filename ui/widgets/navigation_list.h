#pragma once

#include "ui/icons.h"

#include <QListWidget>
#include <QString>

#include <cstdint>
#include <optional>

namespace warren::ui {

/// The list of pages at the left edge: pictogram, name, and how many there are of it.
///
/// Thread: GUI. The current item is the shown page.
class NavigationList final : public QListWidget {
    Q_OBJECT

public:
    explicit NavigationList(QWidget* parent = nullptr);

    void addPage(Icon pageIcon, const QString& title, const QString& shortcut);

    /// The number behind the title; nullopt: none.
    void setCount(int page, std::optional<std::uint64_t> count);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }
};

}  // namespace warren::ui
