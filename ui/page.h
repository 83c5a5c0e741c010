#pragma once

#include "core/management/broker_client.h"

#include <QString>
#include <QWidget>

namespace warren::ui {

class CommandDialog;

/// How serious a notice is; always shown by an icon and a word too, never by colour alone.
enum class NoticeKind { Info, Success, Warning, Error };

/// One page of the main window: it shows snapshots and asks for commands, and knows no other page.
///
/// Thread: GUI. Life: the main window owns it, passes each new snapshot while the page is visible,
/// and watches what `wanted` says. A page must bear any snapshot, also before its topics are
/// filled.
class Page : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    /// What must be sampled while this page is visible; TopicOverview is always added.
    virtual management::WatchScope wanted() const = 0;

    /// Shows the state of the broker. Called when the page becomes visible and for every later
    /// snapshot, never while live updates are paused. Lists of topics that `snapshot->topics` does
    /// not name are unknown, not empty: keep what is shown.
    virtual void showSnapshot(const management::SnapshotPtr& snapshot) = 0;

    /// Moves the keyboard focus to the page's filter. @returns false when the page has none
    virtual bool focusFilter() { return false; }

    /// The broker can (not) be reached: commands make (no) sense.
    virtual void setActionsEnabled(bool enabled) { Q_UNUSED(enabled) }

signals:
    /// `wanted` would now answer something else.
    void wantedChanged();

    /// The user asks to see this queue or exchange on its own page.
    void openQueue(const warren::management::ResourceKey& key);
    void openExchange(const warren::management::ResourceKey& key);
    /// The user asks to see this connection among the others.
    void openConnection(const QString& name);

    /// The user asks for the page before this one (a detail page back to its list).
    void closeRequested();

    /// One sentence for the user, shown above the pages until dismissed or replaced: the outcome of
    /// a command, in particular why one was refused.
    void noticeRaised(warren::ui::NoticeKind kind, const QString& text);

protected:
    /// Opens the dialog, and raises a notice about what it has done. It deletes itself.
    void openDialog(CommandDialog* dialog);

    /// Makes this the whole page; it scrolls where the window is too small for it. Takes it over.
    void setScrolledContent(QWidget* content);

    /// Puts what clients connect to on the clipboard, and says so.
    void copyConnectionString(const management::BrokerClient& client);
};

}  // namespace warren::ui
