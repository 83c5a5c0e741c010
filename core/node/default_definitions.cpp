#include "core/node/default_definitions.h"

#include "core/node/password_hash.h"

#include <utility>

namespace warren::node {

Status<std::string> addDefaultDefinitions(broker::Broker& broker, const NodeConfig& config)
{
    const broker::Catalogue& catalogue = broker.state().catalogue;
    if (catalogue.vhostsByName().empty()) broker.ensureVhost(config.defaultVhost);
    broker.setEventVhost(config.effectiveEventVhost());
    if (!catalogue.users().empty()) return {};
    broker::UserDefinition user{.name = config.defaultUser, .tags = config.defaultUserTags};
    if (auto status = setPassword(user, config.defaultPassword); !status) return status;
    broker::Administration& administration = broker.administration();
    auto added = administration.putUser(std::move(user));
    for (const broker::Vhost* vhost : catalogue.vhostsByName()) {
        if (!added) break;
        added = administration.putPermission({.vhost = vhost->definition.name,
                                              .user = config.defaultUser,
                                              .configure = config.defaultPermissions.configure,
                                              .write = config.defaultPermissions.write,
                                              .read = config.defaultPermissions.read});
    }
    if (!added) return added.error().text;
    return {};
}

}  // namespace warren::node
