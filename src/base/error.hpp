// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace steward {

/// Outcome classes of an expected failure; each maps to one HTTP status of the REST API (see HttpStatus).
enum class ErrorCode {
  kInvalid,           // 400: the request is wrong; `property` or `parameter` says where
  kUnauthenticated,   // 401
  kForbidden,         // 403
  kNotFound,          // 404: absent, or not visible to the caller
  kMethodNotAllowed,  // 405
  kConflict,          // 409
  kTooLarge,          // 413
  kUnsupportedMedia,  // 415
  kThrottled,         // 429: `retry_after` says when to come back
  kUnavailable,       // 503, sent as 520 by the REST API's convention: database or agent away
  kInternal,          // 500, sent as 520
};

/// An expected failure, in words that help. `message` is shown to the caller; `internal` goes to the log only.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::string property = {};   ///< JSON path of the offending body property or filter property, if any
  std::string parameter = {};  ///< offending query/path parameter, if any
  int retry_after = 0;         ///< seconds, for kThrottled and kUnavailable
  std::string internal = {};
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{.code = code, .message = std::move(message)});
}
inline tl::unexpected<Error> FailProperty(std::string property, std::string message) {
  return tl::unexpected<Error>(
      Error{.code = ErrorCode::kInvalid, .message = std::move(message), .property = std::move(property)});
}
inline tl::unexpected<Error> FailParameter(std::string parameter, std::string message) {
  Error error{.code = ErrorCode::kInvalid, .message = std::move(message)};
  error.parameter = std::move(parameter);
  return tl::unexpected<Error>(std::move(error));
}

/// HTTP status of a code, before the convention that turns every status from 500 up into 520.
int HttpStatus(ErrorCode code);

}  // namespace steward
