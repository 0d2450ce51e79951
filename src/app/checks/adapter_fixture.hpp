// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/adapter_test_base.hpp"
#include "agent/vbr/adapter.hpp"
#include "base/iso_time.hpp"
#include "lab/estate.hpp"
#include "lab/simulation.hpp"
#include "lab/vbr_server.hpp"

/// The adapter and one simulated backup server, without a network in between.
namespace steward::agent::vbr {

inline const lab::Moment kStart = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

inline Result<net::ClientResponse> Carry(lab::VbrServer& server, const VbrConfig& config,
                                         const net::ClientRequest& client) {
  net::Request request;
  request.method = client.method;
  const std::string target = client.url.substr(config.url.size());
  const auto mark = target.find('?');
  if (mark != std::string::npos) request.query = net::ParseQuery(target.substr(mark + 1), false);
  request.path = target.substr(0, mark);
  request.headers = client.headers;
  request.body = client.body;
  const auto response = server.Handle(request);
  return net::ClientResponse{.status = response.status, .headers = {}, .body = response.body};
}

class AdapterTest : public AdapterTestBase {
 protected:
  void Begin(lab::BackupServer server, lab::FaultMode mode = lab::FaultMode::kOk) {
    adapter_.reset();
    std::filesystem::remove(folder_ / "journal");
    clock_.Freeze(kStart);
    lab::EstateServer entry;
    entry.user = config_.user = "lab\\user";
    entry.password = config_.password = "secret+&";
    config_.url = "https://vbr.example:9419";
    entry.mode = mode;
    entry.server = std::move(server);
    truth_ = entry.server;
    server_ = std::make_unique<lab::VbrServer>(std::move(entry), clock_,
                                               lab::VbrServerOptions{.hang_limit = std::chrono::seconds(0)});
    OpenStore(folder_);
    adapter_ = std::make_unique<VbrAdapter>(config_, *store_, *status_,
                                            [this] { return [this](const auto& request) { return Answer(request); }; });
  }

  Result<net::ClientResponse> Answer(const net::ClientRequest& client) {
    ++calls_;
    if (cut_) return Fail(ErrorCode::kUnavailable, "Connection refused");
    return Carry(*server_, config_, client);
  }

  inventory::BackupServer Server() {
    const auto rows = All<inventory::BackupServer>("BackupServer");
    EXPECT_EQ(rows.size(), 1U);
    return rows.empty() ? inventory::BackupServer{} : rows.front();
  }
  std::size_t TruePoints() const {
    std::size_t count = 0;
    for (const lab::Job& job : truth_.jobs) {
      if (!job.backup) continue;
      for (const lab::BackupObject& object : job.backup->objects) count += object.points.size();
    }
    return count;
  }

  lab::Clock clock_{kStart, 1};
  lab::BackupServer truth_;
  VbrConfig config_;
  std::unique_ptr<lab::VbrServer> server_;
  std::unique_ptr<VbrAdapter> adapter_;
  int calls_ = 0;
  bool cut_ = false;
};

}  // namespace steward::agent::vbr
