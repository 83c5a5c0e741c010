#include "ui/pages/bindings_panel.h"

#include "ui/dialogs/exchange_confirmations.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/row_filter.h"
#include "ui/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QStackedLayout>
#include <QToolButton>
#include <QVBoxLayout>

namespace warren::ui {

using management::BindingRow;

namespace {

/// Fewer bindings are taken in at a glance.
constexpr int kFilteredRowsMin = 12;

}  // namespace

BindingsPanel::BindingsPanel(management::BrokerClient& client, BindDialog::Fixed fixed,
                             const QString& title, QWidget* parent)
    : QWidget(parent),
      m_client(client),
      m_fixed(fixed),
      m_model(new BindingModel(
          fixed == BindDialog::Fixed::Source ? BindingEnd::Destination : BindingEnd::Source, this)),
      m_filter(new RowFilter(*m_model, this)),
      m_bind(new QAction(icon(Icon::Bind), tr("Bind…"), this)),
      m_remove(new QAction(icon(Icon::Delete), tr("Unbind…"), this))
{
    buildUi(title);
    connect(m_bind, &QAction::triggered, this, &BindingsPanel::askToBind);
    connect(m_remove, &QAction::triggered, this, &BindingsPanel::askToRemove);
    connect(m_empty, &EmptyState::buttonClicked, m_bind, &QAction::trigger);
    connect(m_table, &ResourceTable::deleteRequested, m_remove, &QAction::trigger);
    connect(m_table, &ResourceTable::selectedRowsChanged, this, &BindingsPanel::showState);
    connect(m_table, &ResourceTable::rowActivated, this,
            [this](int row) { openOtherEnd(m_model->rowAt(row)); });
    connect(m_filterEdit, &QLineEdit::textChanged, m_filter, &RowFilter::setText);
    showState();
}

void BindingsPanel::buildUi(const QString& title)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Small));

    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Small));
    auto* heading = new QLabel(title, this);
    heading->setFont(theme::headingFont(font()));
    line->addWidget(heading);
    m_count = new QLabel(this);
    line->addWidget(m_count);
    line->addStretch();
    const struct {
        QAction* action;
        QString name;
    } actions[] = {{m_bind, QStringLiteral("bind")}, {m_remove, QStringLiteral("unbind")}};
    for (const auto& [action, name] : actions) {
        action->setObjectName(name);
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setObjectName(name + QStringLiteral("Button"));
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setFocusPolicy(Qt::StrongFocus);
        line->addWidget(button);
    }
    m_filterEdit = new QLineEdit(this);
    m_filterEdit->setObjectName(QStringLiteral("bindingFilter"));
    m_filterEdit->setPlaceholderText(tr("Filter"));
    m_filterEdit->setAccessibleName(tr("Filter the bindings"));
    m_filterEdit->setClearButtonEnabled(true);
    m_filterEdit->addAction(icon(Icon::Filter), QLineEdit::LeadingPosition);
    layout->addLayout(line);
    layout->addWidget(m_filterEdit);

    m_table = new ResourceTable(this);
    m_table->setObjectName(QStringLiteral("bindings"));
    m_table->setAccessibleName(title);
    m_table->setRows(m_filter);
    m_table->setSamples({QStringLiteral("exchange orders.dead"), QStringLiteral("orders.created.#"),
                         QStringLiteral("x-match = all")});
    m_empty = new EmptyState(this);
    m_stack = new QStackedLayout;
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    layout->addLayout(m_stack, 1);
}

void BindingsPanel::openOtherEnd(const BindingRow& binding)
{
    if (m_fixed != BindDialog::Fixed::Source) {
        emit openExchange({binding.vhost, binding.source});
    } else if (binding.destinationKind == management::DestinationKind::Queue) {
        emit openQueue({binding.vhost, binding.destination});
    } else {
        emit openExchange({binding.vhost, binding.destination});
    }
}

void BindingsPanel::setOwner(const management::ResourceKey& key)
{
    if (key == m_key) return;
    m_key = key;
    m_filterEdit->clear();
    showBindings({});
    m_isKnown = false;
    showState();
}

void BindingsPanel::showBindings(const QList<BindingRow>& bindings)
{
    const int before = m_model->rowCount();
    m_isKnown = true;
    m_model->showBindings(bindings);
    showState();
    if (before != m_model->rowCount()) emit countChanged(m_model->rowCount());
}

void BindingsPanel::setRefusal(const QString& reason)
{
    m_refusal = reason;
    showState();
}

void BindingsPanel::setEmptySentence(const QString& sentence)
{
    m_emptySentence = sentence;
    showState();
}

bool BindingsPanel::focusFilter()
{
    if (!m_filterEdit->isVisible()) return false;
    m_filterEdit->setFocus(Qt::ShortcutFocusReason);
    m_filterEdit->selectAll();
    return true;
}

management::Topics BindingsPanel::wantedTopics() const
{
    return m_dialog ? m_dialog->wantedTopics() : 0;
}

void BindingsPanel::showState()
{
    m_count->setText(m_isKnown ? format::count(static_cast<std::uint64_t>(m_model->rowCount()))
                               : QString{});
    m_filterEdit->setVisible(m_model->rowCount() >= kFilteredRowsMin);
    m_stack->setCurrentWidget(m_isKnown && m_model->rowCount() == 0 ? static_cast<QWidget*>(m_empty)
                                                                    : m_table);

    const bool isAllowed = m_refusal.isEmpty();
    m_bind->setEnabled(isAllowed);
    m_bind->setToolTip(isAllowed ? tr("Adds a binding") : m_refusal);
    if (!m_emptySentence.isEmpty())
        m_empty->setContent(m_emptySentence, isAllowed ? m_bind->text() : QString{});

    const bool hasSelection = m_table->selectionModel()->hasSelection();
    m_remove->setEnabled(isAllowed && !removableSelection().isEmpty());
    if (!isAllowed) {
        m_remove->setToolTip(m_refusal);
    } else if (hasSelection && !m_remove->isEnabled()) {
        m_remove->setToolTip(
            tr("The binding to the default exchange stays as long as the queue does."));
    } else {
        m_remove->setToolTip(tr("Removes the selected bindings (Del)"));
    }
}

QList<BindingRow> BindingsPanel::removableSelection() const
{
    QList<BindingRow> bindings;
    for (const int row : m_table->selectedSourceRows()) {
        const BindingRow& binding = m_model->rowAt(row);
        if (!isImplicitBinding(binding)) bindings.append(binding);
    }
    return bindings;
}

void BindingsPanel::askToBind()
{
    m_dialog = new BindDialog(m_client, m_fixed, m_key, this);
    connect(m_dialog, &CommandDialog::succeeded, this, &BindingsPanel::succeeded);
    connect(m_dialog, &QDialog::finished, this, [this] {
        m_dialog = nullptr;
        emit wantedChanged();
    });
    m_dialog->open();
    emit wantedChanged();
}

void BindingsPanel::askToRemove()
{
    const QList<BindingRow> bindings = removableSelection();
    if (bindings.isEmpty()) return;
    auto* dialog = new RemoveBindingsDialog(m_client, bindings, this);
    connect(dialog, &CommandDialog::succeeded, this, &BindingsPanel::succeeded);
    dialog->open();
}

}  // namespace warren::ui
