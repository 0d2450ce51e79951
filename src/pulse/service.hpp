// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <mutex>

#include "net/http.hpp"
#include "pulse/embedded.hpp"
#include "pulse/handlers.hpp"

namespace steward::pulse {

/// The authority as its partners meet it: answers requests as the document declares them. Thread-safe; one request at a
/// time is at the store, and what it does is on the disk when it is answered.
class Service {
 public:
  using Clock = std::function<std::chrono::sys_seconds()>;
  /// Throws std::runtime_error when document and handlers do not fit, or the file cannot be used.
  Service(const std::filesystem::path& file, Clock clock, std::string_view document = DocumentText(),
          Handlers handlers = AllHandlers());

  net::Response Serve(const net::Request& request);

  /// Extends the licences whose month was reported, once for each month, and forgets old idempotency keys. Returns how
  /// many were extended; to be called daily or more often.
  int RunDaily();

  const Document& Contract() const { return document_; }

 private:
  Moment Now() const;
  Result<Caller> Authenticate(const net::Request& request);
  Result<net::Response> Answered(const net::Request& request);
  Result<net::Response> Change(const Document::Operation& operation, const Call& call, const net::Request& request);
  Result<net::Response> Do(const Document::Operation& operation, const Call& call);

  Clock clock_;
  Document document_;
  Handlers handlers_;
  std::mutex mutex_;  ///< for the store
  Store store_;
};

}  // namespace steward::pulse
