#pragma once

#include "core/management/snapshot.h"

#include <QWidget>

class QLabel;

namespace warren::ui {

class Card;
class ClosedChannelModel;
class FactList;
class ListPanel;

/// The last channels and connections that were closed for a fault of their clients, the newest
/// first; of the current one what it means and what to do. Part of ChannelsPage. Thread: GUI.
class ClosesPanel final : public QWidget {
    Q_OBJECT

public:
    explicit ClosesPanel(QWidget* parent = nullptr);

    void showCloses(const QList<management::ClosedChannelRow>& closes);
    ListPanel* list() const { return m_list; }

private:
    void buildUi();
    void showSelection();

    ClosedChannelModel* m_model;
    ListPanel* m_list;
    Card* m_details = nullptr;
    QLabel* m_text = nullptr;
    QLabel* m_explanation = nullptr;
    FactList* m_facts = nullptr;
};

}  // namespace warren::ui
