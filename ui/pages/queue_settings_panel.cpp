#include "ui/pages/queue_settings_panel.h"

#include "ui/dialogs/form_fields.h"
#include "ui/icons.h"
#include "ui/models/known_arguments.h"
#include "ui/models/policy_words.h"
#include "ui/theme.h"
#include "ui/widgets/empty_state.h"

#include <QHeaderView>
#include <QLabel>
#include <QStackedLayout>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace warren::ui {

using management::EffectiveSetting;
using management::QueueRow;
using management::SettingCandidate;

namespace {

enum Column { Setting, Value, Source, Effect };

}  // namespace

QueueSettingsPanel::QueueSettingsPanel(QWidget* parent) : QWidget(parent)
{
    buildUi();
    clear();
}

void QueueSettingsPanel::buildUi()
{
    auto* table = new QWidget(this);
    auto* tableLayout = new QVBoxLayout(table);
    tableLayout->setContentsMargins(0, 0, 0, 0);
    tableLayout->setSpacing(theme::gap(this, Gap::Small));
    tableLayout->addWidget(
        makeHint(tr("Arguments of the queue, its policy and its operator policy may each say "
                    "something. What holds is bold; what it overrules is struck through."),
                 table));
    m_tree = new QTreeWidget(table);
    m_tree->setObjectName(QStringLiteral("settingsTree"));
    m_tree->setAccessibleName(tr("Settings in effect"));
    // In the order of Column.
    m_tree->setHeaderLabels({tr("Setting"), tr("Value"), tr("From"), tr("Effect")});
    m_tree->setRootIsDecorated(false);
    m_tree->setUniformRowHeights(true);
    m_tree->setIconSize(QSize(fontMetrics().height(), fontMetrics().height()));
    m_tree->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tree->header()->setStretchLastSection(true);
    tableLayout->addWidget(m_tree, 1);

    m_empty = new EmptyState(this);
    // A stack has no margins of its own; the page sets those of the layout around it.
    auto* layout = new QVBoxLayout(this);
    m_stack = new QStackedLayout;
    layout->addLayout(m_stack);
    m_stack->addWidget(table);
    m_stack->addWidget(m_empty);
}

void QueueSettingsPanel::clear()
{
    m_shown.clear();
    m_tree->clear();
    m_empty->setContent(tr("Waiting for the broker…"), {});
    m_stack->setCurrentWidget(m_empty);
}

void QueueSettingsPanel::showSettings(const QueueRow& queue,
                                      const QList<EffectiveSetting>& settings)
{
    m_empty->setContent(tr("Neither arguments nor policies say anything about this queue: it keeps "
                           "its messages without limit until they are consumed."),
                        {});
    m_stack->setCurrentIndex(settings.isEmpty() ? 1 : 0);
    // Built again only when it differs, so that selection and scroll position stay.
    const QStringList context = QStringList{queue.policy, queue.operatorPolicy} + queue.notHonoured;
    if (settings == m_shown && context == m_shownContext) return;
    m_shown = settings;
    m_shownContext = context;
    m_tree->clear();
    for (const EffectiveSetting& setting : settings) {
        addSetting(queue, setting);
    }
}

void QueueSettingsPanel::addSetting(const QueueRow& queue, const EffectiveSetting& setting)
{
    const bool isInert = queue.notHonoured.contains(setting.key) ||
                         queue.notHonoured.contains(QStringLiteral("x-") + setting.key);
    const QString effect = isInert ? tr("not acted on") : tr("holds");
    bool isWinner = true;
    for (const SettingCandidate& candidate : setting.candidates) {
        auto* item = new QTreeWidgetItem(
            m_tree,
            {isWinner ? setting.key : QString{}, settingValueText(setting.key, candidate.value),
             settingSourceText(candidate.source, queue), isWinner ? effect : tr("overruled")});
        if (const KnownArgument* known = findPolicyKey(setting.key)) {
            item->setToolTip(Column::Setting, knownArgumentExplanation(*known));
        }
        QFont font = m_tree->font();
        font.setBold(isWinner);
        font.setStrikeOut(!isWinner);
        item->setFont(Column::Value, font);
        item->setToolTip(Column::Value, item->text(Column::Value));
        font.setBold(false);
        item->setFont(Column::Source, font);
        if (isWinner) {
            item->setIcon(Column::Effect, icon(isInert ? Icon::Warning : Icon::Success));
        }
        isWinner = false;
    }
}

}  // namespace warren::ui
