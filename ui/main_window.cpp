#include "ui/main_window.h"

#include "ui/format.h"
#include "ui/models/resource_words.h"
#include "ui/pages/channels_page.h"
#include "ui/pages/cluster_page.h"
#include "ui/pages/connections_page.h"
#include "ui/pages/exchanges_page.h"
#include "ui/pages/log_page.h"
#include "ui/pages/memory_flow_page.h"
#include "ui/pages/overview_page.h"
#include "ui/pages/policies_page.h"
#include "ui/pages/queue_detail_page.h"
#include "ui/pages/queues_page.h"
#include "ui/pages/users_page.h"
#include "ui/pages/vhosts_page.h"
#include "ui/theme.h"
#include "ui/tray.h"
#include "ui/widgets/navigation_list.h"
#include "ui/widgets/notice_bar.h"

#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenuBar>
#include <QMessageBox>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace warren::ui {

using management::BrokerClient;
using management::Overview;
using management::Reachability;
using management::SnapshotPtr;
using management::WatchScope;

namespace {

/// How long a notice of success stays; refusals stay until they are dismissed.
constexpr std::chrono::seconds kSuccessShown{6};
const QString kGeometryKey = QStringLiteral("window/geometry");

/// Adds an exclusive choice to a menu.
template <typename Choice, typename Apply>
void addChoice(QMenu* menu, QActionGroup* group, const QString& text, Choice choice, Choice current,
               Apply apply)
{
    QAction* action = menu->addAction(text);
    action->setCheckable(true);
    action->setChecked(choice == current);
    group->addAction(action);
    QObject::connect(action, &QAction::triggered, group, [choice, apply] { apply(choice); });
}

/// Of the page with this number, from 1 on; the tenth has the 0, as the keys lie.
QKeySequence pageShortcut(int number)
{
    constexpr int kDigits = 10;
    if (number > kDigits) return {};
    return Qt::CTRL | static_cast<Qt::Key>(Qt::Key_0 + number % kDigits);
}

}  // namespace

MainWindow::MainWindow(BrokerClient& client, LocalClusterControl* localCluster, QWidget* parent)
    : MainWindow(client, QSystemTrayIcon::isSystemTrayAvailable(), parent, localCluster)
{
}

MainWindow::MainWindow(BrokerClient& client, bool hasTray, QWidget* parent,
                       LocalClusterControl* localCluster)
    : QMainWindow(parent),
      m_client(client),
      m_hasTray(hasTray),
      m_theme(new ThemeSwitch(*qApp, this)),
      m_tray(new Tray(this))
{
    setWindowIcon(applicationIcon());
    setWindowTitle(tr("Warren"));
    buildUi();
    buildPages(localCluster);
    buildMenus();
    buildStatusBar();

    m_noticeTimer.setSingleShot(true);
    connect(&m_noticeTimer, &QTimer::timeout, m_notice, &NoticeBar::clear);
    connect(&m_client, &BrokerClient::snapshotChanged, this, &MainWindow::showSnapshot);
    connect(&m_client, &BrokerClient::reachabilityChanged, this, &MainWindow::showReachability);
    connect(m_tray, &Tray::windowRequested, this, [this] {
        showNormal();
        raise();
        activateWindow();
    });
    connect(m_tray, &Tray::quitRequested, this, [this] { act(CloseChoice::Quit); });
    m_tray->setVisible(m_hasTray);

    restoreGeometry(QSettings().value(kGeometryKey).toByteArray());
    showSnapshot(m_client.snapshot());
    watch();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildUi()
{
    auto* centre = new QWidget(this);
    m_navigation = new NavigationList(centre);
    m_navigation->setObjectName(QStringLiteral("navigation"));
    m_pages = new QStackedWidget(centre);
    m_unreachable = new NoticeBar(NoticeBar::Dismissal::Never, centre);
    m_unreachable->setObjectName(QStringLiteral("unreachable"));
    m_storageAlarm = new NoticeBar(NoticeBar::Dismissal::Never, centre);
    m_storageAlarm->setObjectName(QStringLiteral("storageAlarm"));
    m_resourceAlarm = new NoticeBar(NoticeBar::Dismissal::Never, centre);
    m_resourceAlarm->setObjectName(QStringLiteral("resourceAlarm"));
    m_notice = new NoticeBar(NoticeBar::Dismissal::ByUser, centre);
    m_notice->setObjectName(QStringLiteral("notice"));

    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    for (NoticeBar* bar : {m_unreachable, m_storageAlarm, m_resourceAlarm, m_notice}) {
        right->addWidget(bar);
    }
    right->addWidget(m_pages, 1);

    auto* left = new QVBoxLayout;
    left->setContentsMargins(0, theme::gap(this, Gap::Medium), 0, 0);
    left->addWidget(m_navigation);
    auto* layout = new QHBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(left);
    layout->addLayout(right, 1);
    setCentralWidget(centre);

    const int em = fontMetrics().height();
    const QSize room = screen()->availableSize();
    resize(QSize(em * 92, em * 57).boundedTo(room - QSize(em, em * 3)));
    setMinimumSize(em * 70, em * 40);
}

void MainWindow::buildPages(LocalClusterControl* localCluster)
{
    addPage(Icon::Overview, tr("Overview"), new OverviewPage(m_client, m_history, this), nullptr);
    auto* queues = new QueuesPage(m_client, this);
    auto* exchanges = new ExchangesPage(m_client, this);
    addPage(Icon::Queues, tr("Queues"), queues, &Overview::queueCount);
    addPage(Icon::Exchanges, tr("Exchanges"), exchanges, &Overview::exchangeCount);
    auto* connections = new ConnectionsPage(m_client, this);
    addPage(Icon::Connections, tr("Connections"), connections, &Overview::connectionCount);
    addPage(Icon::Channels, tr("Channels"), new ChannelsPage(m_client, this),
            &Overview::channelCount);
    auto* flow = new MemoryFlowPage(m_client, this);
    addPage(Icon::Gauge, tr("Memory and flow"), flow, nullptr);
    addPage(Icon::Cluster, tr("Cluster"), new ClusterPage(m_client, localCluster, this), nullptr);
    addPage(Icon::Policies, tr("Policies"), new PoliciesPage(m_client, this), nullptr);
    addPage(Icon::Users, tr("Users"), new UsersPage(m_client, this), nullptr);
    addPage(Icon::Vhosts, tr("Virtual hosts"), new VhostsPage(m_client, this), nullptr);
    addPage(Icon::Log, tr("Log"), new LogPage(this), nullptr);

    // One queue has a page of its own behind the list's.
    m_queueDetail = new QueueDetailPage(m_client, this);
    m_pages->addWidget(m_queueDetail);
    connectPage(m_queueDetail);
    m_queuesIndex = m_pages->indexOf(queues);
    connect(m_queueDetail, &Page::closeRequested, this, [this] { openPage(m_queuesIndex); });
    m_flowIndex = m_pages->indexOf(flow);
    connect(m_resourceAlarm, &NoticeBar::actionTriggered, this, [this] { openPage(m_flowIndex); });
    connect(flow, &Page::openConnection, this,
            [this, connections, index = m_pages->indexOf(connections)](const QString& name) {
                openPage(index);
                connections->selectConnection(name);
            });
    const int exchangesIndex = m_pages->indexOf(exchanges);
    for (int index = 0; index < m_pages->count(); ++index) {
        connect(page(index), &Page::openQueue, this, &MainWindow::openQueue);
        connect(page(index), &Page::openExchange, this,
                [this, exchanges, exchangesIndex](const management::ResourceKey& key) {
                    openPage(exchangesIndex);
                    exchanges->selectExchange(key);
                });
    }

    connect(m_navigation, &QListWidget::currentRowChanged, this, &MainWindow::openPage);
    // A click on the current item leaves a detail page.
    connect(m_navigation, &QListWidget::itemClicked, this,
            [this] { openPage(m_navigation->currentRow()); });
    m_navigation->setCurrentRow(0);
}

void MainWindow::addPage(Icon pageIcon, const QString& title, Page* page, PageCount count)
{
    m_counts.append(count);
    const int number = m_pages->addWidget(page) + 1;
    m_navigation->addPage(pageIcon, title, pageShortcut(number).toString());
    connectPage(page);
}

void MainWindow::connectPage(Page* page)
{
    connect(page, &Page::noticeRaised, this, &MainWindow::showNotice);
    connect(page, &Page::wantedChanged, this, [this, page] {
        if (page == currentPage()) showPage();
    });
}

void MainWindow::buildMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("&Close the window"), QKeySequence(Qt::CTRL | Qt::Key_W), this,
                    &QWidget::close);
    if (m_hasTray) {
        QMenu* closing = file->addMenu(tr("&When the window closes"));
        auto* choices = new QActionGroup(closing);
        const CloseChoice current = savedCloseChoice();
        const std::initializer_list<std::pair<CloseChoice, QString>> texts{
            {CloseChoice::Ask, tr("&Ask")},
            {CloseChoice::KeepInTray, tr("Go on in the &tray")},
            {CloseChoice::Quit, tr("&Stop the broker and quit")}};
        for (const auto& [choice, text] : texts) {
            addChoice(closing, choices, text, choice, current, &saveCloseChoice);
        }
    }
    file->addSeparator();
    file->addAction(tr("&Quit…"), QKeySequence(Qt::CTRL | Qt::Key_Q), this, [this] {
        auto* dialog = new CloseWindowDialog(false, this);  // deletes itself
        connect(dialog, &CloseWindowDialog::chosen, this, &MainWindow::act);
        dialog->open();
    });

    QMenu* view = menuBar()->addMenu(tr("&View"));
    for (int index = 0; index < m_navigation->count(); ++index) {
        const QListWidgetItem* item = m_navigation->item(index);
        view->addAction(item->icon(), item->text(), pageShortcut(index + 1), this,
                        [this, index] { openPage(index); });
    }
    view->addSeparator();
    view->addAction(icon(Icon::Back), tr("&Back"), QKeySequence::Back, this, &MainWindow::goBack);
    view->addAction(icon(Icon::Filter), tr("&Filter"), QKeySequence::Find, this,
                    [this] { currentPage()->focusFilter(); });
    // Space is no shortcut: it must keep pressing the button that has the focus. See keyPressEvent.
    m_pauseAction = view->addAction(icon(Icon::Pause), tr("&Pause live updates\tSpace"));
    m_pauseAction->setObjectName(QStringLiteral("pause"));
    m_pauseAction->setCheckable(true);
    connect(m_pauseAction, &QAction::toggled, this, &MainWindow::setPaused);
    view->addSeparator();
    QMenu* themes = view->addMenu(tr("&Theme"));
    auto* choices = new QActionGroup(themes);
    const std::initializer_list<std::pair<ThemeChoice, QString>> texts{
        {ThemeChoice::System, tr("As the &system")},
        {ThemeChoice::Light, tr("&Light")},
        {ThemeChoice::Dark, tr("&Dark")}};
    for (const auto& [choice, text] : texts) {
        addChoice(themes, choices, text, choice, m_theme->choice(),
                  [this](ThemeChoice chosen) { m_theme->choose(chosen); });
    }

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&About Warren"), this, &MainWindow::showAbout);
}

void MainWindow::buildStatusBar()
{
    statusBar()->setSizeGripEnabled(false);
    const int gap = theme::gap(this, Gap::Medium);
    statusBar()->setContentsMargins(gap, 0, gap, 0);
    m_nodeStatus = new QLabel(this);
    m_nodeStatus->setObjectName(QStringLiteral("nodeStatus"));
    m_rateStatus = new QLabel(this);
    m_rateStatus->setObjectName(QStringLiteral("rateStatus"));
    m_pauseButton = new QToolButton(this);
    m_pauseButton->setObjectName(QStringLiteral("pauseButton"));
    m_pauseButton->setAutoRaise(true);
    m_pauseButton->setFocusPolicy(Qt::StrongFocus);
    m_pauseButton->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_pauseButton, &QToolButton::clicked, m_pauseAction, &QAction::toggle);
    statusBar()->addWidget(m_nodeStatus);
    statusBar()->addPermanentWidget(m_rateStatus);
    statusBar()->addPermanentWidget(m_pauseButton);
    setPaused(false);
}

int MainWindow::pageCount() const { return m_navigation->count(); }

Page* MainWindow::page(int index) const { return qobject_cast<Page*>(m_pages->widget(index)); }

Page* MainWindow::currentPage() const { return qobject_cast<Page*>(m_pages->currentWidget()); }

void MainWindow::openPage(int index)
{
    if (index < 0 || index >= m_navigation->count()) return;
    m_navigation->setCurrentRow(index);
    if (m_pages->currentIndex() == index && m_watched) return;
    m_pages->setCurrentIndex(index);
    showPage();
}

void MainWindow::openQueue(const management::ResourceKey& key)
{
    m_navigation->setCurrentRow(m_queuesIndex);
    m_queueDetail->showQueue(key);
    m_pages->setCurrentWidget(m_queueDetail);
    m_queueDetail->setFocus();
    showPage();
}

void MainWindow::goBack()
{
    if (currentPage() == m_queueDetail) openPage(m_queuesIndex);
}

bool MainWindow::isPaused() const { return m_pauseAction->isChecked(); }

/// The visible page has changed, or what it wants.
void MainWindow::showPage()
{
    m_isPageFilled = false;
    watch();
    showSnapshot(m_client.snapshot());
}

void MainWindow::showSnapshot(const SnapshotPtr& snapshot)
{
    m_history.add(*snapshot);
    m_tray->show(snapshot->overview);
    if (!isSeen()) return;
    showAlarms(snapshot->overview, snapshot->takenAt);
    // A page that was opened while updates are paused is filled once, then it stands still too.
    if (isPaused() && m_isPageFilled) return;
    showNavigationCounts(snapshot->overview);
    showStatus(snapshot->overview);
    Page* page = currentPage();
    page->showSnapshot(snapshot);
    const management::Topics wanted = page->wanted().topics;
    m_isPageFilled = (snapshot->topics & wanted) == wanted;
}

void MainWindow::showNavigationCounts(const Overview& overview)
{
    for (int index = 0; index < m_counts.size(); ++index) {
        if (const PageCount count = m_counts[index]) {
            m_navigation->setCount(index, overview.*count);
        }
    }
}

void MainWindow::showAlarms(const Overview& overview, const QDateTime& now)
{
    if (overview.storageError.isEmpty()) {
        m_storageAlarm->clear();
    } else {
        m_storageAlarm->showNotice(NoticeKind::Error, overview.storageError);
    }
    const QString alarms = alarmText(overview, now);
    if (alarms.isEmpty()) {
        m_resourceAlarm->clear();
    } else {
        m_resourceAlarm->showNotice(NoticeKind::Warning, alarms, tr("Show who and why"));
    }
}

void MainWindow::showStatus(const Overview& overview)
{
    if (m_isReachable) {
        m_nodeStatus->setText(overview.nodeName.isEmpty()
                                  ? tr("Connecting…")
                                  : tr("Running: %1").arg(overview.nodeName));
    }
    m_rateStatus->setText(tr("Publish %1   Deliver %2   Ack %3")
                              .arg(format::rateWithUnit(overview.rates.publish),
                                   format::rateWithUnit(overview.rates.deliver),
                                   format::rateWithUnit(overview.rates.ack)));
}

void MainWindow::showReachability(Reachability state)
{
    m_isReachable = state == Reachability::Reachable;
    if (m_isReachable) {
        m_unreachable->clear();
        showStatus(m_client.snapshot()->overview);
    } else {
        m_unreachable->showNotice(
            NoticeKind::Error, tr("The broker cannot be reached. What you see is its state at %1.")
                                   .arg(format::dateTime(m_client.snapshot()->takenAt)));
        m_nodeStatus->setText(tr("Not reachable"));
    }
    for (int index = 0; index < m_pages->count(); ++index) {
        page(index)->setActionsEnabled(m_isReachable);
    }
}

void MainWindow::showNotice(NoticeKind kind, const QString& text)
{
    m_notice->showNotice(kind, text);
    if (kind == NoticeKind::Error || kind == NoticeKind::Warning) {
        m_noticeTimer.stop();
    } else {
        m_noticeTimer.start(kSuccessShown);
    }
}

void MainWindow::setPaused(bool paused)
{
    m_pauseButton->setText(paused ? tr("Paused") : tr("Live"));
    m_pauseButton->setIcon(icon(paused ? Icon::Resume : Icon::Pause));
    m_pauseButton->setToolTip(paused ? tr("Go on with live updates (Space)")
                                     : tr("Pause live updates (Space)"));
    if (!paused) showSnapshot(m_client.snapshot());
}

void MainWindow::watch()
{
    WatchScope scope;
    if (isSeen()) scope = currentPage()->wanted();
    scope.topics |= management::TopicOverview;
    if (m_watched == scope) return;
    m_watched = scope;
    m_client.watch(scope, kWatchInterval);
}

bool MainWindow::isSeen() const { return isVisible() && !isMinimized(); }

void MainWindow::showEvent(QShowEvent* event)
{
    QMainWindow::showEvent(event);
    showPage();
}

void MainWindow::hideEvent(QHideEvent* event)
{
    QMainWindow::hideEvent(event);
    QSettings().setValue(kGeometryKey, saveGeometry());
    watch();
}

void MainWindow::changeEvent(QEvent* event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange) showPage();
}

bool MainWindow::event(QEvent* event)
{
    const bool isHandled = QMainWindow::event(event);
    if (event->type() == QEvent::ThemeChange) m_theme->followSystem();
    return isHandled;
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    // Only keys that the widget with the focus did not want come here.
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) {
        m_pauseAction->toggle();
        return;
    }
    if (event->key() == Qt::Key_Escape) {
        goBack();
        return;
    }
    QMainWindow::keyPressEvent(event);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (m_mayClose || qGuiApp->isSavingSession()) {
        event->accept();
        return;
    }
    event->ignore();
    const CloseChoice saved = m_hasTray ? savedCloseChoice() : CloseChoice::Ask;
    if (saved != CloseChoice::Ask) {
        act(saved);
        return;
    }
    auto* dialog = new CloseWindowDialog(m_hasTray, this);  // deletes itself
    connect(dialog, &CloseWindowDialog::chosen, this, [this](CloseChoice choice) {
        if (m_hasTray) saveCloseChoice(choice);
        act(choice);
    });
    dialog->open();
}

void MainWindow::act(CloseChoice choice)
{
    if (choice == CloseChoice::KeepInTray) {
        hide();
        return;
    }
    QSettings().setValue(kGeometryKey, saveGeometry());
    m_mayClose = true;
    emit quitRequested();
}

void MainWindow::showAbout()
{
    QMessageBox::about(this, tr("About Warren"),
                       tr("<h3>Warren %1</h3><p>A message broker for the desk: AMQP 0-9-1, as "
                          "RabbitMQ speaks it.</p><p>Free software under the GNU General Public "
                          "License, version 3 or later.</p>")
                           .arg(QStringLiteral(WARREN_VERSION)));
}

}  // namespace warren::ui
