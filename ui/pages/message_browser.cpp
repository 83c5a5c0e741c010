#include "ui/pages/message_browser.h"

#include "ui/dialogs/command_dialog.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/message_model.h"
#include "ui/models/row_filter.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/hint_label.h"
#include "ui/widgets/message_view.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/resource_table.h"

#include <QComboBox>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpressionValidator>
#include <QSplitter>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::BrowseMessages;
using management::BrowseResult;
using management::CommandResult;
using management::MessageRow;

MessageBrowser::MessageBrowser(management::BrokerClient& client, QWidget* parent)
    : QWidget(parent),
      m_client(client),
      m_model(new MessageModel(this)),
      m_filter(new RowFilter(*m_model, this))
{
    buildUi();
    showPlace();
}

void MessageBrowser::buildUi()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Small));
    layout->addWidget(makeToolLine());

    m_notice = new NoticeBar(NoticeBar::Dismissal::ByUser, this);
    layout->addWidget(m_notice);

    m_table = new ResourceTable(this);
    m_table->setObjectName(QStringLiteral("messages"));
    m_table->setAccessibleName(tr("Messages"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setRows(m_filter);
    for (const MessageColumn column : {MessageColumn::State, MessageColumn::Flags}) {
        m_table->setItemDelegateForColumn(static_cast<int>(column), new BadgeDelegate(m_table));
    }
    m_table->setSamples({QStringLiteral("100 000"), QStringLiteral("unacked m"),
                         QStringLiteral("P R mm"), QStringLiteral("(default exchange)"),
                         QStringLiteral("orders.created.eu"), QStringLiteral("999.9 KiB"),
                         QStringLiteral("application/json")});
    // The one comes before the other, or after, by how the row was chosen.
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &MessageBrowser::showCurrent);
    connect(m_table, &ResourceTable::selectedRowsChanged, this, &MessageBrowser::showCurrent);

    m_view = new MessageView(this);
    m_view->setObjectName(QStringLiteral("messageView"));
    connect(m_view, &MessageView::wholeBodyWanted, this, &MessageBrowser::loadWholeBody);
    connect(m_view, &MessageView::saved, this, [this](const QString& path) {
        m_notice->showNotice(NoticeKind::Success, tr("The body is saved as %1.").arg(path));
    });
    connect(m_view, &MessageView::saveFailed, this,
            [this](const QString& text) { m_notice->showNotice(NoticeKind::Error, text); });

    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(theme::gap(this, Gap::Medium));
    splitter->addWidget(m_table);
    splitter->addWidget(m_view);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);

    m_empty = new EmptyState(this);
    m_empty->setContent(tr("The queue has no messages."), tr("Publish a message…"));
    connect(m_empty, &EmptyState::buttonClicked, this, &MessageBrowser::publishRequested);
    m_stack = new QStackedLayout;
    m_stack->addWidget(splitter);
    m_stack->addWidget(m_empty);
    layout->addLayout(m_stack, 1);
    layout->addWidget(new HintLabel(
        tr("Looking does not change anything: messages stay in their places, none is marked as "
           "delivered, and the list shows the moment when it was loaded."),
        this));
}

QWidget* MessageBrowser::makeToolLine()
{
    auto* line = new QWidget(this);
    auto* layout = new QHBoxLayout(line);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Small));

    m_refresh = new QToolButton(line);
    m_refresh->setObjectName(QStringLiteral("refreshMessages"));
    m_refresh->setIcon(icon(Icon::Refresh));
    m_refresh->setText(tr("Refresh"));
    m_refresh->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_refresh->setFocusPolicy(Qt::StrongFocus);
    connect(m_refresh, &QToolButton::clicked, this, &MessageBrowser::load);
    layout->addWidget(m_refresh);

    m_first = makeStep(QStringLiteral("firstPage"), tr("« Oldest"), tr("To the oldest messages"));
    m_previous = makeStep(QStringLiteral("previousPage"), tr("‹ Older"), tr("One page back"));
    m_next = makeStep(QStringLiteral("nextPage"), tr("Newer ›"), tr("One page on"));
    m_last = makeStep(QStringLiteral("lastPage"), tr("Newest »"), tr("To the newest messages"));
    connect(m_first, &QToolButton::clicked, this, [this] { goTo(0); });
    connect(m_previous, &QToolButton::clicked, this,
            [this] { goTo(m_offset - std::min<std::uint64_t>(m_offset, pageCount())); });
    connect(m_next, &QToolButton::clicked, this, [this] { goTo(m_offset + pageCount()); });
    connect(m_last, &QToolButton::clicked, this, [this] { goTo(lastPageOffset()); });
    for (QToolButton* step : {m_first, m_previous, m_next, m_last}) {
        layout->addWidget(step);
    }

    m_place = new QLabel(line);
    m_place->setObjectName(QStringLiteral("place"));
    layout->addWidget(m_place);
    layout->addStretch();

    auto* goToLabel = new QLabel(tr("&Go to position"), line);
    m_goTo = new QLineEdit(line);
    m_goTo->setObjectName(QStringLiteral("goTo"));
    m_goTo->setAlignment(Qt::AlignRight);
    m_goTo->setValidator(
        new QRegularExpressionValidator(QRegularExpression(QStringLiteral("[0-9]{0,18}")), m_goTo));
    constexpr int kPositionCharacters = 10;
    m_goTo->setMaximumWidth(fontMetrics().averageCharWidth() * kPositionCharacters);
    goToLabel->setBuddy(m_goTo);
    connect(m_goTo, &QLineEdit::returnPressed, this, &MessageBrowser::goToTyped);
    layout->addWidget(goToLabel);
    layout->addWidget(m_goTo);

    m_pageSize = new QComboBox(line);
    m_pageSize->setObjectName(QStringLiteral("pageSize"));
    m_pageSize->setAccessibleName(tr("Messages per page"));
    for (const int count : {50, 100, 500, 1000}) {
        m_pageSize->addItem(tr("%1 per page").arg(count), count);
    }
    m_pageSize->setCurrentIndex(1);
    connect(m_pageSize, &QComboBox::currentIndexChanged, this, &MessageBrowser::load);
    layout->addWidget(m_pageSize);
    return line;
}

QToolButton* MessageBrowser::makeStep(const QString& name, const QString& text,
                                      const QString& toolTip)
{
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setText(text);
    button->setToolTip(toolTip);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

void MessageBrowser::setQueue(const management::ResourceKey& key)
{
    m_key = key;
    m_offset = 0;
    m_totalCount = 0;
    m_request += 1;
    m_isLoaded = false;
    m_model->show({});
    m_view->clear();
    m_notice->clear();
    m_stack->setCurrentIndex(0);
    showPlace();
}

void MessageBrowser::loadOnce()
{
    if (!m_isLoaded) load();
}

void MessageBrowser::load() { goTo(m_offset); }

void MessageBrowser::goTo(std::uint64_t offset)
{
    m_isLoaded = true;
    m_request += 1;
    m_client.execute(BrowseMessages{m_key, offset, pageCount(), kPageBodyBytesMax})
        .then(this, [this, offset, request = m_request](CommandResult result) {
            if (request == m_request) takePage(offset, result);
        });
}

void MessageBrowser::goToTyped()
{
    if (m_goTo->text().isEmpty()) return;
    goTo(m_goTo->text().toULongLong());
}

std::uint32_t MessageBrowser::pageCount() const
{
    return m_pageSize->currentData().value<std::uint32_t>();
}

std::uint64_t MessageBrowser::lastPageOffset() const
{
    return m_totalCount == 0 ? 0 : (m_totalCount - 1) / pageCount() * pageCount();
}

void MessageBrowser::takePage(std::uint64_t offset, const CommandResult& result)
{
    const auto* page = std::get_if<BrowseResult>(&result.value);
    if (!result.isDone() || !page) {
        // What was loaded before stays in sight: it is old, not wrong.
        m_notice->showNotice(NoticeKind::Error, refusalText(result));
        return;
    }
    m_notice->clear();
    const bool isOtherPlace = offset != m_offset;
    m_offset = offset;
    m_totalCount = page->totalCount;
    // The queue may have become shorter than the place that was asked for.
    if (page->messages.isEmpty() && offset > lastPageOffset()) {
        goTo(lastPageOffset());
        return;
    }
    m_model->show(page->messages);
    m_stack->setCurrentIndex(m_totalCount == 0 ? 1 : 0);
    if (m_filter->rowCount() > 0 && (isOtherPlace || !m_table->currentSourceRow())) {
        m_table->selectRow(m_filter->mapFromSource(m_model->index(0, 0)).row());
    }
    showPlace();
    showCurrent();
}

void MessageBrowser::showPlace()
{
    const auto shownCount = static_cast<std::uint64_t>(m_model->rowCount());
    m_place->setText(shownCount == 0 ? QString{}
                                     : tr("%1 – %2 of %3")
                                           .arg(format::count(m_offset),
                                                format::count(m_offset + shownCount - 1),
                                                format::count(m_totalCount)));
    m_first->setEnabled(m_offset > 0);
    m_previous->setEnabled(m_offset > 0);
    m_next->setEnabled(m_offset + shownCount < m_totalCount);
    m_last->setEnabled(m_offset + shownCount < m_totalCount);
}

void MessageBrowser::showCurrent()
{
    const auto row = m_table->currentSourceRow();
    if (!row) {
        m_view->clear();
        return;
    }
    m_view->showMessage(m_model->rowAt(*row));
}

void MessageBrowser::loadWholeBody(std::uint64_t position)
{
    const auto row = m_table->currentSourceRow();
    if (!row || m_model->rowAt(*row).position != position) return;
    const MessageRow asked = m_model->rowAt(*row);
    m_client.execute(BrowseMessages{m_key, position, 1, kWholeBodyBytesMax})
        .then(this, [this, asked, request = m_request](CommandResult result) {
            if (request == m_request) takeWholeBody(asked, result);
        });
}

void MessageBrowser::takeWholeBody(const MessageRow& asked, const CommandResult& result)
{
    const auto* page = std::get_if<BrowseResult>(&result.value);
    if (!result.isDone() || !page) {
        m_notice->showNotice(NoticeKind::Error, refusalText(result));
        return;
    }
    // Others may have consumed meanwhile: another message may lie at this position now.
    const bool isSame = !page->messages.isEmpty() &&
                        page->messages.first().position == asked.position &&
                        page->messages.first().bodyBytes == asked.bodyBytes &&
                        page->messages.first().properties == asked.properties &&
                        page->messages.first().body.startsWith(asked.body);
    if (!isSame) {
        m_notice->showNotice(
            NoticeKind::Warning,
            tr("The message is not at position %1 any more. Refresh to see where messages are now.")
                .arg(format::count(asked.position)));
        return;
    }
    m_notice->clear();
    if (m_view->position() == asked.position) m_view->showMessage(page->messages.first());
}

}  // namespace warren::ui
