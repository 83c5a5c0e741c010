#include "ui/pages/disk_limit_editor.h"

#include "ui/format.h"
#include "ui/models/byte_amount.h"
#include "ui/models/resource_words.h"
#include "ui/theme.h"
#include "ui/widgets/hint_label.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace warren::ui {

using management::CommandResult;
using management::DiskUse;
using management::SetDiskFreeLimit;

namespace {

QString limitText(const DiskUse& disk)
{
    if (!disk.limitRatio) return exactBytes(disk.limitBytes);
    constexpr int kDigits = 6;
    return QString::number(*disk.limitRatio, 'g', kDigits) + QStringLiteral("x");
}

}  // namespace

DiskLimitEditor::DiskLimitEditor(management::BrokerClient& client, QWidget* parent)
    : QWidget(parent), m_client(client)
{
    buildUi();
    connect(m_field, &QLineEdit::textChanged, this, &DiskLimitEditor::showWords);
    connect(m_field, &QLineEdit::returnPressed, this, &DiskLimitEditor::send);
    connect(m_set, &QPushButton::clicked, this, &DiskLimitEditor::send);
    showWords();
}

void DiskLimitEditor::buildUi()
{
    auto* caption = new QLabel(tr("&Limit"), this);
    m_field = new QLineEdit(this);
    m_field->setObjectName(QStringLiteral("diskLimit"));
    m_field->setAccessibleName(tr("How much of the disk must stay free"));
    m_field->setPlaceholderText(tr("50 MB, 2 GiB, 1.5x"));
    constexpr int kCharactersMax = 40;
    m_field->setMaxLength(kCharactersMax);
    caption->setBuddy(m_field);
    m_set = new QPushButton(tr("&Set"), this);
    m_set->setObjectName(QStringLiteral("setDiskLimit"));
    m_set->setAccessibleName(tr("Set the limit of the disk"));
    m_effect = new QLabel(this);
    m_effect->setObjectName(QStringLiteral("diskLimitEffect"));
    m_effect->setWordWrap(true);
    m_effect->setTextFormat(Qt::PlainText);
    auto* hint = new HintLabel(
        tr("An amount, or 1.5x for so many times the machine's memory. Holds until the node ends."),
        this);

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(theme::gap(this, Gap::Small));
    grid->setVerticalSpacing(theme::gap(this, Gap::Hair));
    grid->addWidget(caption, 0, 0);
    grid->addWidget(m_field, 0, 1);
    grid->addWidget(m_set, 0, 2);
    grid->addWidget(m_effect, 1, 1, 1, 2);
    grid->addWidget(hint, 2, 0, 1, 3);
    grid->setColumnStretch(1, 1);
}

void DiskLimitEditor::setUse(const DiskUse& disk, std::uint64_t totalMemoryBytes)
{
    m_disk = disk;
    m_totalMemoryBytes = totalMemoryBytes;
    if (!m_field->isModified() && m_field->text() != limitText(disk)) {
        m_field->setText(limitText(disk));
    }
    showWords();
}

void DiskLimitEditor::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    showWords();
}

std::optional<SetDiskFreeLimit> DiskLimitEditor::typed() const
{
    if (const auto factor = typedFactor(m_field->text())) return {{.relativeToMemory = factor}};
    if (const auto bytes = typedBytes(m_field->text())) return {{.absoluteBytes = bytes}};
    return std::nullopt;
}

std::uint64_t DiskLimitEditor::bytesOf(const SetDiskFreeLimit& limit) const
{
    if (limit.absoluteBytes) return *limit.absoluteBytes;
    return static_cast<std::uint64_t>(static_cast<double>(m_totalMemoryBytes) *
                                      limit.relativeToMemory.value_or(0));
}

void DiskLimitEditor::send()
{
    // Enter comes here too, whatever is in the field.
    const auto limit = typed();
    if (!limit || !m_isReachable || m_isAsked) return;
    m_isAsked = true;
    showWords();
    m_client.execute(*limit).then(
        this,
        [this, sent = m_field->text()](const CommandResult& result) { takeAnswer(sent, result); });
}

void DiskLimitEditor::takeAnswer(const QString& sent, const CommandResult& result)
{
    m_isAsked = false;
    if (result.isDone()) {
        // Unless something else has been typed meanwhile, the field is the broker's again.
        if (m_field->text() == sent) m_field->setModified(false);
        emit succeeded(tr("%1 of the disk must stay free now.").arg(sent));
    } else {
        emit refused(result.text);
    }
    showWords();
}

void DiskLimitEditor::showWords()
{
    const auto limit = typed();
    m_set->setEnabled(limit && m_isReachable && !m_isAsked && m_field->isModified());
    if (!limit) {
        m_effect->setText(tr("⚠ Type an amount such as 50 MB or 2 GiB, or 1.5x."));
        return;
    }
    const std::uint64_t bytes = bytesOf(*limit);
    m_effect->setText(tr("= %1. %2").arg(format::bytes(bytes), diskLimitEffect(m_disk, bytes)));
}

}  // namespace warren::ui
