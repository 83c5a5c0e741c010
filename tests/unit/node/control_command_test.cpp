#include "core/node/control_command.h"

#include <gtest/gtest.h>

#include <ostream>

namespace warren::node {
namespace {

using namespace management;

/// The management command that the line asks for.
template <typename Command>
Command commandOf(const QByteArray& line)
{
    const auto request = parseControlRequest(line);
    if (!request) {
        ADD_FAILURE() << request.error().toStdString();
        return {};
    }
    const auto* command = std::get_if<ManagementCommand>(&*request);
    if (command == nullptr || !std::holds_alternative<Command>(*command)) {
        ADD_FAILURE() << "another command";
        return {};
    }
    return std::get<Command>(*command);
}

ControlQuery queryOf(const QByteArray& line)
{
    const auto request = parseControlRequest(line);
    if (!request || !std::holds_alternative<ControlQuery>(*request)) {
        ADD_FAILURE() << "no query";
        return {};
    }
    return std::get<ControlQuery>(*request);
}

QString problemOf(const QByteArray& line)
{
    const auto request = parseControlRequest(line);
    return request ? QStringLiteral("(accepted)") : request.error();
}

TEST(ControlCommand, ReadsQuestions)
{
    EXPECT_EQ(queryOf(R"({"verb":"status"})").question, ControlQuestion::Status);
    EXPECT_EQ(queryOf(R"({"verb":"cluster_status"})").question, ControlQuestion::ClusterStatus);
    EXPECT_EQ(queryOf(R"({"verb":"list_queues"})").question, ControlQuestion::ListQueues);
    EXPECT_EQ(queryOf(R"({"verb":"list_queues"})").vhost, QString());
    EXPECT_EQ(queryOf(R"({"verb":"list_queues","vhost":"b"})").vhost, QStringLiteral("b"));
}

TEST(ControlCommand, SamplesWhatAQuestionNeeds)
{
    EXPECT_EQ(topicsOf(ControlQuestion::Status), TopicOverview);
    EXPECT_EQ(topicsOf(ControlQuestion::ClusterStatus), TopicCluster);
    EXPECT_EQ(topicsOf(ControlQuestion::ListQueues), TopicQueues | TopicCluster);
}

TEST(ControlCommand, ReadsAPolicyWithTheTypesOfItsValues)
{
    const auto policy =
        commandOf<PutPolicy>(
            R"({"verb":"set_policy","vhost":"v","name":"ha","pattern":"^a","priority":7,)"
            R"("apply-to":"queues","definition":{"ha-mode":"exactly","ha-params":2,)"
            R"("nodes":["a@b"],"half":0.5,"on":true}})")
            .policy;
    EXPECT_EQ(policy.vhost, QStringLiteral("v"));
    EXPECT_EQ(policy.name, QStringLiteral("ha"));
    EXPECT_EQ(policy.pattern, QStringLiteral("^a"));
    EXPECT_EQ(policy.priority, 7);
    EXPECT_EQ(policy.applyTo, PolicyTarget::Queues);
    EXPECT_FALSE(policy.isOperator);
    EXPECT_EQ(policy.definition.value(QStringLiteral("ha-mode")), QStringLiteral("exactly"));
    const QVariant count = policy.definition.value(QStringLiteral("ha-params"));
    EXPECT_EQ(count.typeId(), QMetaType::LongLong) << "the broker takes no floating point here";
    EXPECT_EQ(count.toLongLong(), 2);
    EXPECT_EQ(policy.definition.value(QStringLiteral("nodes")),
              QVariant(QVariantList{QStringLiteral("a@b")}));
    EXPECT_EQ(policy.definition.value(QStringLiteral("half")).toDouble(), 0.5);
    EXPECT_EQ(policy.definition.value(QStringLiteral("on")), QVariant(true));
}

TEST(ControlCommand, APolicyHasDefaults)
{
    const auto policy =
        commandOf<PutPolicy>(R"({"verb":"set_policy","name":"n","pattern":"","definition":{}})")
            .policy;
    EXPECT_EQ(policy.vhost, QStringLiteral("/"));
    EXPECT_EQ(policy.priority, 0);
    EXPECT_EQ(policy.applyTo, PolicyTarget::All);
}

TEST(ControlCommand, ReadsTheCommandsOfAPolicyAndAQueue)
{
    const auto cleared = commandOf<RemovePolicy>(R"({"verb":"clear_policy","name":"ha"})");
    EXPECT_EQ(cleared.vhost, QStringLiteral("/"));
    EXPECT_EQ(cleared.name, QStringLiteral("ha"));

    const ResourceKey queue{QStringLiteral("v"), QStringLiteral("q")};
    EXPECT_EQ(commandOf<SynchroniseQueue>(R"({"verb":"sync_queue","vhost":"v","queue":"q"})").queue,
              queue);
    EXPECT_EQ(
        commandOf<CancelSynchronisation>(R"({"verb":"cancel_sync_queue","vhost":"v","queue":"q"})")
            .queue,
        queue);
    const auto moved =
        commandOf<MoveMaster>(R"({"verb":"move_master","vhost":"v","queue":"q","node":"n@h"})");
    EXPECT_EQ(moved.queue, queue);
    EXPECT_EQ(moved.node, QStringLiteral("n@h"));
    commandOf<RebalanceQueues>(R"({"verb":"rebalance"})");
}

TEST(ControlCommand, ReadsTheCommandsOfACluster)
{
    const auto joined =
        commandOf<JoinCluster>(R"({"verb":"join_cluster","address":"127.0.0.1:1","ram":true})");
    EXPECT_EQ(joined.address, QStringLiteral("127.0.0.1:1"));
    EXPECT_TRUE(joined.asRamNode);
    EXPECT_FALSE(commandOf<JoinCluster>(R"({"verb":"join_cluster","address":"a:1"})").asRamNode);
    EXPECT_EQ(commandOf<ForgetClusterNode>(R"({"verb":"forget_cluster_node","node":"n@h"})").node,
              QStringLiteral("n@h"));
    EXPECT_EQ(commandOf<RenameCluster>(R"({"verb":"rename_cluster","name":"c"})").name,
              QStringLiteral("c"));
    commandOf<ResetNode>(R"({"verb":"reset"})");
    const auto typeIn = [](const char* type) {
        return std::string{R"({"verb":"change_cluster_node_type","type":")"} + type + "\"}";
    };
    EXPECT_TRUE(commandOf<ChangeClusterNodeType>(typeIn("ram").c_str()).toRamNode);
    EXPECT_FALSE(commandOf<ChangeClusterNodeType>(typeIn("disc").c_str()).toRamNode);
    EXPECT_FALSE(commandOf<ChangeClusterNodeType>(typeIn("disk").c_str()).toRamNode);
    EXPECT_FALSE(parseControlRequest(typeIn("tape").c_str()).isOk());
    const auto stop = parseControlRequest(R"({"verb":"stop"})");
    ASSERT_TRUE(stop.isOk());
    EXPECT_TRUE(std::holds_alternative<ControlStop>(*stop));
}

TEST(ControlCommand, ReadsAWatermarkInItsUnits)
{
    const auto part =
        commandOf<SetMemoryWatermark>(R"({"verb":"set_vm_memory_high_watermark","fraction":0.25})");
    EXPECT_EQ(part.relative, 0.25);
    EXPECT_FALSE(part.absoluteBytes.has_value());
    EXPECT_EQ(
        commandOf<SetMemoryWatermark>(R"({"verb":"set_vm_memory_high_watermark","bytes":"2MiB"})")
            .absoluteBytes,
        2u * 1024 * 1024);
    EXPECT_EQ(commandOf<SetMemoryWatermark>(R"({"verb":"set_vm_memory_high_watermark","bytes":5})")
                  .absoluteBytes,
              5u);
    EXPECT_EQ(problemOf(R"({"verb":"set_vm_memory_high_watermark","bytes":"much"})"),
              QStringLiteral("set_vm_memory_high_watermark: 'bytes' must be a number of bytes"));
    EXPECT_EQ(problemOf(R"({"verb":"set_vm_memory_high_watermark","fraction":"x"})"),
              QStringLiteral("set_vm_memory_high_watermark: 'fraction' must be a number"));
}

TEST(ControlCommand, RefusesWhatIsNoRequest)
{
    EXPECT_TRUE(problemOf("garbage").startsWith(QStringLiteral("no JSON")));
    EXPECT_TRUE(problemOf("").startsWith(QStringLiteral("no JSON")));
    EXPECT_EQ(problemOf("[]"), QStringLiteral("a request is a JSON object"));
    EXPECT_EQ(problemOf("{}"), QStringLiteral("'verb' must be a text"));
    EXPECT_EQ(problemOf(R"({"verb":3})"), QStringLiteral("'verb' must be a text"));
    EXPECT_EQ(problemOf(R"({"verb":"dance"})"), QStringLiteral("unknown verb 'dance'"));
}

TEST(ControlCommand, NamesTheArgumentThatIsWrong)
{
    EXPECT_EQ(problemOf(R"({"verb":"move_master","queue":"q"})"),
              QStringLiteral("move_master: 'node' is missing"));
    EXPECT_EQ(problemOf(R"({"verb":"sync_queue","queue":5})"),
              QStringLiteral("sync_queue: 'queue' must be a text"));
    EXPECT_EQ(problemOf(R"({"verb":"reset","force":true})"),
              QStringLiteral("reset: unknown argument 'force'"));
    EXPECT_EQ(problemOf(R"({"verb":"join_cluster","address":"a:1","ram":"yes"})"),
              QStringLiteral("join_cluster: 'ram' must be true or false"));
    EXPECT_EQ(problemOf(R"({"verb":"set_policy","name":"n","pattern":"","definition":[]})"),
              QStringLiteral("set_policy: 'definition' must be an object"));
    EXPECT_EQ(problemOf(R"({"verb":"set_policy","name":"n","definition":{},"priority":1.5})"),
              QStringLiteral("set_policy: 'priority' must be a whole number"));
    EXPECT_EQ(problemOf(R"({"verb":"set_policy","name":"n","definition":{},"apply-to":"all!"})"),
              QStringLiteral("set_policy: 'apply-to' must be all, queues, exchanges, "
                             "classic_queues or quorum_queues"));
}

TEST(ControlCommand, BoundsTheDepthOfADefinition)
{
    const auto nested = [](int depth) {
        return R"({"verb":"set_policy","name":"n","definition":{"a":)" + QByteArray(depth, '[') +
               QByteArray(depth, ']') + "}}";
    };
    EXPECT_EQ(problemOf(nested(7)), QStringLiteral("(accepted)"));
    EXPECT_EQ(problemOf(nested(8)),
              QStringLiteral("set_policy: 'definition' is nested too deeply"));
}

}  // namespace
}  // namespace warren::node
