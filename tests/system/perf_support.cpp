#include "tests/system/perf_support.h"

#include "tests/support/program_run.h"

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonValue>

#include <gtest/gtest.h>

#include <cmath>

namespace warren::test {

namespace {

/// How many of something the time series has.
double seriesSum(const PerfRun& run, const char* rateKey)
{
    double sum = 0;
    for (const QJsonValue& value : run.json.value(QStringLiteral("series")).toArray()) {
        const QJsonObject line = value.toObject();
        sum += line.value(QLatin1String(rateKey)).toDouble() *
               line.value(QStringLiteral("seconds")).toDouble();
    }
    return sum;
}

void expectSum(const PerfRun& run, const char* rateKey, const char* countKey)
{
    const auto total = static_cast<double>(run.count(countKey));
    // Rates are rounded to a tenth, and the seconds to a thousandth.
    EXPECT_NEAR(seriesSum(run, rateKey), total, total * 0.2 + 5) << rateKey;
}

}  // namespace

std::uint64_t PerfRun::count(const char* key) const
{
    return static_cast<std::uint64_t>(std::llround(real(key)));
}

double PerfRun::real(const char* key) const
{
    EXPECT_TRUE(json.contains(QLatin1String(key))) << key;
    return json.value(QLatin1String(key)).toDouble();
}

bool PerfRun::isNull(const char* key) const { return json.value(QLatin1String(key)).isNull(); }

double PerfRun::real(const char* object, const char* key) const
{
    const QJsonObject inner = json.value(QLatin1String(object)).toObject();
    EXPECT_TRUE(inner.contains(QLatin1String(key))) << object << ' ' << key;
    return inner.value(QLatin1String(key)).toDouble();
}

std::vector<std::string> perfArguments(std::uint16_t port, const std::vector<std::string>& more)
{
    std::vector<std::string> arguments{"-h", "127.0.0.1:" + std::to_string(port), "--json", "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

PerfRun resultOf(int exitCode, const std::string& output, const std::string& errors)
{
    return {.exitCode = exitCode,
            .json = QJsonDocument::fromJson(QByteArray::fromStdString(output)).object(),
            .errors = errors};
}

PerfRun runPerf(std::uint16_t port, const std::vector<std::string>& arguments,
                std::chrono::milliseconds patience)
{
    ProgramRun program(WARREN_PERF, perfArguments(port, arguments));
    const int exitCode = program.awaitEnd(patience);
    return resultOf(exitCode, program.output(), program.errors());
}

void expectConsistent(const PerfRun& run)
{
    ASSERT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_TRUE(run.isNull("error"));
    for (const char* key : {"duplicated", "out_of_order", "damaged", "left_over", "confirmed_lost"})
        EXPECT_EQ(run.count(key), 0u) << key;
    expectSum(run, "sent_rate", "sent");
    expectSum(run, "received_rate", "received");
    expectSum(run, "confirmed_rate", "confirmed");
    for (const char* latency : {"latency_us", "confirm_us"}) {
        double last = 0;
        for (const char* key : {"min", "p50", "p75", "p95", "p99", "p999", "max"}) {
            EXPECT_GE(run.real(latency, key), last) << latency << ' ' << key;
            last = run.real(latency, key);
        }
    }
}

}  // namespace warren::test
