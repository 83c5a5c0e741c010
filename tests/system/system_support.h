#pragma once

#include "core/base/prng.h"
#include "tests/support/node_process.h"

#include <QTemporaryDir>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warren::test {

/// A folder that is gone after the test.
class TemporaryFolder {
public:
    TemporaryFolder();
    const std::filesystem::path& path() const { return m_path; }
    std::filesystem::path operator/(std::string_view name) const { return m_path / name; }

private:
    QTemporaryDir m_folder;
    std::filesystem::path m_path;
};

/// Starts our node, without waiting for it.
std::unique_ptr<NodeProcess> launchNode(const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& launcher = {});
/// Starts our node and waits until it accepts connections. @throws WireError
std::unique_ptr<NodeProcess> startNode(const std::vector<std::string>& arguments,
                                       const std::vector<std::string>& launcher = {});
std::unique_ptr<NodeProcess> startNodeOn(const std::filesystem::path& dataFolder);

/// Stops it by SIGTERM. @returns its exit code
int stop(NodeProcess& node);

void writeFile(const std::filesystem::path& file, std::string_view content);
std::string contentOf(const std::filesystem::path& file);

/// Each file below `folder` with a hash of what it holds; the lock file, which says who has looked,
/// is left out.
std::map<std::string, std::string> hashesOf(const std::filesystem::path& folder);

/// The answer of `PRAGMA integrity_check` for the database of a node that was killed: "ok". It is
/// asked of a copy, so that the node itself has to bring the write-ahead log in.
std::string integrityOf(const std::filesystem::path& dataFolder);

/// Runs one statement in the database of a node that does not run.
void changeDatabase(const std::filesystem::path& dataFolder, const std::string& sql);

/// The file in which a node keeps its data.
std::filesystem::path databaseIn(const std::filesystem::path& dataFolder);

/// A seed for this run, printed; WARREN_TEST_SEED repeats an earlier one.
std::uint64_t chooseSeed();

/// Letters and other bytes that follow from `number`.
std::string bytesFrom(std::uint64_t number, std::size_t count);

/// Asks until it holds. @returns false if it did not in time
bool becomesTrue(const std::function<bool()>& holds,
                 std::chrono::milliseconds patience = std::chrono::seconds{20});

}  // namespace warren::test
