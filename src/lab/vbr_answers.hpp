// SPDX-License-Identifier: Apache-2.0
// How a backup server's orders are read and answered.
#pragma once
#include "lab/page.hpp"
#include "lab/rest.hpp"
#include "net/http.hpp"

namespace steward::lab {

inline net::Response JsonAnswer(int status, const Json& body) {
  net::Response response;
  response.status = status;
  if (!body.is_null()) response.body = body.dump();
  return response;
}

/// The JSON object that a request carries; an empty body is an empty object. Throws Refusal.
inline Json ObjectOf(const net::Request& request) {
  if (request.body.empty()) return Json::object();
  Json body = Json::parse(request.body, nullptr, false);
  if (!body.is_object()) throw Refusal{400, "UnexpectedContent", "The body is not a JSON object"};
  return body;
}

}  // namespace steward::lab
