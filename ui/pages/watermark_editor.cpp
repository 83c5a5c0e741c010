#include "ui/pages/watermark_editor.h"

#include "ui/format.h"
#include "ui/models/resource_words.h"
#include "ui/theme.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/hint_label.h"

#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>

#include <cmath>

namespace warren::ui {

using management::CommandResult;
using management::MemoryUse;
using management::SetMemoryWatermark;

namespace {

constexpr int kPercentMax = 100;

QSpinBox* makePercentBox(const QString& objectName, const QString& accessibleName, QWidget* parent)
{
    auto* box = new QSpinBox(parent);
    box->setObjectName(objectName);
    box->setAccessibleName(accessibleName);
    box->setRange(0, kPercentMax);
    box->setSuffix(QStringLiteral(" %"));
    return box;
}

}  // namespace

WatermarkEditor::WatermarkEditor(management::BrokerClient& client, QWidget* parent)
    : QWidget(parent), m_client(client)
{
    buildUi();
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRest);
    connect(&m_rest, &QTimer::timeout, this, &WatermarkEditor::send);
    connect(m_slider, &QSlider::valueChanged, this, &WatermarkEditor::move);
    connect(m_percent, &QSpinBox::valueChanged, this, &WatermarkEditor::move);
    connect(m_paging, &QSpinBox::valueChanged, this, &WatermarkEditor::movePaging);
    // A wheel that scrolls the page must not move what it comes across.
    for (QWidget* control : {static_cast<QWidget*>(m_slider), static_cast<QWidget*>(m_percent),
                             static_cast<QWidget*>(m_paging)}) {
        control->setFocusPolicy(Qt::StrongFocus);
        control->installEventFilter(this);
    }
    showUse();
}

void WatermarkEditor::buildUi()
{
    auto* caption = new QLabel(tr("&Watermark"), this);
    m_slider = new QSlider(Qt::Horizontal, this);
    m_slider->setObjectName(QStringLiteral("watermark"));
    m_slider->setAccessibleName(tr("Memory watermark, as a share of the machine's memory"));
    m_slider->setRange(0, kPercentMax);
    constexpr int kPageStep = 10;
    m_slider->setPageStep(kPageStep);
    m_percent = makePercentBox(QStringLiteral("watermarkPercent"),
                               tr("Memory watermark, in percent of the machine's memory"), this);
    caption->setBuddy(m_slider);
    auto* pagingCaption = new QLabel(tr("Move bodies out &from"), this);
    m_paging =
        makePercentBox(QStringLiteral("pagingPercent"),
                       tr("Where bodies begin to leave memory, in percent of the watermark"), this);
    pagingCaption->setBuddy(m_paging);
    m_amount = new QLabel(this);
    m_amount->setObjectName(QStringLiteral("watermarkAmount"));
    m_effect = new QLabel(this);
    m_effect->setObjectName(QStringLiteral("watermarkEffect"));
    for (QLabel* label : {m_amount, m_effect}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    m_pagingAmount = new ElidedLabel(this);
    m_pagingAmount->setObjectName(QStringLiteral("pagingAmount"));
    auto* hint =
        new HintLabel(tr("Holds until the node ends; its configuration stays as it is."), this);

    auto* pagingLine = new QHBoxLayout;
    pagingLine->setSpacing(theme::gap(this, Gap::Small));
    pagingLine->addWidget(m_paging);
    pagingLine->addWidget(m_pagingAmount, 1);

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(theme::gap(this, Gap::Small));
    grid->setVerticalSpacing(theme::gap(this, Gap::Hair));
    grid->addWidget(caption, 0, 0);
    grid->addWidget(m_slider, 0, 1);
    grid->addWidget(m_percent, 0, 2);
    grid->addWidget(m_amount, 1, 1, 1, 2);
    grid->addWidget(m_effect, 2, 1, 1, 2);
    grid->addWidget(pagingCaption, 3, 0);
    grid->addLayout(pagingLine, 3, 1, 1, 2);
    grid->addWidget(hint, 4, 0, 1, 3);
    grid->setColumnStretch(1, 1);
}

void WatermarkEditor::setUse(const MemoryUse& memory)
{
    m_memory = memory;
    // The broker has answered, and this is what came of it.
    if (m_change == Change::Taken) m_change = Change::None;
    showUse();
}

void WatermarkEditor::setActionsEnabled(bool enabled)
{
    for (QWidget* control : {static_cast<QWidget*>(m_slider), static_cast<QWidget*>(m_percent),
                             static_cast<QWidget*>(m_paging)}) {
        control->setEnabled(enabled);
    }
    if (enabled || m_change != Change::Resting) return;
    m_rest.stop();
    m_change = Change::None;
    showUse();
    emit moved();
}

std::uint64_t WatermarkEditor::shownBytes() const
{
    // What was set in bytes is no whole percentage: it stays until the slider is moved.
    return m_isWatermarkMoved ? watermarkBytes(m_memory, m_slider->value())
                              : m_memory.watermarkBytes;
}

bool WatermarkEditor::eventFilter(QObject* watched, QEvent* event)
{
    const auto* control = qobject_cast<QWidget*>(watched);
    if (event->type() == QEvent::Wheel && control && !control->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void WatermarkEditor::move(int percent)
{
    {
        const QSignalBlocker slider(m_slider);
        const QSignalBlocker box(m_percent);
        m_slider->setValue(percent);
        m_percent->setValue(percent);
    }
    m_isWatermarkMoved = true;
    touch();
}

void WatermarkEditor::movePaging()
{
    m_isPagingMoved = true;
    touch();
}

void WatermarkEditor::touch()
{
    m_change = Change::Resting;
    m_rest.start();
    showWords();
    emit moved();
}

void WatermarkEditor::send()
{
    SetMemoryWatermark command;
    const double percents = kPercentMax;
    if (m_isWatermarkMoved || m_memory.watermarkRatio) {
        command.relative =
            m_isWatermarkMoved ? m_slider->value() / percents : *m_memory.watermarkRatio;
    } else {
        command.absoluteBytes = m_memory.watermarkBytes;
    }
    if (m_isPagingMoved) command.pagingRatio = m_paging->value() / percents;
    m_change = Change::Asked;
    m_asked += 1;
    m_client.execute(command).then(this, [this, number = m_asked](const CommandResult& result) {
        takeAnswer(number, result);
    });
}

void WatermarkEditor::takeAnswer(std::uint64_t number, const CommandResult& result)
{
    if (!result.isDone()) emit refused(result.text);
    // A later change is under way: the slider stays with it.
    if (number != m_asked || m_change != Change::Asked) return;
    if (result.isDone()) {
        m_change = Change::Taken;
        return;
    }
    m_change = Change::None;
    showUse();
    emit moved();
}

/// What the broker has, unless a change by hand is under way.
void WatermarkEditor::showUse()
{
    if (m_change == Change::None) {
        m_isWatermarkMoved = false;
        m_isPagingMoved = false;
        const QSignalBlocker slider(m_slider);
        const QSignalBlocker box(m_percent);
        const QSignalBlocker paging(m_paging);
        const int percent = watermarkPercent(m_memory);
        m_slider->setValue(percent);
        m_percent->setValue(percent);
        m_paging->setValue(static_cast<int>(std::lround(m_memory.pagingRatio * kPercentMax)));
    }
    showWords();
}

void WatermarkEditor::showWords()
{
    const std::uint64_t bytes = shownBytes();
    const bool isInBytes = !m_isWatermarkMoved && !m_memory.watermarkRatio;
    const QString total = format::bytes(m_memory.totalBytes);
    m_amount->setText(
        isInBytes ? tr("%1, set in bytes (of %2 in the machine)").arg(format::bytes(bytes), total)
                  : tr("%1 % of %2 = %3").arg(m_slider->value()).arg(total, format::bytes(bytes)));
    m_effect->setText(watermarkEffect(m_memory, bytes));
    const double share = static_cast<double>(m_paging->value()) / kPercentMax;
    const auto pagingBytes =
        static_cast<std::uint64_t>(std::llround(static_cast<double>(bytes) * share));
    m_pagingAmount->setFullText(
        tr("= %1 of memory; %2 on disk only")
            .arg(format::bytes(pagingBytes), format::bytes(m_memory.pagedOutBytes)));
}

}  // namespace warren::ui
