#include "app/perf/report.h"

#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace warren::perf {
namespace {

[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...)
{
    std::array<char, 1024> buffer{};
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
    va_end(arguments);
    return buffer.data();
}

double milliseconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; }

const char* nameOf(Phase phase)
{
    switch (phase) {
    case Phase::Warmup: return "warmup";
    case Phase::Measured: return "measured";
    case Phase::After: return "after";
    }
    return "";
}

double perSecond(std::uint64_t count, const IntervalRow& row)
{
    return static_cast<double>(count) / row.seconds;
}

std::string rateLine(const char* name, double rate, std::uint64_t count)
{
    return formatted("  %-11s %14s msg/s %16s messages\n", name, grouped(rate).c_str(),
                     grouped(static_cast<double>(count)).c_str());
}

std::string checkText(const LoadResult& result)
{
    std::string text = "  checks      ";
    if (result.lost) {
        text += formatted("lost %s", grouped(static_cast<double>(*result.lost)).c_str());
        if (result.confirmedLost > 0) {
            text += formatted(" (%s of them confirmed)",
                              grouped(static_cast<double>(result.confirmedLost)).c_str());
        }
    } else {
        text += "lost: not judged, " + result.lossUnjudgedBecause;
    }
    const DeliveryCounts& checks = result.checks;
    const std::pair<const char*, std::uint64_t> counts[] = {
        {"duplicated", checks.duplicates},
        {"out of order", checks.outOfOrder},
        {"damaged", checks.damaged},
        {"redelivered", checks.redelivered},
        {"left over from other runs", checks.foreign},
    };
    for (const auto& [name, count] : counts)
        text += formatted(", %s %s", name, grouped(static_cast<double>(count)).c_str());
    return text + "\n";
}

void appendLoad(JsonWriter& json, const Options& options)
{
    json.beginObject("load");
    json.whole("producers", options.producers).whole("consumers", options.consumers);
    json.whole("producer_channels", options.producerChannels);
    json.whole("consumer_channels", options.consumerChannels);
    json.whole("queues", options.queues.size()).whole("bindings", options.bindings);
    json.text("exchange", options.exchange).text("exchange_type", options.exchangeType);
    json.beginArray("sizes");
    for (const std::size_t size : options.sizes)
        json.whole({}, size);
    json.endArray();
    json.boolean("durable", options.isDurable).boolean("persistent", options.isPersistent);
    json.boolean("autoack", options.hasAutoAck).whole("ack_every", options.ackEvery);
    json.whole("qos", options.consumerPrefetch).whole("channel_prefetch", options.channelPrefetch);
    json.whole("confirm", options.confirmWindow).whole("ptxsize", options.producerTxMessages);
    if (options.rates.size() == 1) {
        json.real("rate", options.rates.front().perSecond);
    } else {
        json.null("rate");
    }
    json.endObject();
}

void appendBroker(JsonWriter& json, const Options& options, const LoadResult& result)
{
    if (options.brokerPids.empty()) return;
    json.beginObject("broker");
    json.whole("rss_begin_bytes", result.brokerBegin.residentBytes);
    json.whole("rss_end_bytes", result.brokerEnd.residentBytes);
    json.whole("rss_peak_bytes", std::max(result.brokerPeakBytes, result.brokerEnd.residentBytes));
    json.whole("written_bytes", result.brokerEnd.writtenBytes - result.brokerBegin.writtenBytes);
    const double cpu = result.brokerEnd.cpuSeconds - result.brokerBegin.cpuSeconds;
    json.real("cpu_percent", result.cpuWallSeconds > 0 ? 100 * cpu / result.cpuWallSeconds : 0, 1);
    json.endObject();
}

void appendSeries(JsonWriter& json, const LoadResult& result)
{
    json.beginArray("series");
    for (const IntervalRow& row : result.series) {
        json.beginObject();
        json.text("phase", nameOf(row.phase))
            .real("time", row.endSeconds)
            .real("seconds", row.seconds, 6);
        json.real("sent_rate", perSecond(row.sent, row), 1);
        json.real("received_rate", perSecond(row.received, row), 1);
        json.real("confirmed_rate", perSecond(row.confirmed, row), 1);
        json.whole("nacked", row.nacked).whole("returned", row.returned);
        appendLatency(json, "confirm_us", row.confirmLatency);
        appendLatency(json, "latency_us", row.latency);
        json.whole("blocked_connections", row.blockedConnections);
        if (row.blockedConnections > 0) json.text("blocked_reason", row.blockedReason);
        json.endObject();
    }
    json.endArray();
}

}  // namespace

std::string grouped(double number)
{
    std::string digits = formatted("%.0f", number);
    for (std::size_t at = digits.size(); at > 3 && digits[at - 4] != '-'; at -= 3)
        digits.insert(at - 3, ",");
    return digits;
}

std::string latencyText(const LatencySummary& s)
{
    if (s.count == 0) return "-";
    return formatted("p50 %.3f  p75 %.3f  p95 %.3f  p99 %.3f  p99.9 %.3f  max %.3f",
                     milliseconds(s.p50), milliseconds(s.p75), milliseconds(s.p95),
                     milliseconds(s.p99), milliseconds(s.p999), milliseconds(s.max));
}

std::string intervalLine(const Options& options, const IntervalRow& row)
{
    std::string line = formatted("%s %7.1f s", options.id.c_str(), row.endSeconds);
    const auto rate = [&](const char* name, std::uint64_t count) {
        line += formatted("  %s %10s/s", name, grouped(perSecond(count, row)).c_str());
    };
    const auto latency = [&](const char* name, const LatencySummary& s) {
        if (s.count == 0) return;
        line += formatted("  %s ms p50 %.2f p95 %.2f p99 %.2f max %.2f", name, milliseconds(s.p50),
                          milliseconds(s.p95), milliseconds(s.p99), milliseconds(s.max));
    };
    if (options.producers > 0) rate("sent", row.sent);
    if (options.confirmWindow > 0 || options.producerTxMessages > 0) {
        rate("confirmed", row.confirmed);
    }
    if (options.consumers > 0) rate("received", row.received);
    latency("confirm", row.confirmLatency);
    latency("latency", row.latency);
    if (row.nacked > 0)
        line += formatted("  nacked %s", grouped(static_cast<double>(row.nacked)).c_str());
    if (row.returned > 0) {
        line += formatted("  returned %s", grouped(static_cast<double>(row.returned)).c_str());
    }
    if (row.blockedConnections > 0) {
        line += formatted("  BLOCKED %u connections: %s", row.blockedConnections,
                          row.blockedReason.c_str());
    }
    if (row.phase == Phase::Warmup) line += "  (warm-up)";
    if (row.phase == Phase::After) line += "  (after the measurement)";
    return line + "\n";
}

std::string loadTable(const Options& options, const LoadResult& result)
{
    std::string text = formatted("%s: %.3f s measured\n", options.id.c_str(), result.seconds);
    if (options.producers > 0) text += rateLine("sent", result.sentRate, result.sent);
    if (options.confirmWindow > 0 || options.producerTxMessages > 0) {
        text += rateLine("confirmed", result.confirmedRate, result.confirmed);
    }
    if (options.consumers > 0) text += rateLine("received", result.receivedRate, result.received);
    if (result.confirmLatency.count > 0) {
        text += "  confirm ms  " + latencyText(result.confirmLatency) + "\n";
    }
    if (result.latency.count > 0) text += "  latency ms  " + latencyText(result.latency) + "\n";
    if (result.nacked > 0 || result.returned > 0 || result.unconfirmed > 0) {
        text += formatted("  refused     nacked %s, returned %s, unconfirmed %s\n",
                          grouped(static_cast<double>(result.nacked)).c_str(),
                          grouped(static_cast<double>(result.returned)).c_str(),
                          grouped(static_cast<double>(result.unconfirmed)).c_str());
    }
    if (result.blockedSeconds > 0) {
        text += formatted("  blocked     %.3f s (the connection that was longest)\n",
                          result.blockedSeconds);
    }
    if (!options.brokerPids.empty()) {
        constexpr double kMiB = 1024 * 1024;
        const double cpu = result.brokerEnd.cpuSeconds - result.brokerBegin.cpuSeconds;
        text += formatted("  broker      CPU %.0f %%, RSS %.1f MiB (peak %.1f)\n",
                          result.cpuWallSeconds > 0 ? 100 * cpu / result.cpuWallSeconds : 0,
                          static_cast<double>(result.brokerEnd.residentBytes) / kMiB,
                          static_cast<double>(result.brokerPeakBytes) / kMiB);
    }
    if (result.foundQueues > 0) {
        text +=
            formatted("  note        %u queues were there before, with %s messages\n",
                      result.foundQueues, grouped(static_cast<double>(result.readyBefore)).c_str());
    }
    return text + checkText(result);
}

void appendLatency(JsonWriter& json, const char* key, const LatencySummary& s)
{
    const auto microseconds = [](auto nanoseconds) {
        return static_cast<double>(nanoseconds) / 1e3;
    };
    json.beginObject(key);
    json.whole("count", s.count)
        .real("mean", microseconds(s.mean))
        .real("min", microseconds(s.min));
    json.real("p50", microseconds(s.p50)).real("p75", microseconds(s.p75));
    json.real("p95", microseconds(s.p95)).real("p99", microseconds(s.p99));
    json.real("p999", microseconds(s.p999)).real("max", microseconds(s.max));
    json.endObject();
}

std::string loadJson(const Options& options, const LoadResult& result)
{
    JsonWriter json;
    json.beginObject();
    json.text("id", options.id).text("mode", "load");
    appendLoad(json, options);
    json.real("seconds", result.seconds);
    json.boolean("interrupted", result.wasInterrupted);
    if (result.failure) {
        json.text("error", result.failure->text);
    } else {
        json.null("error");
    }
    json.real("sent_rate", result.sentRate, 1).real("confirmed_rate", result.confirmedRate, 1);
    json.real("received_rate", result.receivedRate, 1);
    json.whole("sent", result.sent).whole("confirmed", result.confirmed);
    json.whole("unconfirmed", result.unconfirmed).whole("nacked", result.nacked);
    json.whole("returned", result.returned).whole("received", result.received);
    json.whole("ready_before", result.readyBefore);
    appendLatency(json, "confirm_us", result.confirmLatency);
    appendLatency(json, "latency_us", result.latency);
    if (result.firstDeliverySeconds)
        json.real("first_delivery_seconds", *result.firstDeliverySeconds, 6);
    json.real("blocked_seconds", result.blockedSeconds);
    if (result.lost) {
        json.whole("lost", *result.lost);
    } else {
        json.null("lost").text("lost_unjudged_because", result.lossUnjudgedBecause);
    }
    json.whole("confirmed_lost", result.confirmedLost);
    json.whole("duplicated", result.checks.duplicates);
    json.whole("out_of_order", result.checks.outOfOrder);
    json.whole("damaged", result.checks.damaged);
    json.whole("redelivered", result.checks.redelivered);
    json.whole("left_over", result.checks.foreign);
    json.real("generator_cpu_percent",
              result.cpuWallSeconds > 0 ? 100 * result.ownCpuSeconds / result.cpuWallSeconds : 0,
              1);
    appendBroker(json, options, result);
    appendSeries(json, result);
    json.endObject();
    return json.document() + "\n";
}

}  // namespace warren::perf
