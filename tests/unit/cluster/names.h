#pragma once

#include "core/broker/definition.h"
#include "core/cluster/membership.h"
#include "core/cluster/node_name.h"
#include "core/cluster/node_type.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warren::cluster {

/// "a" is a@h.
inline NodeName node(std::string_view name) { return *NodeName::parse(std::string(name) + "@h"); }

inline std::vector<NodeName> nodes(std::string_view letters)
{
    std::vector<NodeName> names;
    for (const char letter : letters) {
        names.push_back(node(std::string(1, letter)));
    }
    return names;
}

/// Disk nodes of one letter each that run, with ids from 1.
inline Membership running(std::string_view letters)
{
    Membership membership;
    for (const NodeName& name : nodes(letters)) {
        const MemberId id = membership.freshId();
        EXPECT_TRUE(membership.apply(JoinNode{name, id, NodeType::Disk}).isOk());
        EXPECT_TRUE(membership.apply(StartNode{name, id}).isOk());
    }
    return membership;
}

inline broker::PutQueue putQueue(QueueId id, std::string vhost, std::string name)
{
    broker::PutQueue put;
    put.queue.id = id;
    put.queue.vhost = std::move(vhost);
    put.queue.name = std::move(name);
    put.queue.isDurable = true;
    return put;
}

inline broker::BindingDefinition bindingOf(std::string vhost, std::string source,
                                           std::string destination)
{
    broker::BindingDefinition binding;
    binding.vhost = std::move(vhost);
    binding.source = std::move(source);
    binding.destination = std::move(destination);
    binding.routingKey = "k";
    return binding;
}

}  // namespace warren::cluster
