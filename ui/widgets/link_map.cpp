#include "ui/widgets/link_map.h"

#include "ui/models/cluster_words.h"
#include "ui/theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QLineF>
#include <QPainter>
#include <QPolygonF>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace warren::ui {

using management::ClusterLinkRow;
using management::ClusterLinkState;
using management::ClusterNodeRow;
using management::ClusterNodeState;

namespace {

/// With more nodes only links that need attention get a label, and only known ones a line; the
/// table beside it has them all.
constexpr int kLabelledNodesMax = 4;
constexpr int kNameCharactersMax = 14;

QString nameOnMap(const ClusterNodeRow& node)
{
    const QString name = shortNodeName(node.name);
    return name.size() > kNameCharactersMax ? name.first(kNameCharactersMax - 1) + QChar(u'…')
                                            : name;
}

/// How far from its node the marks of a half are: where the label isn't.
constexpr double kMarkAt = 0.3;

bool isKnown(const ClusterLinkRow& link) { return link.state != ClusterLinkState::Unknown; }

/// What a line of such a link is drawn with.
QPen penOf(ClusterLinkState state, const QPalette& palette)
{
    if (state == ClusterLinkState::Unknown) {
        return {theme::secondaryText(palette), 1, Qt::DotLine};
    }
    QPen pen(theme::text(linkStateWords(state).tone, palette), 2);
    if (state != ClusterLinkState::Up) pen.setDashPattern({4, 3});
    return pen;
}

double distance(const QLineF& line, const QPointF& point)
{
    const QPointF along = line.p2() - line.p1();
    const double squared = QPointF::dotProduct(along, along);
    if (squared <= 0) return QLineF(line.p1(), point).length();
    const double share =
        std::clamp(QPointF::dotProduct(point - line.p1(), along) / squared, 0.0, 1.0);
    return QLineF(line.pointAt(share), point).length();
}

}  // namespace

LinkMap::LinkMap(QWidget* parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Links between the nodes"));
}

void LinkMap::setContent(const QList<ClusterNodeRow>& nodes, const QList<ClusterLinkRow>& links)
{
    m_nodes = nodes;
    m_lines.clear();
    for (int first = 0; first < m_nodes.size(); ++first) {
        for (int second = first + 1; second < m_nodes.size(); ++second) {
            const QString& one = m_nodes.at(first).name;
            const QString& other = m_nodes.at(second).name;
            Line line{first, second, {}};
            for (const ClusterLinkRow& link : links) {
                const bool isBetween = (link.from == one && link.to == other) ||
                                       (link.from == other && link.to == one);
                if (isBetween) line.links.append(link);
            }
            m_lines.append(line);
        }
    }
    QStringList sentences;
    for (const ClusterNodeRow& node : m_nodes) {
        sentences.append(tr("%1: %2").arg(node.name, nodeStateWords(node.state).word));
    }
    for (const ClusterLinkRow& link : links) {
        sentences.append(linkSentence(link));
    }
    setAccessibleDescription(sentences.join(u'\n'));
    update();
}

QSize LinkMap::sizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 24, em * 9};
}

QSize LinkMap::minimumSizeHint() const
{
    const int em = fontMetrics().height();
    return {em * 18, em * 8};
}

ClusterLinkState LinkMap::stateFrom(const Line& line, int node) const
{
    const auto found = std::ranges::find(line.links, m_nodes.at(node).name, &ClusterLinkRow::from);
    return found == line.links.end() ? ClusterLinkState::Unknown : found->state;
}

QPointF LinkMap::centreOf(int node) const
{
    const QRectF box = boxOf(-1);
    const double margin = 2;
    const QRectF ring =
        QRectF(rect()).adjusted(box.width() / 2 + margin, box.height() / 2 + margin,
                                -box.width() / 2 - margin, -box.height() / 2 - margin);
    const auto count = static_cast<double>(m_nodes.size());
    // Two lie beside each other; more begin at the top.
    const double start = m_nodes.size() == 2 ? std::numbers::pi : -std::numbers::pi / 2;
    const double angle = start + 2 * std::numbers::pi * node / std::max(count, 1.0);
    // A triangle on a circle would leave a quarter of the height unused.
    const double stretch = m_nodes.size() == 3 ? 4.0 / 3.0 : 1;
    const double top = ring.center().y() - ring.height() / 2;
    const double y = m_nodes.size() == 3 ? top + (std::sin(angle) + 1) * ring.height() / 2 * stretch
                                         : ring.center().y() + std::sin(angle) * ring.height() / 2;
    const double widest = m_nodes.size() == 3 ? std::sqrt(3.0) / 2 : 1;
    // Beside the lines there has to be room for labels, but not more.
    const double halfWidth = std::min(ring.width() / 2, ring.height() * 1.6);
    return {ring.center().x() + std::cos(angle) / widest * halfWidth, y};
}

/// The box of a node; of no node (-1): its size.
QRectF LinkMap::boxOf(int node) const
{
    const QFontMetricsF metrics(font());
    double textWidth = 0;
    for (const ClusterNodeRow& each : m_nodes) {
        textWidth = std::max(textWidth, metrics.horizontalAdvance(nameOnMap(each)));
    }
    const double height = metrics.height() * 1.7;
    const double width = textWidth + metrics.height() * 2.4;
    const QPointF centre = node < 0 ? QPointF() : centreOf(node);
    return {centre.x() - width / 2, centre.y() - height / 2, width, height};
}

QString LinkMap::labelOf(const Line& line) const
{
    if (!isDrawn(line)) return {};
    const StateWords words = linkPairWords(line.links);
    if (words != linkStateWords(ClusterLinkState::Up)) return words.word;
    if (m_nodes.size() > kLabelledNodesMax) return {};
    const auto& slowest =
        *std::ranges::max_element(line.links, {}, &ClusterLinkRow::roundTripMicroseconds);
    return slowest.roundTripMicroseconds < 0 ? QString{}
                                             : roundTripText(slowest.roundTripMicroseconds);
}

void LinkMap::paintEvent(QPaintEvent* event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (const Line& line : m_lines) {
        paintLine(painter, line);
    }
    for (const Line& line : m_lines) {
        paintLabel(painter, line);
    }
    for (int node = 0; node < m_nodes.size(); ++node) {
        paintNode(painter, node);
    }
}

/// Among many nodes, lines of which nothing is known would hide those that say something.
bool LinkMap::isDrawn(const Line& line) const
{
    return m_nodes.size() <= kLabelledNodesMax || std::ranges::any_of(line.links, isKnown);
}

void LinkMap::paintLine(QPainter& painter, const Line& line) const
{
    if (!isDrawn(line)) return;
    const ClusterLinkState there = stateFrom(line, line.first);
    const ClusterLinkState back = stateFrom(line, line.second);
    const QLineF way(centreOf(line.first), centreOf(line.second));
    painter.setPen(penOf(there, palette()));
    painter.drawLine(way.p1(), there == back ? way.p2() : way.center());
    if (there != back) {
        painter.setPen(penOf(back, palette()));
        painter.drawLine(way.p2(), way.center());
    }
    paintMark(painter, line, line.first);
    paintMark(painter, line, line.second);
}

/// On the half of the node: that its link is refused, or the only one that works.
void LinkMap::paintMark(QPainter& painter, const Line& line, int node) const
{
    const int other = node == line.first ? line.second : line.first;
    const QLineF way(centreOf(node), centreOf(other));
    const ClusterLinkState state = stateFrom(line, node);
    QPen pen = penOf(state, palette());
    pen.setStyle(Qt::SolidLine);
    painter.setPen(pen);
    const double arm = fontMetrics().height() * 0.4;
    const QPointF mark = way.pointAt(kMarkAt);
    if (state == ClusterLinkState::Refused) {
        painter.drawLine(mark + QPointF(-arm, -arm), mark + QPointF(arm, arm));
        painter.drawLine(mark + QPointF(-arm, arm), mark + QPointF(arm, -arm));
    }
    if (state == ClusterLinkState::Up && stateFrom(line, other) != ClusterLinkState::Up) {
        const QPointF along = (way.p2() - way.p1()) / std::max(way.length(), 1.0) * arm;
        const QPointF across(-along.y(), along.x());
        const QPointF tip = mark + along;
        painter.setBrush(pen.color());
        painter.drawPolygon(QPolygonF{tip, tip - along * 2 + across, tip - along * 2 - across});
        painter.setBrush(Qt::NoBrush);
    }
}

void LinkMap::paintLabel(QPainter& painter, const Line& line) const
{
    const QString label = labelOf(line);
    if (label.isEmpty()) return;
    painter.setFont(theme::captionFont(font()));
    const QFontMetricsF metrics(painter.font());
    QRectF box(0, 0, metrics.horizontalAdvance(label) + metrics.height() * 0.8,
               metrics.height() * 1.2);
    box.moveCenter(QLineF(centreOf(line.first), centreOf(line.second)).center());
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2);
    painter.setPen(theme::text(linkPairWords(line.links).tone, palette()));
    painter.drawText(box, Qt::AlignCenter, label);
}

void LinkMap::paintNode(QPainter& painter, int node) const
{
    const ClusterNodeRow& row = m_nodes.at(node);
    const StateWords words = nodeStateWords(row.state);
    const QColor colour = theme::text(words.tone, palette());
    const QRectF box = boxOf(node);
    const bool isThere = words.tone != Tone::Bad;
    QPen frame(row.isSelf ? theme::text(Tone::Accent, palette()) : colour, row.isSelf ? 2 : 1);
    if (!isThere) frame.setStyle(Qt::DashLine);
    painter.setPen(frame);
    // The ground first: the tone's own may be thinner than the lines below it.
    painter.setBrush(theme::fill(words.tone, palette()));
    const double radius = box.height() / 4;
    painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius);
    const double size = fontMetrics().height();
    const QRectF symbol(box.left() + size * 0.5, box.center().y() - size / 2, size, size);
    icon(words.icon, colour).paint(&painter, symbol.toAlignedRect());
    painter.setFont(row.isSelf ? theme::headingFont(font()) : font());
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(box.adjusted(size * 1.8, 0, -size * 0.2, 0), Qt::AlignVCenter | Qt::AlignLeft,
                     nameOnMap(row));
}

QString LinkMap::toolTipAt(const QPointF& position) const
{
    for (int node = 0; node < m_nodes.size(); ++node) {
        if (!boxOf(node).contains(position)) continue;
        const StateWords words = nodeStateWords(m_nodes.at(node).state);
        return tr("%1: %2").arg(m_nodes.at(node).name, words.word) + QLatin1Char('\n') +
               words.explanation;
    }
    const double reach = fontMetrics().height() * 0.7;
    for (const Line& line : m_lines) {
        const QLineF way(centreOf(line.first), centreOf(line.second));
        if (distance(way, position) > reach) continue;
        if (line.links.isEmpty()) {
            return tr("%1 and %2: this node does not know")
                .arg(m_nodes.at(line.first).name, m_nodes.at(line.second).name);
        }
        QStringList sentences;
        for (const ClusterLinkRow& link : line.links) {
            sentences.append(linkSentence(link));
        }
        return sentences.join(u'\n');
    }
    return {};
}

bool LinkMap::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), toolTipAt(help->pos()), this);
    return true;
}

}  // namespace warren::ui
