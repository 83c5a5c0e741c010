#pragma once

#include "core/management/snapshot.h"

#include <QList>
#include <QPointF>
#include <QRectF>
#include <QString>
#include <QWidget>

class QHelpEvent;

namespace warren::ui {

/// The nodes of a cluster on a circle, and the links between them.
///
/// Thread: GUI. Each node has the half of a line that is next to it: its link to the other node.
/// One that is up is whole, one that isn't is broken, a refused one is broken and crossed out; thin
/// and dotted is one of which this node does not know. If only one of both is up, an arrow shows
/// which way. All of it is in the tool tips and in the accessible description too.
class LinkMap final : public QWidget {
    Q_OBJECT

public:
    explicit LinkMap(QWidget* parent = nullptr);

    void setContent(const QList<management::ClusterNodeRow>& nodes,
                    const QList<management::ClusterLinkRow>& links);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    /// Both directions between two nodes, which are one line.
    struct Line {
        int first = 0;  ///< places in m_nodes
        int second = 0;
        QList<management::ClusterLinkRow> links;  ///< one or two; empty: not known
    };

    /// The link that the node has to the other one of the line.
    management::ClusterLinkState stateFrom(const Line& line, int node) const;
    bool isDrawn(const Line& line) const;
    QPointF centreOf(int node) const;
    QRectF boxOf(int node) const;
    QString labelOf(const Line& line) const;
    void paintLine(QPainter& painter, const Line& line) const;
    void paintMark(QPainter& painter, const Line& line, int node) const;
    void paintLabel(QPainter& painter, const Line& line) const;
    void paintNode(QPainter& painter, int node) const;
    QString toolTipAt(const QPointF& position) const;

    QList<management::ClusterNodeRow> m_nodes;
    QList<Line> m_lines;
};

}  // namespace warren::ui
