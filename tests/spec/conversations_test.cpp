#include "tests/spec/in_process_target.h"
#include "tests/spec/script.h"
#include "tests/spec/script_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace warren::spec {
namespace {

/// One conversation with a broker in this process, each with a fresh one.
class Conversation : public testing::Test {
public:
    Conversation(Case test, bool isNotThereYet)
        : m_test(std::move(test)), m_isNotThereYet(isNotThereYet)
    {
    }

    void TestBody() override
    {
        if (m_isNotThereYet) GTEST_SKIP() << "not there yet, see not_yet.txt";
        InProcessTarget target;
        if (const auto obstacle = obstacleTo(m_test, target)) GTEST_SKIP() << *obstacle;
        const Outcome outcome = run(m_test, target, {.product = "Warren"});
        EXPECT_FALSE(outcome.failure.has_value()) << outcome.failure.value_or("");
    }

private:
    Case m_test;
    bool m_isNotThereYet;
};

std::string readFile(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void registerScript(const std::filesystem::path& path)
{
    const auto folder = std::filesystem::path(WARREN_SPEC_FOLDER);
    const Exceptions exceptions = parseExceptions(readFile(folder / "not_yet.txt"));
    auto script = parseScript(readFile(path));
    if (!script) {
        ADD_FAILURE_AT(path.c_str(), static_cast<int>(script.error().line)) << script.error().text;
        return;
    }
    const std::string suite = "InProcess_" + path.stem().string();
    for (Case& test : script->cases) {
        const auto line = static_cast<int>(test.line + 1);
        const bool isNotThereYet = isException(path.stem().string() + "." + test.name, exceptions);
        testing::RegisterTest(suite.c_str(), test.name.c_str(), nullptr, nullptr, path.c_str(),
                              line, [test, isNotThereYet]() -> testing::Test* {
                                  return new Conversation(test, isNotThereYet);
                              });
    }
}

}  // namespace
}  // namespace warren::spec

int main(int argc, char** argv)
{
    std::vector<std::filesystem::path> scripts;
    const auto folder = std::filesystem::path(WARREN_SPEC_FOLDER) / "scripts";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        scripts.push_back(entry.path());
    }
    std::sort(scripts.begin(), scripts.end());
    testing::InitGoogleTest(&argc, argv);
    for (const auto& path : scripts) {
        warren::spec::registerScript(path);
    }
    return RUN_ALL_TESTS();
}
