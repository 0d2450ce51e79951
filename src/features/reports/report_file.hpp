// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "db/connection.hpp"
#include "document/document.hpp"

namespace steward::features {

/// A monthly report as paper: who, which month, how far it is, points by organization and kind; lines, adjustments and
/// gaps in the appendix. The report must exist.
document::Document ReportDocument(db::Connection& connection, const std::string& report);

/// The same as sheets of a workbook; numbers are numbers.
std::vector<document::Sheet> ReportSheets(const document::Document& document);

}  // namespace steward::features
