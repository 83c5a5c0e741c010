#include "ui/tray.h"

#include "ui/format.h"
#include "ui/icons.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>

namespace warren::ui {

Tray::Tray(QObject* parent) : QObject(parent), m_icon(applicationIcon())
{
    m_status = m_menu.addAction(tr("Warren"));
    m_status->setEnabled(false);
    m_menu.addSeparator();
    m_menu.addAction(tr("Show the window"), this, &Tray::windowRequested);
    m_copy = m_menu.addAction(icon(Icon::Copy), tr("Copy the connection string"), this,
                              &Tray::copyConnectionString);
    m_copy->setEnabled(false);
    m_menu.addSeparator();
    m_menu.addAction(tr("Stop the broker and quit"), this, &Tray::quitRequested);
    m_icon.setContextMenu(&m_menu);
    connect(&m_icon, &QSystemTrayIcon::activated, this,
            [this](QSystemTrayIcon::ActivationReason reason) {
                if (reason != QSystemTrayIcon::Context) emit windowRequested();
            });
    connect(&m_icon, &QSystemTrayIcon::messageClicked, this, &Tray::windowRequested);
}

void Tray::show(const management::Overview& overview)
{
    m_connectionString = overview.connectionString;
    m_copy->setEnabled(!m_connectionString.isEmpty());
    const QString status = tr("%1: %2 ready, %3 published")
                               .arg(overview.nodeName, format::count(overview.readyCount),
                                    format::rateWithUnit(overview.rates.publish));
    m_status->setText(status);
    m_icon.setToolTip(status);

    const bool hasAlarm =
        overview.hasMemoryAlarm || overview.hasDiskAlarm || !overview.storageError.isEmpty();
    if (hasAlarm && !m_hadAlarm && m_icon.isVisible()) {
        m_icon.showMessage(tr("Warren needs attention"),
                           overview.storageError.isEmpty()
                               ? tr("Publishers are blocked: memory or disk is short.")
                               : overview.storageError,
                           QSystemTrayIcon::Warning);
    }
    m_hadAlarm = hasAlarm;
}

void Tray::copyConnectionString() { QGuiApplication::clipboard()->setText(m_connectionString); }

}  // namespace warren::ui
