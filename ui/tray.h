#pragma once

#include "core/management/snapshot.h"

#include <QMenu>
#include <QObject>
#include <QSystemTrayIcon>

class QAction;

namespace warren::ui {

/// Warren's place in the system tray: shows that the broker runs, and brings the window back.
///
/// Thread: GUI. Hidden until `setVisible`; does nothing where there is no tray.
class Tray final : public QObject {
    Q_OBJECT

public:
    explicit Tray(QObject* parent = nullptr);

    void setVisible(bool visible) { m_icon.setVisible(visible); }
    bool isVisible() const { return m_icon.isVisible(); }

    /// Updates the status line and says once, by a message, that an alarm began.
    void show(const management::Overview& overview);

signals:
    void windowRequested();
    void quitRequested();

private:
    void copyConnectionString();

    QMenu m_menu;
    QSystemTrayIcon m_icon;
    QAction* m_status;
    QAction* m_copy;
    QString m_connectionString;
    bool m_hadAlarm = false;
};

}  // namespace warren::ui
