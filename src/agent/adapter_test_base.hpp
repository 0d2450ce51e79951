// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "agent/status.hpp"
#include "agent/sync_store.hpp"
#include "base/uuid.hpp"

namespace steward::agent {

/// A folder of its own with the sync store and status board that an adapter under test reports to.
class AdapterTestBase : public testing::Test {
 public:
  ~AdapterTestBase() override { std::filesystem::remove_all(folder_); }

 protected:
  AdapterTestBase() { std::filesystem::create_directories(folder_); }
  /// Opens store and board in `state`, as the start of an agent does.
  void OpenStore(const std::filesystem::path& state) {
    store_.reset();
    store_ = std::make_unique<SyncStore>(state / "journal");
    status_ = std::make_unique<StatusBoard>(state / "status.json", "0.1.0");
  }
  /// What the store holds of one entity.
  template <typename Message>
  std::vector<Message> All(const char* entity) {
    std::vector<Message> rows;
    for (const std::string& bytes : store_->RowsOf(entity)) {
      Message row;
      EXPECT_TRUE(row.ParseFromString(bytes));
      rows.push_back(std::move(row));
    }
    return rows;
  }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("adapter_test_" + NewUuid());
  std::unique_ptr<SyncStore> store_;
  std::unique_ptr<StatusBoard> status_;
};

}  // namespace steward::agent
