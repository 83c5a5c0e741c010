#pragma once

#include "core/management/broker_client.h"
#include "ui/dialogs/bind_dialog.h"
#include "ui/models/binding_model.h"

#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QStackedLayout;

namespace warren::ui {

class EmptyState;
class ResourceTable;
class RowFilter;

/// The bindings of a queue or exchange on one side, with the actions that add and remove them.
///
/// Thread: GUI. Part of the pages of queues and exchanges.
class BindingsPanel final : public QWidget {
    Q_OBJECT

public:
    /// @param client  borrowed; outlives the panel
    /// @param fixed   which end of the bindings the page is about
    BindingsPanel(management::BrokerClient& client, BindDialog::Fixed fixed, const QString& title,
                  QWidget* parent = nullptr);

    /// Whose bindings are shown from now on.
    void setOwner(const management::ResourceKey& key);
    void showBindings(const QList<management::BindingRow>& bindings);

    /// @param reason  why bindings cannot be added or removed; empty: they can
    void setRefusal(const QString& reason);
    void setEmptySentence(const QString& sentence);

    /// What an open dialog needs to be sampled; 0 when none is open.
    management::Topics wantedTopics() const;

    /// Moves the keyboard focus to the filter. @returns false while there are too few bindings for
    /// one
    bool focusFilter();

    int count() const { return m_model->rowCount(); }

signals:
    void countChanged(int count);
    void wantedChanged();
    /// The person wants to see the other end of a binding.
    void openQueue(const warren::management::ResourceKey& key);
    void openExchange(const warren::management::ResourceKey& key);
    /// Something was done; one sentence about it.
    void succeeded(const QString& text);

private:
    void buildUi(const QString& title);
    void askToBind();
    void askToRemove();
    void openOtherEnd(const management::BindingRow& binding);
    void showState();
    QList<management::BindingRow> removableSelection() const;

    management::BrokerClient& m_client;
    const BindDialog::Fixed m_fixed;
    management::ResourceKey m_key;
    QString m_refusal;
    QString m_emptySentence;
    bool m_isKnown = false;  ///< the owner's bindings have been shown
    BindingModel* m_model;
    RowFilter* m_filter;
    QAction* m_bind;
    QAction* m_remove;
    QLabel* m_count = nullptr;
    QLineEdit* m_filterEdit = nullptr;
    ResourceTable* m_table = nullptr;
    EmptyState* m_empty = nullptr;
    QStackedLayout* m_stack = nullptr;
    BindDialog* m_dialog = nullptr;  // while it is open
};

}  // namespace warren::ui
