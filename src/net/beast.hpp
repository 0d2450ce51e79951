// SPDX-License-Identifier: Apache-2.0
// The one place that names Beast headers; included by the few .cpp files of this folder only.
#pragma once
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "net/asio.hpp"

namespace steward::net {
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
}  // namespace steward::net
