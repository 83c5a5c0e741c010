#include "ui/models/binding_model.h"

#include "ui/models/consumer_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

using management::BindingRow;
using management::ConsumerRow;

constexpr auto kFatal = QAbstractItemModelTester::FailureReportingMode::Fatal;

BindingRow binding(const QString& source, const QString& destination, const QString& key)
{
    BindingRow row;
    row.vhost = QStringLiteral("/");
    row.source = source;
    row.destination = destination;
    row.routingKey = key;
    return row;
}

TEST(BindingModel, TakesBindingsInAnyOrderAndTellsThoseApartThatDifferInArguments)
{
    BindingModel model(BindingEnd::Source);
    QAbstractItemModelTester tester(&model, kFatal);
    BindingRow all = binding(QStringLiteral("h"), QStringLiteral("q"), QString());
    all.arguments = {{QStringLiteral("x-match"), QStringLiteral("all")}};
    BindingRow any = all;
    any.arguments = {{QStringLiteral("x-match"), QStringLiteral("any")}};
    const BindingRow direct =
        binding(QStringLiteral("d"), QStringLiteral("q"), QStringLiteral("k"));

    model.showBindings({any, all, direct});

    ASSERT_EQ(model.rowCount(), 3);
    EXPECT_EQ(model.rowAt(0), direct);
    EXPECT_EQ(model.rowAt(1), all);
    EXPECT_EQ(model.rowAt(2), any);
}

TEST(BindingModel, DoesNothingForTheSameBindingsAgain)
{
    BindingModel model(BindingEnd::Destination);
    const BindingRow row = binding(QStringLiteral("d"), QStringLiteral("q"), QStringLiteral("k"));
    model.showBindings({row});
    const QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);

    model.showBindings({row});

    EXPECT_EQ(changes.size(), 0);
}

TEST(BindingModel, NamesTheKindOfADestination)
{
    BindingModel model(BindingEnd::Destination);
    BindingRow toExchange = binding(QStringLiteral("a"), QStringLiteral("b"), QString());
    toExchange.destinationKind = management::DestinationKind::Exchange;
    model.showBindings({toExchange});
    EXPECT_EQ(model.index(0, 0).data().toString(), QStringLiteral("exchange b"));
}

TEST(BindingModel, KnowsTheBindingsThatTheBrokerMakes)
{
    EXPECT_TRUE(isImplicitBinding(binding(QString(), QStringLiteral("q"), QStringLiteral("q"))));
    EXPECT_FALSE(
        isImplicitBinding(binding(QStringLiteral("d"), QStringLiteral("q"), QStringLiteral("q"))));
}

TEST(ConsumerModel, TakesConsumersInAnyOrder)
{
    ConsumerModel model;
    QAbstractItemModelTester tester(&model, kFatal);
    ConsumerRow second;
    second.connection = QStringLiteral("b");
    ConsumerRow first;
    first.connection = QStringLiteral("a");
    first.channel = 2;

    model.showConsumers({second, first});

    EXPECT_EQ(model.rowAt(0), first);
    EXPECT_EQ(model.index(1, static_cast<int>(ConsumerColumn::Prefetch)).data().toString(),
              QStringLiteral("unlimited"));
}

}  // namespace
}  // namespace warren::ui
