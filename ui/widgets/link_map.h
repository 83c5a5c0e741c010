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
/// Thread: GUI. A link that is up is a whole line, one that is being made is broken, a refused one
/// is broken and crossed out; a thin dotted line is one that nobody has said anything about. All of
/// it is in the tool tips and in the accessible description too.
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

    /// The worst of both directions, which the line is drawn as. @pre there is one
    static const management::ClusterLinkRow& worstOf(const Line& line);
    QPointF centreOf(int node) const;
    QRectF boxOf(int node) const;
    QString labelOf(const Line& line) const;
    void paintLine(QPainter& painter, const Line& line) const;
    void paintLabel(QPainter& painter, const Line& line) const;
    void paintNode(QPainter& painter, int node) const;
    QString toolTipAt(const QPointF& position) const;

    QList<management::ClusterNodeRow> m_nodes;
    QList<Line> m_lines;
};

}  // namespace warren::ui
