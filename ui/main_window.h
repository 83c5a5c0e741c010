#pragma once

#include "core/management/broker_client.h"
#include "ui/dialogs/close_window_dialog.h"
#include "ui/icons.h"
#include "ui/models/overview_history.h"
#include "ui/page.h"

#include <QList>
#include <QMainWindow>
#include <QSystemTrayIcon>
#include <QTimer>

#include <chrono>
#include <optional>

class QAction;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace warren::ui {

class LocalClusterControl;
class NavigationList;
class NoticeBar;
class QueueDetailPage;
class ThemeSwitch;
class Tray;

/// The window of one broker: pages, notices, menus, and what the broker is asked to sample.
///
/// Thread: GUI. Watches the totals all the time, for the plots, and the topics of the visible page
/// while the window can be seen. Does not end the program itself: see quitRequested.
class MainWindow final : public QMainWindow {
    Q_OBJECT

public:
    /// How often the broker is asked, at most.
    static constexpr std::chrono::milliseconds kWatchInterval{1000};

    /// @param client   borrowed; outlives the window
    /// @param localCluster  starts nodes on this computer; borrowed, outlives the window; nullptr:
    /// that isn't offered
    explicit MainWindow(management::BrokerClient& client,
                        LocalClusterControl* localCluster = nullptr, QWidget* parent = nullptr);

    /// As above. @param hasTray  whether the broker can go on without its window
    MainWindow(management::BrokerClient& client, bool hasTray, QWidget* parent,
               LocalClusterControl* localCluster = nullptr);
    ~MainWindow() override;

    /// The pages in the order of the list at the left.
    int pageCount() const;
    Page* page(int index) const;
    void openPage(int index);
    /// Shows one queue on its own page.
    void openQueue(const management::ResourceKey& key);

    bool isPaused() const;

signals:
    /// The user wants the program to end, with its broker. The program does it.
    void quitRequested();

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    bool event(QEvent* event) override;

private:
    void buildUi();
    void buildPages(LocalClusterControl* localCluster);
    void buildMenus();
    void buildStatusBar();
    /// The figure behind a page's name; nullptr: none.
    using PageCount = std::uint32_t management::Overview::*;
    void addPage(Icon pageIcon, const QString& title, Page* page, PageCount count);
    void connectPage(Page* page);
    Page* currentPage() const;
    void goBack();

    void showSnapshot(const management::SnapshotPtr& snapshot);
    void showPage();
    void showNavigationCounts(const management::Overview& overview);
    void showAlarms(const management::Overview& overview, const QDateTime& now);
    void showStatus(const management::Overview& overview);
    void showReachability(management::Reachability state);
    void showNotice(NoticeKind kind, const QString& text);
    void setPaused(bool paused);
    void watch();
    bool isSeen() const;
    void act(CloseChoice choice);
    void showAbout();

    management::BrokerClient& m_client;
    const bool m_hasTray;
    ThemeSwitch* m_theme;
    Tray* m_tray;
    OverviewHistory m_history;
    NavigationList* m_navigation = nullptr;
    QList<PageCount> m_counts;  ///< by page
    QStackedWidget* m_pages = nullptr;
    QueueDetailPage* m_queueDetail = nullptr;
    int m_queuesIndex = 0;
    int m_flowIndex = 0;
    NoticeBar* m_unreachable = nullptr;
    NoticeBar* m_storageAlarm = nullptr;
    NoticeBar* m_resourceAlarm = nullptr;
    NoticeBar* m_notice = nullptr;
    QTimer m_noticeTimer;
    QAction* m_pauseAction = nullptr;
    QToolButton* m_pauseButton = nullptr;
    QLabel* m_nodeStatus = nullptr;
    QLabel* m_rateStatus = nullptr;
    std::optional<management::WatchScope> m_watched;
    bool m_isReachable = true;
    bool m_isPageFilled = false;  ///< it has been shown all that it wants
    bool m_mayClose = false;
};

}  // namespace warren::ui
