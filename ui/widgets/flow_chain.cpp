#include "ui/widgets/flow_chain.h"

#include "ui/format.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/elided_label.h"
#include "ui/widgets/gauge.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

/// One stage: its name and state, how full it is, and what waits in it.
class FlowStageBox final : public QFrame {
public:
    explicit FlowStageBox(QWidget* parent)
        : QFrame(parent),
          m_name(new QLabel(this)),
          m_badges(new BadgeStrip(this)),
          m_gauge(new Gauge(this)),
          m_amount(new ElidedLabel(this)),
          m_note(new ElidedLabel(this))
    {
        m_name->setFont(theme::headingFont(font()));
        m_badges->setObjectName(QStringLiteral("stageState"));
        m_amount->setObjectName(QStringLiteral("stageAmount"));
        m_note->setForegroundRole(QPalette::PlaceholderText);
        // A stage without a limit keeps the room, so that amounts stand in one line.
        QSizePolicy policy = m_gauge->sizePolicy();
        policy.setRetainSizeWhenHidden(true);
        m_gauge->setSizePolicy(policy);

        auto* heading = new QHBoxLayout;
        heading->setSpacing(theme::gap(this, Gap::Small));
        heading->addWidget(m_name);
        heading->addStretch();
        auto* layout = new QVBoxLayout(this);
        const int gap = theme::gap(this, Gap::Small);
        layout->setContentsMargins(gap + bandWidth(), gap, gap, gap);
        layout->setSpacing(theme::gap(this, Gap::Hair));
        layout->addLayout(heading);
        layout->addWidget(m_badges);
        layout->addWidget(m_gauge);
        layout->addWidget(m_amount);
        layout->addWidget(m_note);
    }

    void setStage(const FlowStageWords& stage)
    {
        m_isBottleneck = stage.isBottleneck;
        m_name->setText(stage.name);
        Badges badges;
        if (stage.isBottleneck) {
            badges.append(
                {FlowChain::tr("▲ bottleneck"), stage.explanation, Tone::Bad, false, false});
        }
        if (!stage.state.isEmpty()) {
            badges.append({stage.state, stage.explanation,
                           stage.isHolding ? Tone::Caution : Tone::Good, false, false});
        }
        m_badges->setBadges(badges);
        m_amount->setFullText(stage.amount);
        m_amount->setExplanation(stage.explanation);
        m_note->setFullText(stage.note);
        m_note->setExplanation(stage.explanation);
        m_gauge->setVisible(stage.waitingBytesMax > 0);
        m_gauge->setContent({{stage.note, stage.waitingBytes, &partColour<SeriesColour::Blue>,
                              stage.isHolding ? Hatch::Rising : Hatch::Solid}},
                            stage.waitingBytesMax,
                            std::max(stage.waitingBytesMax, stage.waitingBytes));
        setToolTip(stage.explanation);
        setAccessibleName(FlowChain::tr("%1: %2").arg(stage.name, badgesText(badges)));
        setAccessibleDescription(
            FlowChain::tr("%1 %2. %3").arg(stage.amount, stage.note, stage.explanation));
        update();
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        Q_UNUSED(event)
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const double frameWidth = m_isBottleneck ? 2 : 1;
        const QColor mark = theme::text(Tone::Bad, palette());
        const QRectF frame = QRectF(rect()).adjusted(frameWidth / 2, frameWidth / 2,
                                                     -frameWidth / 2, -frameWidth / 2);
        const double radius = theme::gap(this, Gap::Hair) * 1.5;
        painter.setPen(Qt::NoPen);
        painter.setBrush(palette().color(QPalette::AlternateBase));
        painter.drawRoundedRect(frame, radius, radius);
        if (m_isBottleneck) {
            QPainterPath outline;
            outline.addRoundedRect(frame, radius, radius);
            painter.setClipPath(outline);
            fillHatched(painter, QRectF(0, 0, bandWidth(), height()), mark, Hatch::Rising,
                        palette());
            painter.setClipping(false);
        }
        painter.setPen(QPen(m_isBottleneck ? mark : theme::line(palette()), frameWidth));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(frame, radius, radius);
    }

private:
    int bandWidth() const { return theme::gap(this, Gap::Small); }

    QLabel* m_name;
    BadgeStrip* m_badges;
    Gauge* m_gauge;
    ElidedLabel* m_amount;
    ElidedLabel* m_note;
    bool m_isBottleneck = false;
};

/// From one stage to the next: whole while messages pass, broken while they are held.
class FlowArrow final : public QWidget {
public:
    explicit FlowArrow(QWidget* parent) : QWidget(parent)
    {
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
    }

    void setHeld(bool isHeld)
    {
        m_isHeld = isHeld;
        const QString text = isHeld ? FlowChain::tr("Held back") : FlowChain::tr("Messages pass");
        setToolTip(text);
        setAccessibleName(text);
        update();
    }

    QSize sizeHint() const override
    {
        const int em = fontMetrics().height();
        return {em * 2, em};
    }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        Q_UNUSED(event)
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const double em = fontMetrics().height();
        const double y = height() / 2.0;
        const double left = em * 0.2;
        const double tip = width() - em * 0.2;
        const QColor colour =
            m_isHeld ? theme::text(Tone::Bad, palette()) : theme::secondaryText(palette());
        QPen pen(colour, 1.8);
        if (m_isHeld) pen.setDashPattern({2, 1.5});
        painter.setPen(pen);
        painter.drawLine(QPointF(left, y), QPointF(tip - em * 0.3, y));
        painter.setPen(QPen(colour, 1.8));
        if (m_isHeld) {
            // Two bars across the way, as on a button that pauses.
            for (const double share : {0.4, 0.55}) {
                const double x = left + (tip - left) * share;
                painter.drawLine(QPointF(x, y - em * 0.35), QPointF(x, y + em * 0.35));
            }
        }
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawPolygon(
            QPolygonF{{tip, y}, {tip - em * 0.4, y - em * 0.28}, {tip - em * 0.4, y + em * 0.28}});
    }

private:
    bool m_isHeld = false;
};

FlowChain::FlowChain(QWidget* parent) : QWidget(parent)
{
    constexpr int kStageCount = 4;
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Hair));
    for (int index = 0; index < kStageCount; ++index) {
        if (index > 0) {
            m_arrows.append(new FlowArrow(this));
            layout->addWidget(m_arrows.last());
        }
        m_boxes.append(new FlowStageBox(this));
        m_boxes.last()->setObjectName(QStringLiteral("stage%1").arg(index));
        layout->addWidget(m_boxes.last(), 1);
    }
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Way of messages from publisher to store"));
}

void FlowChain::setStages(const QList<FlowStageWords>& stages)
{
    if (stages == m_stages) return;
    m_stages = stages;
    for (qsizetype index = 0; index < m_boxes.size(); ++index) {
        m_boxes[index]->setStage(stages.at(index));
    }
    const auto bottleneck = std::ranges::find(stages, true, &FlowStageWords::isBottleneck);
    const qsizetype heldUpTo =
        bottleneck == stages.end() ? 0 : std::distance(stages.begin(), bottleneck);
    for (qsizetype index = 0; index < m_arrows.size(); ++index) {
        // A blocked publisher sends nothing into the first arrow either.
        const bool isFromHeld = stages.at(index).isBottleneck && index == 0;
        m_arrows[index]->setHeld(index < heldUpTo || isFromHeld);
    }
}

}  // namespace warren::ui
