#include "tests/spec/script.h"

#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "tests/spec/administration.h"
#include "tests/spec/script_runner.h"
#include "tests/spec/script_wire.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace warren::spec {
namespace {

Script parsed(std::string_view text)
{
    auto script = parseScript(text);
    EXPECT_TRUE(script) << (script ? "" : script.error().text);
    return script ? std::move(*script) : Script{};
}

TEST(Script, HasCasesWithSteps)
{
    const Script script = parsed(
        "# a comment\n"
        "test first\n"
        "rule channel.open/state\n"
        "C 1 channel.open\n"
        "S b:7 channel.close code=504 text=\"say \\\"no\\\"\\n\" class~=2*\n"
        "\n"
        "test second\n"
        "raw\n"
        "[Warren] bytes \"AMQP\" 00 0a ff\n");

    ASSERT_EQ(script.cases.size(), 2u);
    const Case& first = script.cases[0];
    EXPECT_EQ(first.name, "first");
    EXPECT_EQ(first.rules, std::vector<std::string>{"channel.open/state"});
    EXPECT_TRUE(first.startsConnected);
    ASSERT_EQ(first.steps.size(), 2u);
    EXPECT_EQ(first.steps[1].connection, "b");
    EXPECT_EQ(first.steps[1].channel, 7);
    EXPECT_EQ(first.steps[1].fields[1].value.text, "say \"no\"\n");
    EXPECT_EQ(first.steps[1].fields[2].value.kind, Value::Kind::Glob);
    const Case& second = script.cases[1];
    EXPECT_FALSE(second.startsConnected);
    EXPECT_EQ(second.steps[0].product, "Warren");
    EXPECT_EQ(second.steps[0].bytes, std::string("AMQP\0\x0a\xff", 7));
}

TEST(Script, HasTablesAndArrays)
{
    const Script script =
        parsed("test t\nC 1 queue.declare arguments={a: I 1, \"b c\": A [S x, V], ...}\n");
    const Value& table = script.cases[0].steps[0].fields[0].value;
    EXPECT_EQ(table.kind, Value::Kind::Table);
    EXPECT_TRUE(table.isOpen);
    ASSERT_EQ(table.entries.size(), 2u);
    EXPECT_EQ(table.entries[1].key, "b c");
    EXPECT_EQ(table.entries[1].type, 'A');
    EXPECT_EQ(table.entries[1].value.entries[1].type, 'V');
}

TEST(Script, RepeatsLines)
{
    const Script script = parsed("test t\nrepeat i 1..3\nC 1 channel.open\nend\n");
    ASSERT_EQ(script.cases[0].steps.size(), 1u);
    EXPECT_EQ(script.cases[0].steps[0].last, 3u);
    EXPECT_EQ(script.cases[0].steps[0].steps.size(), 1u);
}

TEST(Script, WaitsAndAsksAdministrators)
{
    const Script script = parsed(
        "test t\nneeds consumer-timeout=1000\nwait 50ms\n"
        "admin policy name=p priority=1 definition={max-length: I 5} refused\n");
    const Case& test = script.cases[0];
    EXPECT_EQ(test.needs, std::vector<std::string>{"consumer-timeout=1000"});
    ASSERT_EQ(test.steps.size(), 2u);
    EXPECT_EQ(test.steps[0].verb, Step::Verb::Wait);
    EXPECT_EQ(test.steps[0].first, 50u);
    EXPECT_EQ(test.steps[1].verb, Step::Verb::Admin);
    EXPECT_EQ(test.steps[1].method, "policy");
    EXPECT_EQ(test.steps[1].fields[2].value.kind, Value::Kind::Table);
}

TEST(Script, NamesTheLineOfAMistake)
{
    const std::pair<std::string_view, std::size_t> mistakes[] = {
        {"C 1 channel.open\n", 1},
        {"test t\nfoo\n", 2},
        {"test t\n\nC x channel.open\n", 3},
        {"test t\nC 70000 channel.open\n", 2},
        {"test t\nS 1 channel.close text=\"open\n", 2},
        {"test t\nC 1 queue.declare arguments={a 1}\n", 2},
        {"test t\nbytes 0\n", 2},
        {"test t\nrepeat i 1..2\n", 2},
        {"test t\nend\n", 2},
        {"test t\nexpect nothing\n", 2},
        {"test t\nwait 50\n", 2},
        {"test t\nwait soon\n", 2},
    };
    for (const auto& [text, line] : mistakes) {
        const auto script = parseScript(text);
        ASSERT_FALSE(script) << text;
        EXPECT_EQ(script.error().line, line) << text;
    }
}

template <std::size_t index = 0>
void expectNamesForAllArguments()
{
    if constexpr (index < std::variant_size_v<amqp::Method>) {
        using M = std::variant_alternative_t<index, amqp::Method>;
        const auto* names = argumentNames(M::kName);
        ASSERT_NE(names, nullptr) << M::kName;
        EXPECT_EQ(names->size(), amqp::kFieldCount<M>) << M::kName;
        expectNamesForAllArguments<index + 1>();
    }
}

TEST(ScriptWire, NamesEveryArgumentOfEveryMethod) { expectNamesForAllArguments(); }

TEST(ScriptWire, WritesTheMethodThatALineSays)
{
    const Script script = parsed(
        "test t\nC 1 queue.declare queue=\"q ${n}\" durable arguments={x-max-length: I 5}\n");
    Buffer frame;
    const auto status =
        appendMethodFrame(frame, 1, "queue.declare", script.cases[0].steps[0].fields, {{"n", "7"}});
    ASSERT_TRUE(status);

    const auto payload =
        frame.view().subspan(amqp::kFrameHeaderBytes, frame.size() - amqp::kFrameOverheadBytes);
    const auto method = amqp::decodeMethod(payload);
    ASSERT_TRUE(method);
    const auto* declare = std::get_if<amqp::QueueDeclare>(&*method);
    ASSERT_NE(declare, nullptr);
    EXPECT_EQ(declare->queue, "q 7");
    EXPECT_TRUE(declare->durable);
    EXPECT_FALSE(declare->exclusive);
    EXPECT_EQ(declare->arguments, (amqp::FieldTable{{"x-max-length", 5}}));
}

TEST(ScriptWire, RefusesWhatTheMethodDoesNotHave)
{
    Buffer frame;
    EXPECT_FALSE(appendMethodFrame(frame, 1, "queue.nonsense", {}, {}));
    EXPECT_FALSE(appendMethodFrame(frame, 1, "queue.declare", {{"exchange", {.text = "x"}}}, {}));
    EXPECT_FALSE(appendMethodFrame(frame, 1, "queue.declare", {{"durable", {.text = "7"}}}, {}));
    EXPECT_FALSE(appendMethodFrame(frame, 1, "queue.declare", {{"queue", {.text = "$no"}}}, {}));
    EXPECT_FALSE(appendMethodFrame(frame, 1, "basic.ack", {{"delivery-tag", {.text = "-1"}}}, {}));
}

TEST(ScriptWire, ComparesAndRemembers)
{
    Variables variables;
    const WireValue name = std::string("amq.gen-x");
    EXPECT_TRUE(matches({.text = "$q"}, name, variables));
    EXPECT_EQ(variables["q"], "amq.gen-x");
    EXPECT_TRUE(matches({.text = "$q"}, name, variables));
    EXPECT_FALSE(matches({.text = "$q"}, std::string("other"), variables));
    EXPECT_TRUE(matches({.kind = Value::Kind::Glob, .text = "amq.*-x"}, name, variables));
    EXPECT_FALSE(matches({.kind = Value::Kind::Glob, .text = "amq.*-y"}, name, variables));
    EXPECT_TRUE(matches({.kind = Value::Kind::Any}, name, variables));
    EXPECT_EQ(format(name, variables), "$q");
    EXPECT_EQ(format(std::string("no 'amq.gen-x'"), variables), "\"no '${q}'\"");
}

/// A broker that says the same bytes to everybody and then closes.
class CannedTarget final : public Target {
public:
    explicit CannedTarget(Buffer answer) : m_answer(textOf(answer.view())) {}
    std::unique_ptr<Transport> connect() override
    {
        return std::make_unique<CannedTransport>(m_answer);
    }
    void pass(std::chrono::milliseconds) override {}

private:
    class CannedTransport final : public Transport {
    public:
        explicit CannedTransport(std::string answer) : m_answer(std::move(answer)) {}
        void send(ByteView) override {}
        Received receive(Buffer& into, std::chrono::milliseconds) override
        {
            if (m_answer.empty()) return Received::Closed;
            into.append(std::exchange(m_answer, {}));
            return Received::Bytes;
        }

    private:
        std::string m_answer;
    };

    std::string m_answer;
};

CannedTarget sayingClose()
{
    Buffer answer;
    amqp::appendMethod(
        answer, 0,
        amqp::ConnectionClose{.replyCode = 504, .replyText = "no", .classId = 20, .methodId = 10});
    return CannedTarget(std::move(answer));
}

TEST(ScriptRunner, AcceptsWhatIsAsWritten)
{
    auto target = sayingClose();
    const Script script = parsed(
        "test t\nraw\nsocket a\nS 0 connection.close code=504 text=* class=20 method=10\n"
        "expect close\n");
    EXPECT_EQ(run(script.cases[0], target, {}).failure, std::nullopt);
}

TEST(ScriptRunner, SaysWhatIsNotAsWritten)
{
    auto target = sayingClose();
    const Script script =
        parsed("test t\nraw\nsocket a\nS 0 connection.close code=503 text=no class=20 method=10\n");
    EXPECT_EQ(run(script.cases[0], target, {}).failure,
              "line 4: differs in code; got: S 0 connection.close code=504 text=no class=20 "
              "method=10");
}

TEST(ScriptRunner, WantsEveryArgumentMentionedThatIsNotZero)
{
    auto target = sayingClose();
    const Script script =
        parsed("test t\nraw\nsocket a\nS 0 connection.close code=504 text=no class=20\n");
    EXPECT_TRUE(run(script.cases[0], target, {}).failure.has_value());
}

TEST(ScriptRunner, NoticesWhatNobodyExpected)
{
    auto target = sayingClose();
    const Script script = parsed("test t\nraw\nsocket a\nexpect close\n");
    EXPECT_TRUE(run(script.cases[0], target, {}).failure.has_value());
}

TEST(ScriptRunner, RecordsAnswers)
{
    auto target = sayingClose();
    const Script script = parsed("test t\nraw\nsocket a\n# rest\n");
    const Outcome outcome = run(script.cases[0], target, {.isRecording = true});
    EXPECT_EQ(applyEdits(script, outcome.edits),
              "test t\nraw\nsocket a\nS 0 connection.close code=504 text=no class=20 method=10\n"
              "expect close\n# rest\n");
}

TEST(ScriptRunner, SkipsLinesForOtherProducts)
{
    auto target = sayingClose();
    const Script script = parsed(
        "test t\nraw\nsocket a\n[Other] expect bytes 00\n"
        "[Mine] S 0 connection.close code=504 text=no class=20 method=10\n");
    EXPECT_EQ(run(script.cases[0], target, {.product = "Mine"}).failure, std::nullopt);
}

/// Notes what it is asked for, and refuses what is named "bad".
class NotingAdministration final : public Administration {
public:
    Status<Mismatch> perform(const AdminAct& act) override
    {
        acts.push_back(act.name + " " + act.word("name"));
        if (act.word("name") == "bad") return Mismatch{.text = "no"};
        return {};
    }
    std::vector<std::string> acts;
};

/// Nobody answers there, but it has an administrator and a setting.
class AdministeredTarget final : public Target {
public:
    std::unique_ptr<Transport> connect() override { return nullptr; }
    Administration* administration() override { return &asked; }
    bool provide(const std::string& setting) override { return setting == "known=1"; }
    void pass(std::chrono::milliseconds duration) override { passed += duration; }

    NotingAdministration asked;
    std::chrono::milliseconds passed{0};
};

TEST(ScriptRunner, AsksTheAdministratorAndTakesItBack)
{
    const Script script = parsed(
        "test t\nraw\nadmin user name=u\nwait 20ms\nadmin policy name=p\n"
        "admin permission user=u\n");
    AdministeredTarget target;
    const Outcome outcome = run(script.cases[0], target, {});

    EXPECT_FALSE(outcome.failure.has_value()) << outcome.failure.value_or("");
    EXPECT_EQ(target.passed, std::chrono::milliseconds(20));
    const std::vector<std::string> expected{"delete-user u", "clear-policy p", "user u",
                                            "policy p",      "permission ",    "delete-user u",
                                            "clear-policy p"};
    EXPECT_EQ(target.asked.acts, expected);
}

TEST(ScriptRunner, WantsActsRefusedOrDoneAsWritten)
{
    const Script script = parsed(
        "test refused\nraw\nadmin vhost-limit name=bad refused\n"
        "test not_done\nraw\nadmin vhost-limit name=bad\n"
        "test not_refused\nraw\nadmin vhost-limit name=good refused\n");
    AdministeredTarget target;
    EXPECT_FALSE(run(script.cases[0], target, {}).failure.has_value());
    EXPECT_EQ(run(script.cases[1], target, {}).failure, "line 6: no");
    EXPECT_EQ(run(script.cases[2], target, {}).failure, "line 9: it is not refused");
}

TEST(ScriptRunner, NamesWhatKeepsAConversationFromBeingHeld)
{
    const Script script = parsed(
        "test free\nraw\ntest bound\nneeds known=1\ntest strange\nneeds other=1\n"
        "test guided\nadmin user name=u\n");
    AdministeredTarget all;
    CannedTarget none = sayingClose();
    EXPECT_FALSE(obstacleTo(script.cases[0], none).has_value());
    EXPECT_FALSE(obstacleTo(script.cases[1], all).has_value());
    EXPECT_EQ(obstacleTo(script.cases[1], none), "it needs known=1");
    EXPECT_EQ(obstacleTo(script.cases[2], all), "it needs other=1");
    EXPECT_FALSE(obstacleTo(script.cases[3], all).has_value());
    EXPECT_EQ(obstacleTo(script.cases[3], none), "it needs an administrator");
}

}  // namespace
}  // namespace warren::spec
