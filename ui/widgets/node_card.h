#pragma once

#include "core/management/snapshot.h"
#include "ui/local_cluster_control.h"
#include "ui/models/cluster_words.h"

#include <QFrame>
#include <QList>
#include <QString>

#include <optional>

class QAction;
class QHBoxLayout;
class QLabel;

namespace warren::ui {

class BadgeStrip;
class ElidedLabel;
class Gauge;

/// What can be done to a node. All but the first are for nodes that were started here.
enum class NodeAction { Forget, Start, Stop, Kill, Suspend, Resume, Discard };

/// A node, by the two that know of it: the cluster, and who started it.
struct NodeCardContent {
    std::optional<management::ClusterNodeRow> member{};  ///< nullopt: the cluster knows it not
    std::optional<LocalNode> local{};                    ///< nullopt: it was not started here
    bool operator==(const NodeCardContent&) const = default;

    QString name() const { return member ? member->name : local->name; }
};

/// One node of a cluster: its state, its part, what it uses, and the buttons for what can be done
/// to it.
///
/// Thread: GUI. The state is an icon and a word, and a colour that says the same. The buttons'
/// actions are in the context menu too.
class NodeCard final : public QFrame {
    Q_OBJECT

public:
    explicit NodeCard(QWidget* parent = nullptr);

    /// @pre one of both is there
    void setContent(const NodeCardContent& content);
    const NodeCardContent& content() const { return m_content; }

    /// Whether the cluster can be told anything; nodes started here need no cluster for that.
    void setActionsEnabled(bool isReachable);

    QSize minimumSizeHint() const override;

signals:
    void actionRequested(warren::ui::NodeAction action, const QString& node);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// A number above its caption.
    struct Figure {
        QLabel* number;
        QLabel* caption;
    };

    void buildUi();
    QAction* addCardAction(NodeAction action, const QString& objectName, const QString& text,
                           const QString& toolTip);
    Figure addFigure(QHBoxLayout* line, const QString& caption);
    void showIcon();
    void showResources();
    void showActions();
    void describe();

    NodeCardContent m_content;
    StateWords m_state;
    bool m_isReachable = true;
    QLabel* m_icon;
    ElidedLabel* m_name;
    BadgeStrip* m_stateBadge;
    BadgeStrip* m_roles;
    Figure m_masters{};
    Figure m_mirrors{};
    Figure m_connections{};
    ElidedLabel* m_memoryText;
    Gauge* m_memory;
    ElidedLabel* m_diskText;
    Gauge* m_disk;
    ElidedLabel* m_address;
    ElidedLabel* m_clients;
    QList<QAction*> m_actions;  ///< in the order of NodeAction
    QAction* m_copy = nullptr;
};

}  // namespace warren::ui
