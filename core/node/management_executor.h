#pragma once

#include "core/base/ids.h"
#include "core/broker/broker.h"
#include "core/management/management_command.h"
#include "core/node/browse.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace warren::node {

/// Carries out what the management side asks, by the same rules as clients, on the broker thread.
class ManagementExecutor {
public:
    /// How the executor finds connections by the names that people see.
    struct Directory {
        std::function<std::optional<ConnectionId>(const std::string& name)> find;
        std::function<QString(ConnectionId)> name;
    };

    ManagementExecutor(broker::Broker& broker, Directory directory);

    management::CommandResult execute(const management::ManagementCommand& command);
    /// The same of a browse, with what has come back from the disk for it. @param missing  as
    /// browse
    management::CommandResult browse(const management::BrowseMessages& command,
                                     const LoadedMessages& loaded,
                                     std::vector<broker::BodyRequest>& missing);

private:
    management::CommandResult on(const management::DeclareQueue& command);
    management::CommandResult on(const management::DeleteQueue& command);
    management::CommandResult on(const management::PurgeQueue& command);
    management::CommandResult on(const management::DeclareExchange& command);
    management::CommandResult on(const management::DeleteExchange& command);
    management::CommandResult on(const management::AddBinding& command);
    management::CommandResult on(const management::RemoveBinding& command);
    management::CommandResult on(const management::PublishMessage& command);
    management::CommandResult on(const management::BrowseMessages& command);
    management::CommandResult on(const management::CloseConnection& command);
    management::CommandResult on(const management::CloseChannel& command);
    management::CommandResult on(const management::PutPolicy& command);
    management::CommandResult on(const management::RemovePolicy& command);
    management::CommandResult on(const management::PreviewPolicy& command);
    management::CommandResult on(const auto&)
    {
        return {management::CommandStatus::Invalid, QStringLiteral("not there yet"), {}};
    }

    broker::Broker& m_broker;
    Directory m_directory;
};

}  // namespace warren::node
