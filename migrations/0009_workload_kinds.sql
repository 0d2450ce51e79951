-- SPDX-License-Identifier: Apache-2.0
-- A new word of an enum can be used from the next transaction on: the tables follow in the next file.
alter type inventory.workload_kind add value 'FileShare';
alter type inventory.workload_kind add value 'ObjectStorage';
