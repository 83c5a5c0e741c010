#include "ui/dialogs/policy_preview_panel.h"

#include "ui/dialogs/command_dialog.h"
#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/exchange_model.h"
#include "ui/theme.h"
#include "ui/widgets/notice_bar.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::CommandResult;
using management::PolicyPreview;
using Match = PolicyPreview::Match;

PolicyPreviewPanel::PolicyPreviewPanel(management::BrokerClient& client, QWidget* parent)
    : QWidget(parent), m_client(client)
{
    buildUi();
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRest);
    connect(&m_rest, &QTimer::timeout, this, &PolicyPreviewPanel::askNow);
}

void PolicyPreviewPanel::buildUi()
{
    m_icon = new QLabel(this);
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("previewSummary"));
    m_summary->setWordWrap(true);
    m_summary->setTextFormat(Qt::PlainText);
    // Room for the longest of its sentences, so that the dialog does not jump while one types.
    constexpr int kSummaryLines = 3;
    m_summary->setMinimumHeight(fontMetrics().lineSpacing() * kSummaryLines);
    m_summary->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Small));
    line->addWidget(m_icon, 0, Qt::AlignTop);
    line->addWidget(m_summary, 1);

    m_matches = new QTreeWidget(this);
    m_matches->setObjectName(QStringLiteral("previewMatches"));
    m_matches->setAccessibleName(tr("What the policy matches"));
    m_matches->setHeaderLabels({tr("Name"), tr("What changes")});
    m_matches->setRootIsDecorated(false);
    m_matches->setUniformRowHeights(true);
    m_matches->setIconSize(QSize(fontMetrics().height(), fontMetrics().height()));
    constexpr int kNameCharacters = 20;
    constexpr int kEffectCharacters = 34;
    const int character = fontMetrics().averageCharWidth();
    m_matches->header()->resizeSection(0, character * kNameCharacters);
    m_matches->setMinimumWidth(character * (kNameCharacters + kEffectCharacters));
    constexpr int kRowsVisible = 6;
    m_matches->setMinimumHeight(fontMetrics().height() * 2 * kRowsVisible);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Small));
    layout->addLayout(line);
    layout->addWidget(m_matches, 1);
}

void PolicyPreviewPanel::setPolicy(const management::PolicyRow& policy)
{
    m_policy = policy;
    m_losses.reset();
    m_refusal.clear();
    m_asked += 1;  // answers on their way are for something else
    if (policy.name.isEmpty()) {
        m_rest.stop();
        m_matches->clear();
        say(NoticeKind::Info, tr("Give the policy a name, and see here what it would do."));
        return;
    }
    m_rest.start();
}

void PolicyPreviewPanel::askNow()
{
    m_rest.stop();
    m_asked += 1;
    m_client.execute(management::PreviewPolicy{m_policy})
        .then(this, [this, number = m_asked](const CommandResult& result) {
            if (number == m_asked) takeAnswer(result);
        });
}

void PolicyPreviewPanel::takeAnswer(const CommandResult& result)
{
    if (const auto* preview = std::get_if<PolicyPreview>(&result.value); preview) {
        showPreview(*preview);
    } else {
        m_matches->clear();
        m_refusal = result.isDone() ? tr("The broker does not say what the policy would do.")
                                    : refusalText(result);
        // Who has not chosen a key yet has done nothing wrong.
        const bool isUnfinished = m_policy.definition.isEmpty();
        say(isUnfinished ? NoticeKind::Info : NoticeKind::Error,
            isUnfinished ? tr("Choose what the policy defines, and see here what it would do.")
                         : m_refusal);
    }
    emit answered();
}

void PolicyPreviewPanel::showPreview(const PolicyPreview& preview)
{
    Losses losses;
    std::uint64_t queueCount = 0;
    std::uint64_t exchangeCount = 0;
    std::uint64_t shadowedCount = 0;
    m_matches->clear();
    for (const Match& match : preview.matches) {
        (match.isExchange ? exchangeCount : queueCount) += 1;
        if (match.isShadowed) shadowedCount += 1;
        losses.messageCount += match.droppedCount;
        losses.bodyBytes += match.droppedBytes;
        if (m_matches->topLevelItemCount() < kRowsMax) addMatch(match);
    }
    m_losses = losses;

    QStringList sentences;
    if (preview.matches.isEmpty()) {
        sentences.append(tr("Matches nothing now; what is declared later may match."));
    } else {
        sentences.append(
            tr("Matches %1 and %2.")
                .arg(format::counted(queueCount, tr("1 queue"), tr("%1 queues")),
                     format::counted(exchangeCount, tr("1 exchange"), tr("%1 exchanges"))));
    }
    if (shadowedCount > 0) {
        sentences.append(format::counted(shadowedCount,
                                         tr("For 1 of them a stronger policy goes on to hold."),
                                         tr("For %1 of them a stronger policy goes on to hold.")));
    }
    if (losses.messageCount > 0) {
        sentences.append(
            tr("Drops %1 (%2) at once!")
                .arg(format::counted(losses.messageCount, tr("1 message"), tr("%1 messages")),
                     format::bytes(losses.bodyBytes)));
    } else if (!preview.matches.isEmpty()) {
        sentences.append(tr("No message is dropped."));
    }
    const NoticeKind kind = losses.messageCount > 0     ? NoticeKind::Warning
                            : preview.matches.isEmpty() ? NoticeKind::Info
                                                        : NoticeKind::Success;
    say(kind, sentences.join(u' '));
}

void PolicyPreviewPanel::addMatch(const Match& match)
{
    const QString name = match.isExchange ? exchangeDisplayName(match.key.name) : match.key.name;
    auto* item = new QTreeWidgetItem(m_matches, {name, effectOf(match)});
    item->setIcon(0, icon(match.isExchange ? Icon::Exchanges : Icon::Queues));
    item->setToolTip(0, match.isExchange ? tr("Exchange %1").arg(name) : tr("Queue %1").arg(name));
    item->setToolTip(1, effectOf(match));
    if (match.droppedCount == 0) return;
    item->setIcon(1, icon(Icon::Warning, theme::text(Tone::Bad, palette())));
    item->setForeground(1, theme::text(Tone::Bad, palette()));
}

QString PolicyPreviewPanel::effectOf(const Match& match) const
{
    if (match.isShadowed) {
        const QString stronger = currentPolicy(match);
        return stronger.isEmpty() ? tr("nothing: a stronger policy holds")
                                  : tr("nothing: the stronger “%1” holds").arg(stronger);
    }
    QStringList parts;
    if (match.droppedCount > 0) {
        parts.append(
            tr("drops %1 (%2) at once")
                .arg(format::counted(match.droppedCount, tr("1 message"), tr("%1 messages")),
                     format::bytes(match.droppedBytes)));
    }
    if (currentPolicy(match) == m_policy.name) {
        parts.append(tr("goes on to hold, as changed"));
    } else if (!match.replaces.isEmpty()) {
        parts.append(tr("replaces “%1”").arg(match.replaces));
    } else {
        parts.append(tr("begins to hold"));
    }
    return parts.join(QStringLiteral(", "));
}

/// The policy of the same kind that holds now, as far as the broker says it or the page behind the
/// dialog has seen it.
QString PolicyPreviewPanel::currentPolicy(const Match& match) const
{
    if (!match.replaces.isEmpty()) return match.replaces;
    const management::SnapshotPtr snapshot = m_client.snapshot();
    if (match.isExchange) {
        const auto found =
            std::ranges::find(snapshot->exchanges, match.key, &management::ExchangeRow::key);
        return found == snapshot->exchanges.end() || m_policy.isOperator ? QString{}
                                                                         : found->policy;
    }
    const auto found = std::ranges::find(snapshot->queues, match.key, &management::QueueRow::key);
    if (found == snapshot->queues.end()) return {};
    return m_policy.isOperator ? found->operatorPolicy : found->policy;
}

void PolicyPreviewPanel::say(NoticeKind kind, const QString& text)
{
    const int size = fontMetrics().height();
    m_icon->setPixmap(noticeIcon(kind, palette()).pixmap(QSize(size, size), devicePixelRatioF()));
    m_summary->setText(text);
    // The colour only repeats what icon and words say.
    QPalette coloured = palette();
    coloured.setColor(QPalette::WindowText, kind == NoticeKind::Warning || kind == NoticeKind::Error
                                                ? theme::text(Tone::Bad, palette())
                                                : palette().color(QPalette::WindowText));
    m_summary->setPalette(coloured);
}

}  // namespace warren::ui
